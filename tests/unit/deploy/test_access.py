"""Do the rights derived from the registry of topics match what each process is for?"""

from __future__ import annotations

import pytest

from deploy.access import NAMES, NAMES_OF, Kind, Operation, Right, rights
from shared.topics import TOPICS
from tests.support import access_by_hand as by_hand

OURS = rights("support")
each = pytest.mark.parametrize("name", NAMES)


def test_everybody_is_in_the_table_by_hand() -> None:
    assert set(NAMES) == by_hand.WRITES.keys() == by_hand.READS.keys() == by_hand.JOINS.keys()


@each
def test_nobody_writes_what_is_not_their_own(name: str) -> None:
    written = {by_hand.address("support", topic) for topic in by_hand.WRITES[name]}
    assert names_of(name, Operation.WRITE, Kind.TOPIC) == written


@each
def test_nobody_reads_what_is_not_their_own(name: str) -> None:
    if "everything" in by_hand.READS[name]:
        assert names_of(name, Operation.READ, Kind.TOPIC) == {"support.*"}
    else:
        read = {by_hand.address("support", topic) for topic in by_hand.READS[name]}
        assert names_of(name, Operation.READ, Kind.TOPIC) == read


@each
def test_nobody_commits_for_others(name: str) -> None:
    joined = {f"support.{group}" for group in by_hand.JOINS[name] if "." not in group}
    granted = {group.removesuffix("*") for group in names_of(name, Operation.READ, Kind.GROUP)}
    assert granted == joined


def test_only_watch_and_operator_look_at_what_others_have_read() -> None:
    looking = {r.principal for r in OURS if r.operation is Operation.DESCRIBE}
    assert looking == {"support.watch", "support.operator"}


def test_only_the_operator_sees_how_topics_are_kept() -> None:
    told = {r.principal for r in OURS if r.operation is Operation.DESCRIBE_CONFIGS}
    assert told == {"support.operator"}


def test_no_right_reaches_into_another_namespace() -> None:
    """A prefix ends in a dot, or in the name of whoever has it: `support` is not `support-eu`."""
    for right in OURS:
        assert right.name.startswith("support.")
        assert right.principal.startswith("support.")
    assert {r.name for r in OURS if r.prefix} == {
        "support.",
        "support.help-desk",
        "support.on-call",
        "support.training",
    }
    assert not OURS & rights("support-eu")


def test_groups_by_prefix_belong_to_no_process() -> None:
    """Whoever may use any group that begins with their name could else commit for a stage."""
    prefixes = [r.name for r in OURS if r.prefix and r.operation is Operation.READ]
    exact = {r.name for r in OURS if r.kind is Kind.GROUP and not r.prefix}
    groups = [prefix for prefix in prefixes if prefix != "support."]
    assert not [name for name in exact if name.startswith(tuple(groups))]


def test_every_word_of_the_registry_stands_for_somebody() -> None:
    words = {word for topic in TOPICS for word in (*topic.writers, *topic.foreign)}
    assert words == NAMES_OF.keys()
    assert {name for names in NAMES_OF.values() for name in names} <= set(NAMES)


def names_of(name: str, operation: Operation, kind: Kind) -> set[str]:
    def told(right: Right) -> str:
        return right.name + ("*" if right.prefix else "")

    return {
        told(right)
        for right in OURS
        if (right.principal, right.operation, right.kind) == (f"support.{name}", operation, kind)
    }
