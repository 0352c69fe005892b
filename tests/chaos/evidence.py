"""What does the checker look at? Plain data: what was sent, what stands on topics and in tables.

Written after the outside interfaces alone: nothing here, in `checker.py`, `invariants/` and
`reader.py` is shared with the pipeline, so an error of the pipeline cannot hide in its own yardstick.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum


class Word(StrEnum):
    """What a person said of a ticket."""

    REPORT = "security"
    NO_REPORT = "clear"
    SCOPE = "scope"


@dataclass(frozen=True, slots=True)
class Submission:
    """One text that was handed to intake. `external_id` is its own, even under a shared key."""

    external_id: str
    answered_ids: tuple[str, ...] = ()
    """The ticket ids that 202s gave, one per answer; empty for the inbound topic."""
    accepted: bool = True
    """False: nobody acknowledged it, so it may or may not be there."""
    sent_at: float | None = None
    """Seconds since 1970, when the request was sent that got the first 202."""
    accepted_at: float | None = None
    """Seconds since 1970, of the first acknowledgement."""
    report: bool = False
    """A text that the deterministic screen must flag."""
    conflicts_with: str | None = None
    """The `external_id` that was accepted under the same key before this was sent."""
    corrected: Word | None = None


@dataclass(frozen=True, slots=True)
class Poison:
    """A record that can't be accepted, by where the broker put it. `topic`: `tickets.submitted`."""

    topic: str
    partition: int
    offset: int


@dataclass(frozen=True, slots=True)
class Fact:
    """A licence fact that was published. `content`: canonical JSON of the whole fact."""

    licence_id: str
    version: int
    content: str


@dataclass(frozen=True, slots=True)
class Message:
    """A record on a topic. `topic` is the name between namespace and version, or the address of
    a dead-letter topic without the namespace: `queues.core`, `inbound.v1.intake.dlq`."""

    topic: str
    partition: int
    offset: int
    key: str | None
    headers: Mapping[str, str]
    value: bytes | None
    at: float = 0.0
    """Seconds since 1970, by the record's timestamp."""


@dataclass(frozen=True, slots=True)
class Row:
    """A row of the view `ledger`."""

    ticket_id: str
    revision: int
    queue: str
    live: bool
    message_id: str
    cause: str
    published: bool = True


@dataclass(frozen=True, slots=True)
class LicenceRow:
    """A row of the view `licence_state`."""

    licence_id: str
    version: int
    contradictory: bool


@dataclass(frozen=True, slots=True)
class Evidence:
    """All that is known after a run. `lag`: records not yet committed, by consumer group."""

    submissions: Sequence[Submission] = ()
    poison: Sequence[Poison] = ()
    facts: Sequence[Fact] = ()
    messages: Sequence[Message] = ()
    ledger: Sequence[Row] = ()
    earlier: Sequence[Row] = ()
    """Ledger rows as they were seen at some time during the run."""
    licences: Sequence[LicenceRow] = ()
    lag: Mapping[str, int] = field(default_factory=dict)
