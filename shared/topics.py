"""Which topics are there, who writes and reads them, and how are they kept?

The one registry: the admin command creates topics from it, services take addresses from it,
documents and access rules are generated from it. A logical name (`tickets.submitted`) becomes
an address by the namespace: `support.tickets.submitted.v1`.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from shared.contracts import (
    Classified,
    Corrected,
    Entitled,
    FeedAdvanced,
    Frozen,
    LicenceFact,
    Queue,
    Routed,
    SecuritySuspected,
    StatusChanged,
    Submitted,
    Withdrawn,
)

DAY_MS = 24 * 60 * 60 * 1000
TICKET_DAYS = 14
"""How long ticket topics are kept: an outage of two weeks can be waited out."""
INBOUND_DAYS = 2
"""Unredacted text of untrusted writers: short and closely held."""
LARGEST_RECORD = 4 * 1024 * 1024
"""So that an oversized submission reaches intake and is parked there, not lost at its sender."""
LARGEST_DEAD_LETTER = LARGEST_RECORD + 1024 * 1024
"""A parked record carries its origin on top of what it was."""


class Reader(StrEnum):
    """Every reader of a topic: names its consumer group and its dead letters."""

    INTAKE = "intake"
    CLASSIFIER = "classifier"
    CLASSIFIER_SECURITY = "classifier-security"
    ENTITLEMENTS = "entitlements"
    ENTITLEMENTS_LICENCES = "entitlements-licences"
    ROUTER = "router"
    ROUTER_SECURITY = "router-security"
    ROUTER_CORRECTIONS = "router-corrections"
    ROUTER_FAST_LANE = "router-fast-lane"
    WATCH = "watch"


@dataclass(frozen=True, slots=True)
class Topic:
    """One topic. `readers` park what they can't read; `foreign` readers are outside the house."""

    name: str
    events: tuple[type[Frozen], ...]
    writers: tuple[str, ...]
    readers: tuple[Reader, ...]
    meaning: str
    foreign: tuple[str, ...] = ()
    partitions: int | None = None
    """None: the number that all ticket and queue topics share."""
    days: int | None = TICKET_DAYS
    """None: kept for good."""
    broker_time: bool = False
    """Records bear the time at which the broker had them, not one that their sender chose."""
    ours: bool = True
    """Written by this system alone, so a run of bad records means that we are wrong."""

    def address(self, namespace: str) -> str:
        return f"{namespace}.{self.name}.v1"

    def dead_letters(self, namespace: str, reader: Reader) -> str:
        return f"{self.address(namespace)}.{reader}.dlq"


def group(namespace: str, reader: Reader) -> str:
    return f"{namespace}.{reader}"


INBOUND = Topic(
    "inbound",
    (),
    ("upstream systems",),
    (Reader.INTAKE,),
    "Tickets as upstream systems report them, untrusted.",
    days=INBOUND_DAYS,
    ours=False,
)
SUBMITTED = Topic(
    "tickets.submitted",
    (Submitted,),
    ("intake",),
    (Reader.CLASSIFIER, Reader.CLASSIFIER_SECURITY),
    "Accepted tickets, redacted and screened.",
)
SECURITY = Topic(
    "tickets.security",
    (SecuritySuspected, Withdrawn),
    ("intake", "classifier", "classifier-security", "router"),
    (Reader.ROUTER_FAST_LANE, Reader.ROUTER_SECURITY),
    "Tickets that somebody or something takes for a security report, and withdrawals of these.",
)
CLASSIFIED = Topic(
    "tickets.classified",
    (Classified,),
    ("classifier",),
    (Reader.ENTITLEMENTS,),
    "Tickets with findings: scope, product area, confidence, evidence.",
)
LICENCES = Topic(
    "licences",
    (LicenceFact, FeedAdvanced),
    ("licence and billing systems",),
    (Reader.ENTITLEMENTS_LICENCES,),
    "Licence facts and the times up to which they are complete.",
    partitions=1,
    days=None,
    broker_time=True,
    ours=False,
)
ENTITLED = Topic(
    "tickets.entitled",
    (Entitled,),
    ("entitlements",),
    (Reader.ROUTER,),
    "Tickets with what the customer is owed.",
)
CORRECTIONS = Topic(
    "corrections",
    (Corrected,),
    ("people, through triage correct",),
    (Reader.ROUTER_CORRECTIONS,),
    "What people say of decisions; kept for training.",
    foreign=("training",),
    days=None,
    ours=False,
)
STATUS = Topic(
    "tickets.status",
    (StatusChanged,),
    ("help desks", "triage take"),
    (Reader.WATCH,),
    "What help desks did with tickets.",
    ours=False,
)
QUEUES: dict[Queue, Topic] = {
    queue: Topic(
        f"queues.{queue}",
        (Routed, Withdrawn),
        ("fast lane",) if queue is Queue.SECURITY else ("router",),
        (Reader.WATCH,),
        meaning,
        foreign=("people on call",) if queue is Queue.SECURITY else ("help desks",),
    )
    for queue, meaning in {
        Queue.SECURITY: "Security reports, at once.",
        Queue.EXTENSIONS: "Extension support with an active subscription.",
        Queue.CORE_PAYING: "Core support for a paying customer.",
        Queue.CORE: "Free core users, and product bugs of anybody without entitlement.",
        Queue.REVIEW: "A person decides.",
        Queue.RENEWAL: "In-scope extension requests without rights, with what to do.",
        Queue.REFERRAL: "Not covered, with the clause and where to turn.",
    }.items()
}

TOPICS: tuple[Topic, ...] = (
    INBOUND,
    SUBMITTED,
    SECURITY,
    CLASSIFIED,
    LICENCES,
    ENTITLED,
    CORRECTIONS,
    STATUS,
    *QUEUES.values(),
)


@dataclass(frozen=True, slots=True)
class TopicSpec:
    """What a topic should look like on the broker."""

    address: str
    partitions: int
    config: dict[str, str]


def specifications(namespace: str, partitions: int) -> list[TopicSpec]:
    """Every topic and every dead-letter topic, as it should stand on the broker."""
    specs = []
    for topic in TOPICS:
        config = {
            "cleanup.policy": "delete",
            "retention.ms": str(-1 if topic.days is None else topic.days * DAY_MS),
            "max.message.bytes": str(LARGEST_RECORD),
            "message.timestamp.type": "LogAppendTime" if topic.broker_time else "CreateTime",
        }
        specs.append(
            TopicSpec(topic.address(namespace), topic.partitions or partitions, config),
        )
        specs.extend(
            TopicSpec(
                topic.dead_letters(namespace, reader),
                1,
                config
                | {
                    "retention.ms": str(2 * TICKET_DAYS * DAY_MS),
                    "max.message.bytes": str(LARGEST_DEAD_LETTER),
                },
            )
            for reader in topic.readers
            if reader not in NEVER_PARKS
        )
    return specs


NEVER_PARKS = frozenset({Reader.ROUTER_FAST_LANE, Reader.WATCH})
"""The fast lane passes on what it can't read; watch only looks."""
