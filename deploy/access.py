"""Who may do what on Kafka? Each process has a name and the rights that its work needs, no more.

Derived from the registry of topics alone. Two names are more than a process: `watch`, which sees
everything and writes nothing, and `operator`, whom the `triage` command logs in as. The names of
outsiders (`help-desk` and the like) are for whoever integrates; they see only their own topics.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from shared.topics import NEVER_PARKS, TOPICS, Reader, Topic, group

PROCESS_OF = {
    Reader.INTAKE: "intake-inbound",
    Reader.CLASSIFIER: "classifier",
    Reader.CLASSIFIER_SECURITY: "classifier-security",
    Reader.ENTITLEMENTS: "entitlements",
    Reader.ENTITLEMENTS_LICENCES: "entitlements",
    Reader.ROUTER: "router",
    Reader.ROUTER_SECURITY: "router",
    Reader.ROUTER_CORRECTIONS: "router",
    Reader.ROUTER_FAST_LANE: "fast-lane",
}
"""Which process a reader is part of; watch is in no group, and reads everything."""
NAMES_OF = {
    "intake": ("intake", "intake-inbound"),
    "classifier": ("classifier",),
    "classifier-security": ("classifier-security",),
    "entitlements": ("entitlements",),
    "router": ("router",),
    "fast lane": ("fast-lane",),
    "upstream systems": ("upstream",),
    "licence and billing systems": ("licensing",),
    "help desks": ("help-desk",),
    "people on call": ("on-call",),
    "people, through triage correct": ("operator",),
    "triage take": ("operator",),
    "training": ("training",),
}
"""The registry calls writers and foreign readers by words for people; these are their names."""
OPERATOR = "operator"
SEE_ALL = ("watch", OPERATOR)
PROCESSES = ("intake", *dict.fromkeys(PROCESS_OF.values()), "watch")
OUTSIDERS = ("upstream", "licensing", "help-desk", "on-call", "training")
NAMES = (*PROCESSES, OPERATOR, *OUTSIDERS)
"""Everybody with a password of their own."""


class Kind(StrEnum):
    TOPIC = "topic"
    GROUP = "group"


class Operation(StrEnum):
    READ = "read"
    WRITE = "write"
    DESCRIBE = "describe"
    DESCRIBE_CONFIGS = "describe-configs"


@dataclass(frozen=True, slots=True, order=True)
class Right:
    """What somebody may do. `prefix`: with everything whose name begins so."""

    principal: str
    operation: Operation
    kind: Kind
    name: str
    prefix: bool = False


def principal(namespace: str, name: str) -> str:
    """As whom `name` logs in: two pipelines on one cluster know nothing of each other."""
    return f"{namespace}.{name}"


def rights(namespace: str) -> frozenset[Right]:
    """All rights on the topics and groups of a namespace. Reading and writing imply describing."""
    return frozenset(
        Right(principal(namespace, name), operation, kind, on, prefix)
        for name, operation, kind, on, prefix in _of_all(namespace)
    )


_Line = tuple[str, Operation, Kind, str, bool]


def _of_all(namespace: str) -> Iterator[_Line]:
    for topic in TOPICS:
        for writer in topic.writers:
            for name in NAMES_OF[writer]:
                yield name, Operation.WRITE, Kind.TOPIC, topic.address(namespace), False
        for reader in PROCESS_OF.keys() & topic.readers:
            yield from _of_reader(namespace, topic, reader)
        for outsider in topic.foreign:
            for name in NAMES_OF[outsider]:
                yield name, Operation.READ, Kind.TOPIC, topic.address(namespace), False
                # Any group whose name begins with theirs: support.help-desk.berlin
                yield name, Operation.READ, Kind.GROUP, principal(namespace, name), True
    for name in SEE_ALL:
        yield name, Operation.READ, Kind.TOPIC, f"{namespace}.", True
        yield name, Operation.DESCRIBE, Kind.GROUP, f"{namespace}.", True
    yield OPERATOR, Operation.DESCRIBE_CONFIGS, Kind.TOPIC, f"{namespace}.", True
    yield OPERATOR, Operation.READ, Kind.GROUP, f"{namespace}.dlq-replay", False


def _of_reader(namespace: str, topic: Topic, reader: Reader) -> Iterator[_Line]:
    """Reading, committing, parking; and the operator may put back what was parked."""
    name = PROCESS_OF[reader]
    yield name, Operation.READ, Kind.TOPIC, topic.address(namespace), False
    yield name, Operation.READ, Kind.GROUP, group(namespace, reader), False
    if reader not in NEVER_PARKS:
        dead_letters = topic.dead_letters(namespace, reader)
        yield name, Operation.WRITE, Kind.TOPIC, dead_letters, False
        yield OPERATOR, Operation.WRITE, Kind.TOPIC, topic.address(namespace), False
