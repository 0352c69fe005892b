"""Can this fact be?"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from services.entitlements.facts import CLOCK_SKEW, check_fact, check_heartbeat
from services.entitlements.handlers import read_licence
from shared.contracts import FeedAdvanced
from shared.failures import Permanent
from tests.support.builders import an_event
from tests.unit.entitlements.worlds import BEGIN, DAY, END, T, fact, on

MICROSECOND = timedelta(microseconds=1)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"paid_until": BEGIN - MICROSECOND}, "paid_until"),
        ({"licence_id": "L\0"}, "licence_id"),
        ({"site_limit": -1}, "site_limit"),
        ({"grace_days": -1}, "grace_days"),
        ({"effective_at": T + DAY}, "effective_at"),
        (
            {"activations": [on("a.com"), on("b.com", day=9, deactivated_at=BEGIN)]},
            "activations.1.deactivated_at",
        ),
    ],
    ids=lambda each: each if isinstance(each, str) else "",
)
def test_an_impossible_fact_is_refused_by_the_name_of_its_field(
    changes: dict[str, Any], field: str
) -> None:
    with pytest.raises(Permanent) as refused:
        check_fact(fact(**changes), sent_at=T, appended_at=T)
    assert refused.value.reason == "impossible_fact"
    assert refused.value.detail.startswith(field + " ")


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"paid_until": BEGIN},
        {"paid_until": None, "site_limit": None},
        {"site_limit": 0},
        {"effective_at": T},
        {"valid_from": END, "paid_until": END + DAY},
        {"activations": [on("not a site at all")]},
    ],
)
def test_an_odd_but_possible_fact_is_taken(changes: dict[str, Any]) -> None:
    check_fact(fact(**changes), sent_at=T, appended_at=T)


def test_effective_at_may_be_ahead_by_as_much_as_clocks_differ_and_not_a_microsecond_more() -> None:
    check_fact(fact(effective_at=T + CLOCK_SKEW), sent_at=T, appended_at=T)
    with pytest.raises(Permanent):
        check_fact(fact(effective_at=T + CLOCK_SKEW + MICROSECOND), sent_at=T, appended_at=T)


def test_a_sender_who_dates_his_event_ahead_does_not_get_a_fact_of_the_future_through() -> None:
    with pytest.raises(Permanent):
        check_fact(fact(effective_at=T + DAY), sent_at=T + 2 * DAY, appended_at=T)


def test_an_old_event_that_arrives_late_may_not_speak_of_what_came_after_it() -> None:
    with pytest.raises(Permanent):
        check_fact(fact(effective_at=T), sent_at=T - DAY, appended_at=T)


def test_a_feed_can_not_be_complete_in_the_future() -> None:
    check_heartbeat(FeedAdvanced(complete_until=T), appended_at=T)
    with pytest.raises(Permanent, match="complete_until"):
        check_heartbeat(FeedAdvanced(complete_until=T + DAY), appended_at=T)


def test_a_record_without_a_readable_event_time_is_held_to_the_brokers_time() -> None:
    read = read_licence(an_event(fact(effective_at=T), time=T))
    assert read.data == fact(effective_at=T)
    with pytest.raises(Permanent, match="effective_at"):
        read_licence(an_event(fact(effective_at=T + DAY), time=T))
    with pytest.raises(Permanent, match="complete_until"):
        read_licence(an_event(FeedAdvanced(complete_until=T + DAY), time=T))
