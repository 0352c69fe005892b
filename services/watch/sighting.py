"""What can a record tell somebody who only watches? Its place and its figures, never its text."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

from shared.contracts import Queue
from shared.topics import Reader, Topic

ROUTED = "support.ticket.routed.v1"
WITHDRAWN = "support.ticket.withdrawn.v1"


class Kind(StrEnum):
    """What a topic is to somebody who watches."""

    INBOUND = "inbound"
    TICKETS = "tickets"
    QUEUE = "queue"
    STATUS = "status"
    CORRECTIONS = "corrections"
    LICENCES = "licences"
    DEAD_LETTERS = "dead_letters"


@dataclass(frozen=True, slots=True)
class Place:
    """A topic of the pipeline by its address; `reader` is set where it holds dead letters."""

    address: str
    kind: Kind
    topic: Topic
    reader: Reader | None = None
    queue: Queue | None = None


@dataclass(frozen=True, slots=True)
class Parked:
    """Why and from where a record came to the dead letters."""

    reader: str
    reason: str
    detail: str
    attempts: int
    topic: str
    partition: int
    offset: int
    truncated: bool


class Sighting(NamedTuple):
    """One record, with what it says of itself; None where it says nothing. Never any text.

    A plain tuple: one is made of every record there is, and some of them are kept.
    """

    place: Place
    partition: int
    offset: int
    at: datetime
    type: str | None = None
    event_id: str | None = None
    ticket_id: str | None = None
    fingerprint: str | None = None
    conflicts_with: str | None = None
    revision: int | None = None
    withdraws: str | None = None
    status: str | None = None
    by: str | None = None
    found_by: tuple[str, ...] = ()
    over_rate: bool = False
    scope: str | None = None
    decided: bool | None = None
    review_reason: str | None = None
    canary: bool = False
    received_at: datetime | None = None
    parked: Parked | None = None

    @property
    def routed(self) -> bool:
        return self.place.kind is Kind.QUEUE and self.type == ROUTED

    @property
    def withdrawal(self) -> bool:
        return self.place.kind is Kind.QUEUE and self.type == WITHDRAWN
