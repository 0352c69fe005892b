"""Which rights are in force at a moment? The edges, to the microsecond."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from services.entitlements.rights import Phase, end_of_rights, rights
from shared.contracts import LicenceFact
from tests.unit.entitlements.worlds import BEGIN, END, T, fact

TICK = timedelta(microseconds=1)


def phase(licence: LicenceFact, at: datetime) -> tuple[str, ...]:
    found = rights(licence, at)
    return (found.phase, *found.reasons)


@pytest.mark.parametrize(
    ("at", "expected"),
    [
        (BEGIN - TICK, ("not_yet", "not_yet_valid")),
        (BEGIN, ("in_force", "in_force")),
        (END - TICK, ("in_force", "in_force")),
        (END, ("in_force", "in_grace")),
        (END + timedelta(days=7) - TICK, ("in_force", "in_grace")),
        (END + timedelta(days=7), ("ended", "expired")),
    ],
)
def test_rights_last_from_valid_from_to_the_end_of_grace(
    at: datetime, expected: tuple[str, ...]
) -> None:
    assert phase(fact(), at) == expected


@pytest.mark.parametrize(
    ("at", "expected"),
    [
        (END - TICK, ("in_force", "cancelled_paid")),
        (END, ("ended", "cancelled_ended")),
    ],
)
def test_cancelling_keeps_what_was_paid_and_takes_the_grace(
    at: datetime, expected: tuple[str, ...]
) -> None:
    assert phase(fact(state="cancelled"), at) == expected


def test_without_grace_days_rights_end_with_the_paid_time() -> None:
    assert phase(fact(grace_days=0), END - TICK) == ("in_force", "in_force")
    assert phase(fact(grace_days=0), END) == ("ended", "expired")


def test_a_lifetime_licence_never_ends_even_cancelled() -> None:
    far = datetime(9998, 1, 1, tzinfo=UTC)
    assert phase(fact(paid_until=None), far) == ("in_force", "lifetime")
    assert phase(fact(paid_until=None, state="cancelled"), far) == ("in_force", "cancelled_paid")


@pytest.mark.parametrize("state", ["refunded", "revoked"])
def test_refund_and_revocation_end_all_rights_at_once(state: str) -> None:
    assert phase(fact(state=state), T) == ("taken_away", state)
    assert phase(fact(state=state, paid_until=None), T) == ("taken_away", state)


def test_a_dispute_is_no_revocation() -> None:
    assert phase(fact(disputed=True), T) == ("in_force", "in_force", "disputed")


def test_an_early_renewal_adds_to_the_old_end_and_a_late_one_starts_anew() -> None:
    early = fact(version=2, effective_at=T, paid_until=END + timedelta(days=365))
    assert phase(early, END + timedelta(days=30)) == ("in_force", "in_force")
    late_start = END + timedelta(days=30)
    late = fact(version=2, effective_at=late_start, valid_from=late_start, paid_until=None)
    assert phase(late, late_start - TICK) == ("not_yet", "not_yet_valid")
    assert phase(late, late_start)[0] is Phase.IN_FORCE


def test_times_in_any_zone_mean_the_same_moment() -> None:
    tokyo = fact(paid_until="2027-01-01T09:00:00+09:00")
    assert end_of_rights(tokyo) == end_of_rights(fact())
    assert phase(tokyo, END.astimezone(ZoneInfo("America/New_York"))) == ("in_force", "in_grace")


def test_a_grace_day_has_24_hours_also_where_clocks_change() -> None:
    berlin = ZoneInfo("Europe/Berlin")
    paid_until = datetime(2026, 3, 28, 12, tzinfo=berlin)
    licence = fact(paid_until=paid_until, grace_days=1)
    assert end_of_rights(licence) == datetime(2026, 3, 29, 11, tzinfo=UTC)
    assert end_of_rights(licence) == datetime(2026, 3, 29, 13, tzinfo=berlin)
    autumn = fact(paid_until=datetime(2026, 10, 24, 12, tzinfo=berlin), grace_days=1)
    assert end_of_rights(autumn) == datetime(2026, 10, 25, 11, tzinfo=berlin)


def test_grace_counts_days_over_a_leap_day_and_a_leap_year() -> None:
    leap = fact(valid_from="2027-02-28T00:00:00Z", paid_until="2028-02-28T00:00:00Z", grace_days=2)
    assert end_of_rights(leap) == datetime(2028, 3, 1, tzinfo=UTC)
    bought_on_leap_day = fact(
        valid_from="2028-02-29T00:00:00Z", paid_until="2029-02-28T00:00:00Z", grace_days=1
    )
    assert end_of_rights(bought_on_leap_day) == datetime(2029, 3, 1, tzinfo=UTC)


def test_a_right_of_no_length_is_never_in_force() -> None:
    empty = fact(paid_until=BEGIN, grace_days=0)
    assert phase(empty, BEGIN - TICK)[0] is Phase.NOT_YET
    assert phase(empty, BEGIN)[0] is Phase.ENDED


def test_grace_beyond_the_calendar_is_no_end() -> None:
    assert end_of_rights(fact(paid_until="9999-12-31T00:00:00Z", grace_days=400)) is None
    assert phase(fact(paid_until="9999-12-31T00:00:00Z", grace_days=4_000_000), T)[0] == "in_force"
    assert phase(fact(grace_days=10**18), T)[0] == "in_force"
