"""The way of a ticket, told from hand-made records."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from services.watch.reading import places
from services.watch.sighting import ROUTED, WITHDRAWN, Sighting
from services.watch.timeline import live, timeline

PLACES = places("support")
NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
ONE = "11111111-1111-5111-8111-111111111111"
TWO = "22222222-2222-5222-8222-222222222222"


def on(topic: str, second: float, **said: Any) -> Sighting:
    offset = int(second * 10)
    fields: dict[str, Any] = {"ticket_id": ONE, "fingerprint": "f1", "offset": offset} | said
    at = NOON + timedelta(seconds=second)
    return Sighting(place=PLACES[f"support.{topic}.v1"], partition=0, at=at, **fields)


def routed(queue: str, second: float, name: str, **said: Any) -> Sighting:
    return on(f"queues.{queue}", second, type=ROUTED, event_id=name, **said)


def withdrawn(queue: str, second: float, name: str, **said: Any) -> Sighting:
    return on(f"queues.{queue}", second, type=WITHDRAWN, withdraws=name, **said)


ORDINARY = [
    on("tickets.submitted", 0, type="support.ticket.submitted.v1"),
    on("tickets.classified", 1, type="support.ticket.classified.v1"),
    on("tickets.entitled", 2, type="support.ticket.entitled.v1"),
    routed("core", 3, "m1", revision=1),
]


def test_an_ordinary_ticket_passes_four_stages_into_its_queue() -> None:
    told = timeline(ONE, ORDINARY)
    assert [(stop.stage, stop.event) for stop in told.stages] == [
        ("intake", "submitted"),
        ("classifier", "classified"),
        ("entitlements", "entitled"),
        ("router", "routed"),
    ]
    assert (told.queue, told.revision) == ("core", 1)
    assert told.parked == ()
    assert told.trace_id == ONE.replace("-", "")


def test_stages_of_one_millisecond_stand_in_the_order_of_the_way() -> None:
    same = [
        on("tickets.entitled", 0),
        on("tickets.submitted", 0),
        on("tickets.classified", 0),
    ]
    assert [stop.stage for stop in timeline(ONE, same).stages] == [
        "intake",
        "classifier",
        "entitlements",
    ]


def test_a_report_found_late_stands_in_security_alone() -> None:
    told = timeline(
        ONE,
        [
            *ORDINARY,
            on("tickets.security", 4, found_by=("model",)),
            routed("security", 5, "s1"),
            withdrawn("core", 6, "m1", revision=2),
        ],
    )
    assert told.queue == "security"
    assert told.revision is None
    assert [standing.message_id for standing in told.live] == ["s1"]
    assert [stop.stage for stop in told.stages][4:] == ["classifier", "fast lane", "router"]


def test_a_message_that_was_delivered_twice_counts_once() -> None:
    assert len(live([routed("core", 3, "m1"), routed("core", 9, "m1")])) == 1


def test_a_withdrawal_read_before_its_message_still_takes_it_back() -> None:
    assert live([withdrawn("core", 1, "m1"), routed("core", 0, "m1")]) == ()


def test_two_texts_under_one_key_each_keep_their_own_stages() -> None:
    records = [
        *ORDINARY,
        on("tickets.submitted", 10, fingerprint="f2"),
        on("tickets.classified", 11, fingerprint="f2"),
        routed("review", 12, "m2", ticket_id=TWO, conflicts_with=ONE, fingerprint="f2", revision=1),
    ]
    first, second = timeline(ONE, records), timeline(TWO, records)
    assert (first.queue, len(first.stages)) == ("core", 4)
    assert (second.queue, [stop.stage for stop in second.stages]) == (
        "review",
        ["intake", "classifier", "router"],
    )


def test_a_ticket_that_nobody_saw_is_unknown() -> None:
    assert not timeline(TWO, ORDINARY).known


@given(st.permutations([*ORDINARY, withdrawn("core", 6, "m1"), routed("security", 5, "s1")]))
def test_the_order_of_reading_changes_nothing(records: list[Sighting]) -> None:
    told = timeline(ONE, records)
    assert told == timeline(ONE, sorted(records, key=lambda s: s.at))
    assert told.queue == "security"
