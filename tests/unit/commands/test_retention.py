"""Until when does a topic hold a record, by what the broker says?"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from deploy.commands._retention import retention

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
DAY = 24 * 60 * 60 * 1000


def test_a_record_goes_with_its_segment_which_may_be_filled_for_a_while() -> None:
    kept = retention("t", {"retention.ms": str(14 * DAY), "segment.ms": str(7 * DAY)}, NOW)
    assert kept.until == NOW + timedelta(days=21)
    assert kept.words == "gone by 2026-03-23"


def test_what_is_kept_for_good_is_called_so() -> None:
    assert retention("t", {"retention.ms": "-1"}, NOW).words == "kept for good"
    compacted = {"retention.ms": str(DAY), "cleanup.policy": "compact"}
    assert retention("t", compacted, NOW).words == "kept for good"


def test_a_broker_that_does_not_say_is_not_guessed_at() -> None:
    assert retention("t", {}, NOW).words == "the broker does not say"
