"""Does everything that a policy names exist, and is nothing left out?"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator

from services.router.table import Flaw, Policy, Row
from shared.contracts import Queue, Scope, Status

_MAY_STAND_OUTSIDE: frozenset[str] = frozenset({Status.HOLDER_CHANGED, Scope.UNCLEAR})
"""An order that leaves out more could not measure the table any longer."""


def first_dangling(policy: Policy) -> Flaw | None:
    return next(_flaws(policy), None)


def _flaws(policy: Policy) -> Iterator[Flaw]:
    yield from _each_once(("queues",), "queue", policy.queues, Queue)
    yield from _each_once(("scopes",), "category", policy.scopes, Scope)
    yield from _orders(policy)
    yield from _ids(policy)
    for number, step in enumerate(policy.steps):
        for place, row in enumerate(step.rows):
            yield from _row(policy, row, ("steps", number, "rows", place))
    for scope, entry in policy.scopes.items():
        yield from _clauses(policy, entry.clauses, ("scopes", scope.value))


def _orders(policy: Policy) -> Iterator[Flaw]:
    entitlement, severity = policy.orders.entitlement, policy.orders.severity
    ranked = [status for level in entitlement.levels for status in level]
    at: tuple[str | int, ...] = ("orders", "entitlement")
    yield from _each_once(at, "status", [*ranked, *entitlement.outside], Status)
    yield from _outside(at, entitlement.outside)
    at = ("orders", "severity")
    graded = [scope for level in severity.levels for scope in level]
    yield from _each_once(at, "category", [*graded, *severity.outside], ["security", *Scope])
    yield from _outside(at, severity.outside)


def _outside(at: tuple[str | int, ...], names: Iterable[str]) -> Iterator[Flaw]:
    for name in names:
        if name not in _MAY_STAND_OUTSIDE:
            yield Flaw((*at, "outside"), f"`{name}` must have a place in the order")


def _ids(policy: Policy) -> Iterator[Flaw]:
    seen: set[str] = set()
    for number, step in enumerate(policy.steps):
        places: list[tuple[str, tuple[str | int, ...]]] = [(step.id, ("steps", number, "id"))]
        places += [
            (row.id, ("steps", number, "rows", place, "id")) for place, row in enumerate(step.rows)
        ]
        for name, at in places:
            if name in seen:
                yield Flaw(at, f"the id `{name}` is used twice")
            seen.add(name)


def _row(policy: Policy, row: Row, at: tuple[str | int, ...]) -> Iterator[Flaw]:
    if (row.then is Queue.REVIEW) != (row.review_reason is not None):
        yield Flaw(at, f"row {row.id}: `review_reason` is given where `then` is review, only there")
    if row.reply is not None and row.reply not in policy.replies:
        yield Flaw((*at, "reply"), f"row {row.id}: there is no reply `{row.reply}`")
    yield from _clauses(policy, row.clauses, at)


def _clauses(policy: Policy, clauses: Iterable[str], at: tuple[str | int, ...]) -> Iterator[Flaw]:
    for clause in clauses:
        if clause not in policy.clauses:
            yield Flaw((*at, "clauses"), f"there is no clause `{clause}`")


def _each_once(
    at: tuple[str | int, ...], kind: str, named: Iterable[str], all_: Iterable[str]
) -> Iterator[Flaw]:
    times = Counter(list(named))
    for name in all_:
        if times[name] != 1:
            times_in_words = "not named" if not times[name] else f"named {times[name]} times"
            yield Flaw(at, f"the {kind} `{name}` is {times_in_words}; name each once")
