"""What stands on a queue? Builds the queue record of a decision."""

from __future__ import annotations

from datetime import datetime

from services.router.case import Case, Decision
from services.router.ruling import Ruled
from shared.contracts import Accepted, Cause, Finder, Queue, Routed, Security


def ordinary_record(
    case: Case,
    ruled: Ruled,
    revision: int,
    before: Decision | None,
    cause: Cause,
    now: datetime,
) -> Routed:
    """The record of a decision by the policy."""
    entitled = case.entitled
    if entitled is None:
        raise ValueError("an ordinary decision needs the ordinary lane's input")
    return Routed(
        ticket_id=case.ticket_id,
        fingerprint=case.fingerprint,
        revision=revision,
        supersedes=before.message_id if before else None,
        cause=cause,
        conflicts_with=case.conflicts_with,
        queue=ruled.ruling.queue,
        rank=ruled.ruling.rank,
        review_reason=ruled.ruling.review_reason,
        security=ruled.security,
        findings=ruled.findings,
        decided=ruled.decided,
        coverage=entitled.coverage,
        reply=ruled.reply,
        policy=ruled.policy,
        model=entitled.verdict.model,
        ticket=entitled.accepted.ticket,
        canary=entitled.accepted.canary,
        received_at=entitled.accepted.received_at,
        decided_at=now,
    )


def security_record(
    case: Case,
    ruled: Ruled,
    revision: int,
    supersedes: str | None,
    cause: Cause,
    now: datetime,
    *,
    by_person: bool,
) -> Routed:
    """The ledger's own record of a report; what people see on the queue the fast lane wrote."""
    accepted, security = text_of(case)
    if by_person:
        security = flagged_by_person(security)
    entitled = case.entitled
    return Routed(
        ticket_id=case.ticket_id,
        fingerprint=case.fingerprint,
        revision=revision,
        supersedes=supersedes,
        cause=cause,
        conflicts_with=case.conflicts_with,
        queue=Queue.SECURITY,
        rank=1,
        security=security,
        findings=ruled.findings,
        decided=ruled.decided,
        coverage=entitled.coverage if entitled else None,
        reply=ruled.reply,
        policy=ruled.policy,
        model=entitled.verdict.model if entitled else None,
        ticket=accepted.ticket,
        canary=accepted.canary,
        received_at=accepted.received_at,
        decided_at=now,
    )


def flagged_by_person(security: Security) -> Security:
    """The flag raised, a person among those who found it."""
    found_by = tuple(dict.fromkeys((*security.found_by, Finder.PERSON)))
    return security.model_copy(update={"flag": True, "found_by": found_by})


def text_of(case: Case) -> tuple[Accepted, Security]:
    """The ticket as accepted, with the finding if there is one."""
    if case.suspected is not None:
        return case.suspected.suspected.accepted, case.suspected.suspected.security
    if case.entitled is not None:
        return case.entitled.accepted, case.entitled.security
    raise ValueError("a case without text has no record")
