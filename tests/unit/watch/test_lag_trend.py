"""Whether a lag grows: by seconds, not by records."""

from __future__ import annotations

from datetime import timedelta

import pytest

from services.watch.lag_trend import Lag, Trend, Trends, trend
from tests.unit.watch.test_timeline import NOON


def lag(seconds: float | None, records: int = 3) -> Lag:
    return Lag("support.router", "router", "support.tickets.entitled.v1", records, seconds, 1)


@pytest.mark.parametrize(
    ("then", "now", "says"),
    [
        (0, 0.9, Trend.STEADY),
        (0, 1.0, Trend.RISING),
        (100, 95, Trend.STEADY),
        (100, 120, Trend.RISING),
        (100, 60, Trend.FALLING),
    ],
)
def test_small_changes_are_no_trend(then: float, now: float, says: Trend) -> None:
    assert trend(then, now) is says


def test_a_measurement_is_compared_with_the_one_of_a_minute_ago() -> None:
    trends, told = Trends(), []
    for second, seconds in ((0, 0), (30, 20), (60, 40), (90, 40), (120, 40)):
        (measured,) = trends.told([lag(seconds)], NOON + timedelta(seconds=second))
        told.append(measured.trend)
    assert told == [None, Trend.RISING, Trend.RISING, Trend.RISING, Trend.STEADY]


def test_what_could_not_be_measured_has_no_trend() -> None:
    assert Trends().told([lag(None)], NOON)[0].trend is None


def test_the_oldest_record_grows_older_between_measurements() -> None:
    since = NOON - timedelta(seconds=7)
    waiting = Lag("g", "router", "t", 3, 5.0, 1, oldest=since)
    assert waiting.oldest_seconds(NOON) == 7.0
    assert lag(0.0, records=0).oldest_seconds(NOON) == 0.0
    assert lag(None).oldest_seconds(NOON) is None
