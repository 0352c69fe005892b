"""Why this queue, and what would have to be different for another one?"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from enum import StrEnum

from services.router.priority import Inputs, RuleAsked, Ruling, rule
from services.router.table import Policy, Row
from shared.contracts import ProductArea, Queue, Scope, Status

Value = bool | StrEnum


@dataclass(frozen=True)
class Alternative:
    """One input, changed alone to this value, would give this queue."""

    input: str
    value: Value
    queue: Queue


@dataclass(frozen=True, kw_only=True)
class Explanation:
    """`why`: the sentence of the row that decided. `clauses`: its clauses with their text."""

    ruling: Ruling
    why: str
    clauses: tuple[tuple[str, str], ...]
    rules: tuple[RuleAsked, ...]
    alternatives: tuple[Alternative, ...]


def explain(policy: Policy, inputs: Inputs) -> Explanation:
    ruling = rule(policy, inputs)
    return Explanation(
        ruling=ruling,
        why=_row(policy, ruling.rules[-1].id).why,
        clauses=tuple((clause, policy.clauses[clause]) for clause in ruling.clauses),
        rules=ruling.rules,
        alternatives=alternatives(policy, inputs),
    )


def alternatives(policy: Policy, inputs: Inputs) -> tuple[Alternative, ...]:
    """Each single input whose change would give another queue, and that queue."""
    queue = rule(policy, inputs).queue
    others = (
        Alternative(name, value, rule(policy, changed).queue)
        for name, value, changed in _changed_once(inputs)
    )
    return tuple(other for other in others if other.queue is not queue)


def in_words(explanation: Explanation) -> str:
    """For a support lead: the queue and its reason, the rules asked, the alternatives."""
    ruling = explanation.ruling
    reason = f", {_plain(ruling.review_reason)}" if ruling.review_reason else ""
    lines = [f"Queue {ruling.queue} (rank {ruling.rank}{reason}). {explanation.why}"]
    lines += [f"  {clause}: {text}" for clause, text in explanation.clauses]
    lines += ["", "Asked in this order:"]
    lines += [f"  {asked.question} {asked.outcome}" for asked in explanation.rules]
    lines += ["", "Another queue, if one thing alone were different:"]
    lines += [f"  {line}" for line in _grouped(explanation.alternatives)] or ["  none"]
    return "\n".join(lines)


def _changed_once(inputs: Inputs) -> Iterator[tuple[str, Value, Inputs]]:
    """Every possible case that differs in one input, with its name and the other value."""
    for name, values in _VALUES.items():
        for value in values:
            if value == getattr(inputs, name):
                continue
            try:
                yield name, value, Inputs(**asdict(inputs) | {name: value})
            except ValueError:  # a case that can't be: nothing explains what is missing in it
                continue


_VALUES: dict[str, tuple[Value, ...]] = {
    "security": (True, False),
    "auto_reply": (True, False),
    "conflict": (True, False),
    "stage_failed": (True, False),
    "decided": (True, False),
    "scope": tuple(Scope),
    "product_area": tuple(ProductArea),
    "status": tuple(Status),
}


def _row(policy: Policy, name: str) -> Row:
    return next(row for step in policy.steps for row in step.rows if row.id == name)


def _grouped(alternatives: tuple[Alternative, ...]) -> Iterator[str]:
    """`coverage covered or unverified: extensions`, one line for each input and queue."""
    values: defaultdict[tuple[str, Queue], list[str]] = defaultdict(list)
    for other in alternatives:
        values[other.input, other.queue].append(_plain(other.value))
    for (name, queue), plain in values.items():
        yield f"{_IN_WORDS[name]} {_either(plain)}: {queue}"


def _either(words: list[str]) -> str:
    *first, last = words
    return f"{', '.join(first)} or {last}" if first else last


_IN_WORDS = {
    "security": "security report",
    "auto_reply": "automatic reply",
    "conflict": "another message under the same key",
    "stage_failed": "a stage failed",
    "decided": "the classifier sure",
    "scope": "category",
    "product_area": "product area",
    "status": "coverage",
}


def _plain(value: Value) -> str:
    match value:
        case True:
            return "yes"
        case False:
            return "no"
        case word:
            return str(word).replace("_", " ")
