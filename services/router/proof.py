"""Does this policy keep its promises, for every combination of inputs there is?

Independent of the evaluator on purpose: that leads a ticket to a row, this spreads each row over
the set of combinations that it answers.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Hashable
from itertools import combinations, product
from typing import NamedTuple

from services.router.table import Flaw, Policy, Row, Step, When
from shared.contracts import ProductArea, Queue, Scope, Status

_FLAG = (False, True)
_SCOPES: tuple[Scope | None, ...] = (*Scope, None)
_STATUSES: tuple[Status | None, ...] = (*Status, None)

_REFUSALS = frozenset({Queue.RENEWAL, Queue.REFERRAL})


class Combination(NamedTuple):
    """One case out of all; scope and status None: not reached."""

    security: bool
    auto_reply: bool
    conflict: bool
    stage_failed: bool
    decided: bool
    scope: Scope | None
    product_area: ProductArea
    status: Status | None


class Proof(NamedTuple):
    """How much was tried: combinations, and pairs of them compared for each order."""

    combinations: int
    entitlement_pairs: int
    severity_pairs: int


class Broken(Exception):
    """The first promise that does not hold, with its counter-example."""

    def __init__(self, flaw: Flaw) -> None:
        super().__init__(flaw.says)
        self.flaw = flaw


class _Answer(NamedTuple):
    row: Row
    at: tuple[str | int, ...]


_Answers = dict[Combination, _Answer]


def every_combination() -> list[Combination]:
    """All that can come, the plainest first.

    Only a security report or a failed stage leaves something unreached.
    """
    decided = (True, False)
    values = product(_FLAG, _FLAG, _FLAG, _FLAG, decided, _SCOPES, ProductArea, _STATUSES)
    cases = (Combination(*value) for value in values)
    return [case for case in cases if _possible(case)]


def _possible(case: Combination) -> bool:
    reached = case.scope is not None and case.status is not None
    return reached or case.security or case.stage_failed


def prove(policy: Policy) -> Proof:
    """Raises Broken with the first counter-example."""
    cases = every_combination()
    answers = _answers(policy, cases)
    for case, answer in answers.items():
        _security_comes_first(policy, case, answer)
        _reports_alone_go_to_security(case, answer)
        _bug_is_not_refused(case, answer)
    _stranger_learns_nothing(answers)
    return Proof(
        combinations=len(cases),
        entitlement_pairs=_monotone(
            policy, answers, "entitlement", _entitlement_levels(policy), _without_status
        ),
        severity_pairs=_monotone(
            policy, answers, "severity", _severity_levels(policy), _without_severity
        ),
    )


# Exactly one answer


def _answers(policy: Policy, cases: list[Combination]) -> _Answers:
    answers: _Answers = {}
    unasked = cases
    for number, step in enumerate(policy.steps):
        reached = _extent(step.when)
        here = [case for case in unasked if case in reached]
        _spread(step, number, here, answers)
        unasked = [case for case in unasked if case not in reached]
    if unasked:
        says = f"no answer for {in_words(unasked[0])}: no step applies"
        raise Broken(Flaw(("steps",), says))
    return answers


def _spread(step: Step, number: int, here: list[Combination], answers: _Answers) -> None:
    """Gives each case its row; refuses a second row, a missing row and a row that never answers."""
    for place, row in enumerate(step.rows):
        at = ("steps", number, "rows", place)
        extent = _extent(row.when)
        mine = [case for case in here if case in extent]
        if not mine:
            raise Broken(Flaw(at, f"row {row.id} never answers: no combination reaches it"))
        for case in mine:
            if case in answers:
                both = f"rows {answers[case].row.id} and {row.id}"
                raise Broken(Flaw(at, f"two answers for {in_words(case)}: {both}"))
            answers[case] = _Answer(row, at)
    for case in here:
        if case not in answers:
            says = f"no answer for {in_words(case)}: step {step.id} applies, none of its rows does"
            raise Broken(Flaw(("steps", number), says))


def _extent(when: When) -> frozenset[Combination]:
    """Every combination that meets the condition, possible or not."""
    sides = product(
        _either(when.security),
        _either(when.auto_reply),
        _either(when.conflict),
        _either(when.stage_failed),
        _either(when.decided),
        when.scope or _SCOPES,
        when.product_area or tuple(ProductArea),
        when.status or _STATUSES,
    )
    return frozenset(Combination(*values) for values in sides)


def _either(wanted: bool | None) -> tuple[bool, ...]:
    return _FLAG if wanted is None else (wanted,)


# Promises about single answers


def _security_comes_first(policy: Policy, case: Combination, answer: _Answer) -> None:
    if policy.queues[0] is not Queue.SECURITY:
        raise Broken(Flaw(("queues",), "security is delayed: its queue must be the first"))
    if case.security and answer.row.then is not Queue.SECURITY:
        word = "refused" if answer.row.then in _REFUSALS else "delayed"
        says = f"security is {word}: {in_words(case)} goes to {answer.row.then}"
        raise Broken(Flaw(answer.at, f"{says} by row {answer.row.id}"))


def _reports_alone_go_to_security(case: Combination, answer: _Answer) -> None:
    """That queue is the fast lane's; anything else there would keep people from reports."""
    if answer.row.then is Queue.SECURITY and not case.security:
        says = f"no report, but sent to security: {in_words(case)}"
        raise Broken(Flaw(answer.at, f"{says} by row {answer.row.id}"))


def _bug_is_not_refused(case: Combination, answer: _Answer) -> None:
    if case.scope is Scope.BUG_REPORT and answer.row.then in _REFUSALS:
        says = f"a bug is refused: {in_words(case)} goes to {answer.row.then}"
        raise Broken(Flaw(answer.at, f"{says} by row {answer.row.id}"))


# Promises about pairs of answers


def _stranger_learns_nothing(answers: _Answers) -> None:
    """Whether somebody else's licence exists must not show in queue or reply (reading 5)."""
    for case, answer in answers.items():
        if case.status is not Status.NOT_HOLDER:
            continue
        without = answers[case._replace(status=Status.NO_LICENCE)].row
        if (answer.row.then, answer.row.reply) != (without.then, without.reply):
            told = f"{answer.row.then} with reply {answer.row.reply}"
            untold = f"{without.then} with reply {without.reply}"
            says = f"a stranger learns of a licence: {in_words(case)} goes to {told}, "
            raise Broken(Flaw(answer.at, f"{says}without the licence to {untold}"))


_Level = Callable[[Combination], int | None]
_Rest = Callable[[Combination], Hashable]


def _monotone(policy: Policy, answers: _Answers, order: str, level: _Level, rest: _Rest) -> int:
    """Compares all pairs that differ in this one thing; the number of them."""
    alike: defaultdict[Hashable, list[_Ranked]] = defaultdict(list)
    for case, answer in answers.items():
        place = level(case)
        if place is not None:
            alike[rest(case)].append(_Ranked(place, policy.rank(answer.row.then), case))
    pairs = 0
    for group in alike.values():
        for more, less in combinations(sorted(group, key=_by_place), 2):
            pairs += 1
            equal = more.place == less.place
            if more.rank > less.rank or (equal and more.rank != less.rank):
                raise Broken(_ranks_lower(order, equal, (more.case, less.case), answers))
    return pairs


class _Ranked(NamedTuple):
    """`place`: in the order, 0 for the most. `rank`: of the queue, 1 for the first."""

    place: int
    rank: int
    case: Combination


def _by_place(ranked: _Ranked) -> int:
    return ranked.place


def _ranks_lower(
    order: str, equal: bool, pair: tuple[Combination, Combination], answers: _Answers
) -> Flaw:
    more, less = pair
    relation = f"equal {order} ranks differently" if equal else f"more {order} ranks lower"
    says = (
        f"{relation}: {in_words(more)} goes to {answers[more].row.then} "
        f"(row {answers[more].row.id}), but {in_words(less)} goes to {answers[less].row.then} "
        f"(row {answers[less].row.id})"
    )
    return Flaw(answers[more].at, says)


def _entitlement_levels(policy: Policy) -> _Level:
    levels = policy.orders.entitlement.levels
    places = {status: place for place, level in enumerate(levels) for status in level}
    return lambda case: places.get(case.status) if case.status else None


def _severity_levels(policy: Policy) -> _Level:
    levels = policy.orders.severity.levels
    places: dict[str, int] = {name: place for place, level in enumerate(levels) for name in level}

    def place(case: Combination) -> int | None:
        if case.security:
            return places["security"]
        return places.get(case.scope) if case.scope else None

    return place


def _without_status(case: Combination) -> Hashable:
    return case._replace(status=None)


def _without_severity(case: Combination) -> Hashable:
    return case._replace(security=False, scope=None)


# Words


def in_words(case: Combination) -> str:
    """A combination as a support lead would say it."""
    scope = case.scope.value.replace("_", " ") if case.scope else "not classified"
    area = "product area unknown" if case.product_area is ProductArea.UNKNOWN else case.product_area
    status = case.status.value.replace("_", " ") if case.status else "coverage not reached"
    named = {
        "security report": case.security,
        "automatic reply": case.auto_reply,
        "conflict": case.conflict,
        "stage failed": case.stage_failed,
        "undecided": not case.decided,
    }
    flags = [name for name, there in named.items() if there]
    return f"({', '.join([*flags, scope, area, status])})"
