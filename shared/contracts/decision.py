"""What do queues carry, and what do people tell us about decisions?"""

from __future__ import annotations

from enum import StrEnum
from typing import Self
from uuid import UUID

from pydantic import Field, model_validator

from shared.contracts.coverage import Coverage
from shared.contracts.ticket import Security, Ticket
from shared.contracts.values import Cause, Frozen, Moment, Queue, ReviewReason, Scope
from shared.contracts.verdict import Finding, ModelRef


class PolicyRef(Frozen):
    version: str
    hash: str


class Reply(Frozen):
    """What the customer can be told; never a gate."""

    key: str
    text: str


class Origin(Frozen):
    topic: str
    partition: int
    offset: int


class Routed(Frozen):
    """A decision on its queue. The fast lane, without ledger and policy, leaves nulls."""

    ticket_id: UUID | None
    fingerprint: str | None
    revision: int | None = None
    supersedes: str | None = None
    cause: Cause
    conflicts_with: UUID | None = None
    queue: Queue
    rank: int
    review_reason: ReviewReason | None = None
    security: Security
    findings: tuple[Finding, ...] = ()
    decided: bool = False
    coverage: Coverage | None = None
    reply: Reply | None = None
    policy: PolicyRef | None = None
    model: ModelRef | None = None
    ticket: Ticket | None = None
    canary: bool = False
    received_at: Moment | None = None
    decided_at: Moment
    origin: Origin | None = None


class Withdrawn(Frozen):
    """Takes a routed record back from the queue it stands on. `withdraws`: its ce_id."""

    ticket_id: UUID
    withdraws: str
    revision: int
    cause: Cause
    queue: Queue


class Corrected(Frozen):
    """A person's word on a decision; exactly one of `security` and `scope` is given."""

    ticket_id: UUID
    fingerprint: str | None = None
    security: bool | None = None
    scope: Scope | None = None
    by: str = Field(min_length=1, max_length=200)
    reason: str = Field(min_length=1, max_length=2000)

    @model_validator(mode="after")
    def _says_one_thing(self) -> Self:
        if (self.security is None) == (self.scope is None):
            raise ValueError("give either security or scope")
        return self


class TicketStatus(StrEnum):
    TAKEN = "taken"
    SOLVED = "solved"
    REOPENED = "reopened"


class StatusChanged(Frozen):
    ticket_id: UUID
    status: TicketStatus
    by: str
    at: Moment
