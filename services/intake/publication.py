"""In which order is an accepted ticket written? The security report first, then the ticket."""

from __future__ import annotations

from datetime import datetime

from shared.contracts import Accepted, Finder, Security, SecuritySuspected, Submitted
from shared.envelope import Outgoing, encode
from shared.ids import event_id
from shared.topics import SECURITY, SUBMITTED

SOURCE = "/triage/intake"


def security_of(reasons: tuple[str, ...], *, over_rate: bool = False) -> Security:
    """The flag as the screen sees it."""
    if not reasons:
        return Security()
    return Security(flag=True, reasons=reasons, found_by=(Finder.SCREEN,), over_rate=over_rate)


def suspected(
    accepted: Accepted, security: Security, *, found_at: datetime, namespace: str
) -> Outgoing:
    """The report for the fast lane; written and acknowledged before anything else."""
    return encode(
        SECURITY.address(namespace),
        SecuritySuspected(accepted=accepted, security=security, found_at=found_at),
        event_id=event_id(accepted.ticket_id, accepted.fingerprint, "suspected/machine"),
        source=SOURCE,
        time=found_at,
        subject=str(accepted.ticket_id),
    )


def submitted(accepted: Accepted, security: Security, *, namespace: str) -> Outgoing:
    """The ticket for the ordinary lane, flagged or not."""
    return encode(
        SUBMITTED.address(namespace),
        Submitted(accepted=accepted, security=security),
        event_id=event_id(accepted.ticket_id, accepted.fingerprint, "submitted"),
        source=SOURCE,
        time=accepted.received_at,
        subject=str(accepted.ticket_id),
    )
