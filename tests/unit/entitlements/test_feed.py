"""May we say no?"""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from services.entitlements.feed import feed
from tests.unit.entitlements.worlds import DAY, T

TICK = timedelta(microseconds=1)
TOLERANCE = timedelta(minutes=15)


@pytest.mark.parametrize(
    ("complete_until", "expected"),
    [
        (None, "never_heard"),
        (T - DAY, "stale"),
        (T - TOLERANCE - TICK, "stale"),
        (T - TOLERANCE, "provisional"),
        (T - TICK, "provisional"),
        (T, "final"),
        (T + DAY, "final"),
    ],
)
def test_a_negative_answer_is_worth_what_the_feed_has_seen(
    complete_until: datetime | None, expected: str
) -> None:
    assert feed(as_of=T, complete_until=complete_until, tolerance=TOLERANCE) == expected


def test_without_tolerance_there_is_nothing_provisional() -> None:
    assert feed(as_of=T, complete_until=T - TICK, tolerance=timedelta(0)) == "stale"
