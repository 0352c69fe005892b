"""Can this fact be? What contradicts itself or speaks of the future is refused, field by field."""

from __future__ import annotations

from datetime import datetime, timedelta

from shared.contracts import FeedAdvanced, LicenceFact
from shared.failures import Permanent

CLOCK_SKEW = timedelta(seconds=5)
"""How far the sender's clock may be ahead of the broker's before it counts as the future."""


def check_fact(fact: LicenceFact, *, sent_at: datetime | None, appended_at: datetime) -> None:
    """Raises Permanent `impossible_fact` naming the field; the licence stays as last known.

    `sent_at`: the event's own time (ce_time), `appended_at`: the broker's.
    """
    said_at = appended_at if sent_at is None else min(sent_at, appended_at)
    if fact.effective_at > said_at + CLOCK_SKEW:
        raise _impossible("effective_at", "is later than the event; the future is in paid_until")
    if "\0" in fact.licence_id:
        raise _impossible("licence_id", "holds a NUL character")
    if fact.paid_until is not None and fact.paid_until < fact.valid_from:
        raise _impossible("paid_until", "is before valid_from")
    if fact.site_limit is not None and fact.site_limit < 0:
        raise _impossible("site_limit", "is negative; null means unlimited")
    if fact.grace_days < 0:
        raise _impossible("grace_days", "is negative")
    for number, activation in enumerate(fact.activations):
        ended = activation.deactivated_at
        if ended is not None and ended < activation.activated_at:
            raise _impossible(f"activations.{number}.deactivated_at", "is before activated_at")


def check_heartbeat(heartbeat: FeedAdvanced, *, appended_at: datetime) -> None:
    """Raises Permanent `impossible_fact` where a feed claims to be complete in the future."""
    if heartbeat.complete_until > appended_at + CLOCK_SKEW:
        raise _impossible("complete_until", "is in the future of the record")


def _impossible(field: str, why: str) -> Permanent:
    return Permanent("impossible_fact", f"{field} {why}")
