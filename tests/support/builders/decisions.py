"""What does the router decide, and what do people change about it?"""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from shared.contracts import (
    Accepted,
    Cause,
    Corrected,
    Coverage,
    Moment,
    Queue,
    ReviewReason,
    Routed,
    Scope,
    Security,
    Verdict,
    Withdrawn,
)
from shared.ids import routed_id
from tests.support.builders.constants import FINGERPRINT, NOW, POLICY, TICKET
from tests.support.builders.judgements import a_coverage, a_verdict
from tests.support.builders.tickets import a_flag, an_accepted


def a_routed(
    queue: Queue = Queue.EXTENSIONS,
    *,
    accepted: Accepted | None = None,
    verdict: Verdict | None = None,
    coverage: Coverage | None = None,
    security: Security | None = None,
    revision: int = 1,
    supersedes: str | None = None,
    cause: Cause = Cause.FIRST,
    review_reason: ReviewReason | None = None,
    conflicts_with: UUID | None = None,
    decided_at: Moment = NOW + timedelta(seconds=1),
) -> Routed:
    """An ordinary decision by the router."""
    accepted = accepted or an_accepted()
    verdict = a_verdict() if verdict is None else verdict
    return Routed(
        ticket_id=accepted.ticket_id,
        fingerprint=accepted.fingerprint,
        revision=revision,
        supersedes=supersedes,
        cause=cause,
        conflicts_with=conflicts_with,
        queue=queue,
        rank=RANKS[queue],
        review_reason=review_reason,
        security=security or Security(),
        findings=verdict.findings,
        decided=verdict.decided,
        coverage=a_coverage() if coverage is None else coverage,
        policy=POLICY,
        model=verdict.model,
        ticket=accepted.ticket,
        canary=accepted.canary,
        received_at=accepted.received_at,
        decided_at=decided_at,
    )


RANKS = {
    Queue.SECURITY: 1,
    Queue.EXTENSIONS: 2,
    Queue.CORE_PAYING: 3,
    Queue.CORE: 4,
    Queue.REVIEW: 5,
    Queue.RENEWAL: 6,
    Queue.REFERRAL: 7,
}
"""By hand, after the policy: the order in which queues are served."""


def a_report_routed(
    accepted: Accepted | None = None, *, security: Security | None = None
) -> Routed:
    """A report as the fast lane passes it on: no ledger, no policy, no facts."""
    accepted = accepted or an_accepted()
    return Routed(
        ticket_id=accepted.ticket_id,
        fingerprint=accepted.fingerprint,
        cause=Cause.SECURITY_FINDING,
        queue=Queue.SECURITY,
        rank=1,
        security=security or a_flag(),
        ticket=accepted.ticket,
        canary=accepted.canary,
        received_at=accepted.received_at,
        decided_at=NOW + timedelta(seconds=1),
    )


def a_withdrawn(
    queue: Queue = Queue.EXTENSIONS,
    *,
    ticket_id: UUID = TICKET,
    withdraws: str = routed_id(TICKET, FINGERPRINT, 1),
    revision: int = 2,
    cause: Cause = Cause.SECURITY_FINDING,
) -> Withdrawn:
    return Withdrawn(
        ticket_id=ticket_id, withdraws=withdraws, revision=revision, cause=cause, queue=queue
    )


def a_correction(
    *,
    ticket_id: UUID = TICKET,
    fingerprint: str | None = FINGERPRINT,
    security: bool | None = None,
    scope: Scope | None = None,
) -> Corrected:
    """A person's word: `security` True raises (the default), False clears; else `scope`."""
    if security is None and scope is None:
        security = True
    return Corrected(
        ticket_id=ticket_id,
        fingerprint=fingerprint,
        security=security,
        scope=scope,
        by="Dana",
        reason="read the ticket",
    )
