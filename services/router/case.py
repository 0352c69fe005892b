"""What does the ledger know of one ticket? Its inputs so far and its decisions.

Inputs are only ever added, so how much of them a decision knew is enough to make it again.
"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import NamedTuple
from uuid import UUID

from shared.contracts import Cause, Corrected, Entitled, Queue, Routed, SecuritySuspected


class Assessed(NamedTuple):
    """The ordinary lane's word: findings and coverage. `raw`: the event's data as it arrived."""

    entitled: Entitled
    raw: bytes


class Suspected(NamedTuple):
    """A finding that the ticket is a security report."""

    suspected: SecuritySuspected
    raw: bytes


class Correction(NamedTuple):
    """A person's word. `id`: the event's, by which a repeat is recognised."""

    id: str
    corrected: Corrected


Input = Assessed | Suspected | Correction


class Arrived(StrEnum):
    """Which kind of input a decision was made on."""

    ASSESSED = "assessed"
    LEARNED = "learned"
    SUSPECTED = "suspected"
    CORRECTION = "correction"


class Basis(NamedTuple):
    """How much of its case a decision knew, the input included that it was made on.

    `corrections`: how many. `code`: the version of the code that decided.
    """

    arrived: Arrived
    assessed: bool
    learned: bool
    suspected: bool
    corrections: int
    code: str


class Decision(NamedTuple):
    """One revision. The times say what Kafka has acknowledged: its record, its withdrawal.

    `seal`: hash of the inputs. It and `basis` are None where the ledger did not keep them yet.
    `json`: the record as the ledger keeps it and its queue shows it, None where it is not made yet.
    """

    revision: int
    queue: Queue
    rank: int
    cause: Cause
    message_id: str
    supersedes: str | None
    live: bool
    record: Routed
    basis: Basis | None = None
    seal: str | None = None
    published_at: datetime | None = None
    withdrawn_at: datetime | None = None
    json: bytes | None = None


class Case(NamedTuple):
    """`base_id` is the id that the 202 gave; a conflict has a `ticket_id` of its own.

    `learned`: the ordinary lane's word after facts were learned later, if there was one.
    """

    ticket_id: UUID
    base_id: UUID
    fingerprint: str | None = None
    conflicts_with: UUID | None = None
    assessed: Assessed | None = None
    learned: Assessed | None = None
    suspected: Suspected | None = None
    corrections: tuple[Correction, ...] = ()
    decisions: tuple[Decision, ...] = ()

    @property
    def entitled(self) -> Entitled | None:
        """The ordinary lane's last word."""
        last = self.learned or self.assessed
        return last.entitled if last else None

    @property
    def live(self) -> Decision | None:
        return next((decision for decision in self.decisions if decision.live), None)

    def knows(self, message_id: str) -> bool:
        return any(decision.message_id == message_id for decision in self.decisions)

    def with_decision(self, decision: Decision) -> Case:
        """One more revision; a live one takes the place of the live one."""
        earlier = self.decisions
        if decision.live:
            earlier = tuple(old._replace(live=False) for old in earlier)
        return self._replace(decisions=(*earlier, decision))
