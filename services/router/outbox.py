"""What must Kafka still hear of a case? Records not yet published, withdrawals not yet told."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from services.router.case import Case, Decision
from services.router.record import flagged_by_person, text_of
from services.router.store import Mark
from shared.contracts import Cause, Queue, SecuritySuspected, Withdrawn
from shared.envelope import Outgoing, encode
from shared.ids import event_id, security_routed_id
from shared.topics import QUEUES, SECURITY

SOURCE = "/router"


def pending(case: Case, namespace: str, now: datetime) -> list[tuple[Outgoing, Mark]]:
    """Every record that the case still owes, each with what to mark when it is acknowledged.

    Every decision gets its record and every superseded one its withdrawal, in whatever order
    they come to be told: live is what is routed and not withdrawn. What concerns the security
    queue goes to the fast lane, the only writer of that queue.
    """
    owed: list[tuple[Outgoing, Mark]] = []
    for decision in case.decisions:
        if decision.published_at is None:
            mark = Mark(case.ticket_id, decision.revision, withdrawal=False)
            owed.append((_published(case, decision, namespace), mark))
        if not decision.live and decision.withdrawn_at is None:
            mark = Mark(case.ticket_id, decision.revision, withdrawal=True)
            owed.append((_withdrawn(case, decision, namespace, now), mark))
    return owed


def _published(case: Case, decision: Decision, namespace: str) -> Outgoing:
    if decision.queue is Queue.SECURITY:
        return _announced(case, decision, namespace)
    return encode(
        QUEUES[decision.queue].address(namespace),
        decision.record,
        event_id=decision.message_id,
        source=SOURCE,
        time=decision.record.decided_at,
        subject=str(case.ticket_id),
        json=decision.json,
    )


def _announced(case: Case, decision: Decision, namespace: str) -> Outgoing:
    """A person's finding, for the fast lane to carry."""
    flagging = next(
        correction
        for correction in case.corrections
        if security_routed_id(case.base_id, case.fingerprint or "", correction.id)
        == decision.message_id
    )
    accepted, security = text_of(case)
    return encode(
        SECURITY.address(namespace),
        SecuritySuspected(
            accepted=accepted,
            security=flagged_by_person(security),
            finding=flagging.id,
            found_at=decision.record.decided_at,
        ),
        event_id=event_id(case.base_id, case.fingerprint or "", f"suspected/{flagging.id}"),
        source=SOURCE,
        time=decision.record.decided_at,
        subject=str(accepted.ticket_id),
    )


def _withdrawn(case: Case, decision: Decision, namespace: str, now: datetime) -> Outgoing:
    to_security = decision.queue is Queue.SECURITY
    topic = SECURITY if to_security else QUEUES[decision.queue]
    after = _successor(case.decisions, decision)
    return encode(
        topic.address(namespace),
        Withdrawn(
            ticket_id=case.ticket_id,
            withdraws=decision.message_id,
            revision=after.revision if after else decision.revision,
            cause=after.cause if after else Cause.CORRECTION,
            queue=decision.queue,
        ),
        event_id=event_id(
            case.ticket_id, case.fingerprint or "", f"withdrawn/{decision.message_id}"
        ),
        source=SOURCE,
        time=now,
        subject=str(case.ticket_id),
        key=str(case.base_id if to_security else case.ticket_id),
    )


def _successor(decisions: Iterable[Decision], gone: Decision) -> Decision | None:
    """The revision that took the place of one: what its withdrawal names as the reason."""
    return next((d for d in decisions if d.supersedes == gone.message_id), None)
