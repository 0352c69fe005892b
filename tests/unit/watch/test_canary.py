"""A quiet lane and a dead one must not look alike."""

from __future__ import annotations

from datetime import timedelta

import pytest

from services.watch.canary import Canaries, Singing
from services.watch.pace import Pace
from services.watch.sighting import Sighting
from tests.unit.watch.test_timeline import NOON, routed


def heard(*sightings: Sighting) -> Canaries:
    canaries = Canaries()
    for sighting in sightings:
        canaries.see(sighting, Pace())
    return canaries


def at(seconds: float) -> timedelta:
    return timedelta(seconds=seconds)


@pytest.mark.parametrize(
    ("now", "state"), [(60, Singing.ARRIVING), (160, Singing.ARRIVING), (161, Singing.ABSENT)]
)
def test_a_canary_is_missed_after_two_and_a_half_intervals(now: float, state: Singing) -> None:
    canaries = heard(routed("security", 10, "c1", canary=True))
    assert canaries.state(NOON + at(now), NOON - at(3600), 60) is state


def test_the_first_canary_is_awaited_before_it_is_missed() -> None:
    assert heard().state(NOON + at(100), NOON, 60) is Singing.AWAITED
    assert heard().state(NOON + at(151), NOON, 60) is Singing.ABSENT


def test_where_none_is_sent_that_is_said() -> None:
    canaries = heard(routed("security", 10, "c1", canary=True))
    assert canaries.state(NOON + at(11), NOON, 0) is Singing.OFF


def test_a_report_is_no_canary_and_one_in_another_queue_proves_nothing() -> None:
    canaries = heard(routed("security", 10, "s1"), routed("core", 11, "c1", canary=True))
    assert canaries.last is None


def test_its_time_through_the_lane_is_told() -> None:
    pace, canaries = Pace(), Canaries()
    sung = routed("security", 10, "c1", canary=True, received_at=NOON + at(9.6))
    canaries.see(sung, pace)
    figures = canaries.figures(NOON + at(20), NOON, 60, pace)
    assert figures == {
        "state": "arriving",
        "every_seconds": 60,
        "last": NOON + at(10),
        "last_seconds": 10.0,
        "p50_seconds": 0.4,
        "p95_seconds": 0.4,
        "worst_seconds": 0.4,
    }
