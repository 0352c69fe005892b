"""Which rights are in force at a moment? [valid_from, paid_until + grace), reading 7."""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum
from typing import NamedTuple

from services.entitlements.reasons import Reason
from shared.contracts import LicenceFact, LicenceState

GRACE_DAY = timedelta(hours=24)


class Phase(StrEnum):
    """Where a moment lies in the life of a licence."""

    IN_FORCE = "in_force"
    ENDED = "ended"
    NOT_YET = "not_yet"
    TAKEN_AWAY = "taken_away"


class Rights(NamedTuple):
    """`end`: the first moment without rights; None where they never end."""

    phase: Phase
    reasons: tuple[Reason, ...]
    end: datetime | None


def rights(fact: LicenceFact, at: datetime) -> Rights:
    """The rights that a licence gives at `at` (C4, reading 7)."""
    end = end_of_rights(fact)
    match fact.state:
        case LicenceState.REFUNDED:
            return Rights(Phase.TAKEN_AWAY, (Reason.REFUNDED,), end)
        case LicenceState.REVOKED:
            return Rights(Phase.TAKEN_AWAY, (Reason.REVOKED,), end)
        case LicenceState.ACTIVE | LicenceState.CANCELLED:
            cancelled = fact.state is LicenceState.CANCELLED
    if at < fact.valid_from:
        return Rights(Phase.NOT_YET, (Reason.NOT_YET_VALID,), end)
    if end is not None and at >= end:
        why = Reason.CANCELLED_ENDED if cancelled else Reason.EXPIRED
        return Rights(Phase.ENDED, (why,), end)
    disputed = (Reason.DISPUTED,) if fact.disputed else ()
    return Rights(Phase.IN_FORCE, (_why_in_force(fact, at), *disputed), end)


def end_of_rights(fact: LicenceFact) -> datetime | None:
    """When rights end; cancelling takes the grace, a lifetime has no end (nor has year 10000)."""
    if fact.paid_until is None:
        return None
    if fact.state is LicenceState.CANCELLED:
        return fact.paid_until
    try:
        return fact.paid_until + fact.grace_days * GRACE_DAY
    except OverflowError:
        return None


def _why_in_force(fact: LicenceFact, at: datetime) -> Reason:
    if fact.state is LicenceState.CANCELLED:
        return Reason.CANCELLED_PAID
    if fact.paid_until is None:
        return Reason.LIFETIME
    return Reason.IN_GRACE if at >= fact.paid_until else Reason.IN_FORCE
