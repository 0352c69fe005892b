"""Does a decision come out again byte for byte from its record, and does any change show?"""

from __future__ import annotations

import copy
from collections.abc import Iterator, Mapping
from typing import Any

import orjson
import pytest

from services.router.case import Case, Input
from services.router.document import document, to_bytes
from services.router.policy import CURRENT, find_policy, load_policy
from services.router.replay import NotReproducible, differences, replay
from services.router.revision import take
from services.router.ruling import Rulebook
from shared.contracts import Queue, Scope, Status
from tests.support.builders import FINGERPRINT, NOW, TICKET
from tests.unit.router.test_orders_of_arrival import assessed, said, suspected

RULES = Rulebook(load_policy(CURRENT))
POLICIES = {RULES.policy.hash: RULES.policy}

HISTORIES: dict[str, list[Input]] = {
    "an ordinary ticket": [assessed(status=Status.NEEDS_RENEWAL)],
    "a late security finding": [assessed(), suspected()],
    "a report with nothing else known": [suspected()],
    "a report that a person cleared": [
        suspected(),
        assessed(flagged=True),
        said("c1", security=False),
    ],
    "a ticket that a person made a report": [assessed(), said("c1", security=True)],
    "a correction that came first": [said("c1", scope=Scope.BUG_REPORT), assessed()],
    "facts learned later, then a correction": [
        assessed(status=Status.NO_LICENCE),
        assessed(status=Status.COVERED, learned=True),
        said("c1", scope=Scope.SERVER_ADMINISTRATION),
    ],
    "a finding that a person had cleared before": [
        assessed(),
        said("c1", security=False),
        suspected(),
    ],
}


def decided(history: list[Input]) -> Case:
    case = Case(TICKET, TICKET, FINGERPRINT)
    for arrived in history:
        case = take(case, arrived, RULES, NOW)
    return case


def printed(history: list[Input], revision: int | None = None) -> dict[str, Any]:
    """The record as a file holds it."""
    case = decided(history)
    decision = case.decisions[(revision or len(case.decisions)) - 1]
    record = decision.record.model_dump_json().encode()
    given: dict[str, Any] = orjson.loads(to_bytes(document(case, decision, record, RULES)))
    return given


def faults(record: Mapping[str, Any]) -> list[str]:
    try:
        return list(differences(record, replay(record, POLICIES.get)))
    except NotReproducible as error:
        return [str(error)]


@pytest.mark.parametrize("name", HISTORIES)
def test_every_revision_comes_out_again_byte_for_byte(name: str) -> None:
    history = HISTORIES[name]
    for revision in range(1, len(decided(history).decisions) + 1):
        record = printed(history, revision)
        assert to_bytes(replay(record, POLICIES.get)) == to_bytes(record)


def test_nothing_but_the_inputs_is_looked_at() -> None:
    record = printed(HISTORIES["an ordinary ticket"])
    blanked = {"inputs": record["inputs"]}
    assert to_bytes(replay(blanked, POLICIES.get)) == to_bytes(record)


@pytest.mark.parametrize("name", HISTORIES)
def test_every_single_altered_field_of_the_record_is_noticed(name: str) -> None:
    """Inputs and outcome alike: each value changed alone, each left out alone."""
    record = printed(HISTORIES[name])
    altered = 0
    for path in list(paths(record)):
        changed = copy.deepcopy(record)
        alter(changed, path)
        assert faults(changed), path
        altered += 1
    assert altered > 60


def paths(value: object, before: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    match value:
        case dict():
            for key, inner in value.items():
                yield from paths(inner, (*before, key))
        case list() if value:
            for number, inner in enumerate(value):
                yield from paths(inner, (*before, number))
        case _:
            yield before


def alter(record: Any, path: tuple[str | int, ...]) -> None:
    """The value at the path becomes another of its kind."""
    for key in path[:-1]:
        record = record[key]
    match record[path[-1]]:
        case bool() as flag:
            other: object = not flag
        case int() | float() as number:
            other = number + 1
        case str() as text:
            other = text + "x"
        case None:
            other = "x"
        case _:
            other = ["x"]
    record[path[-1]] = other


def test_the_field_that_differs_is_named() -> None:
    record = printed(HISTORIES["an ordinary ticket"])
    record["queue"] = "extensions"
    assert faults(record) == ["queue"]


def test_an_altered_input_shows_in_the_outcome_and_in_the_seal() -> None:
    record = printed(HISTORIES["an ordinary ticket"])
    record["inputs"]["assessed"]["coverage"]["status"] = "covered"
    found = faults(record)
    assert {"queue", "rank", "reply.key", "coverage.status", "seal"} <= set(found)


def test_a_policy_that_is_nowhere_is_named() -> None:
    record = printed(HISTORIES["an ordinary ticket"])
    with pytest.raises(NotReproducible, match=r"hash [0-9a-f]{64}, is not in"):
        replay(record, lambda _: None)
    assert find_policy(record["policy"]["hash"]) is not None


def test_a_record_without_inputs_says_what_to_do() -> None:
    with pytest.raises(NotReproducible, match="print one with triage explain --json"):
        replay({"queue": "core"}, POLICIES.get)


def test_an_older_revision_is_replayed_with_what_it_knew() -> None:
    history = HISTORIES["facts learned later, then a correction"]
    first = printed(history, 1)
    assert first["queue"] == Queue.RENEWAL
    assert first["inputs"]["learned"] is None
    assert first["inputs"]["corrections"] == []
    assert faults(first) == []
