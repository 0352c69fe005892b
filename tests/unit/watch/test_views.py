"""The figures of the page, recomputed by hand from a few records."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from services.watch.reading import places
from services.watch.sighting import Parked, Sighting
from services.watch.views import Board, Lag
from shared.contracts import Queue
from shared.topics import SUBMITTED, Reader
from tests.unit.watch.test_timeline import NOON, ONE, ORDINARY, TWO, on, routed, withdrawn

NOW = NOON + timedelta(seconds=30)


def board(*sightings: Sighting) -> Board:
    seen = Board()
    for sighting in sightings:
        seen.see(sighting)
    return seen


def row(rows: object, name: str, value: str) -> dict[str, object]:
    assert isinstance(rows, list)
    return next(each for each in rows if each[name] == value)


def test_a_queue_shows_how_many_wait_and_since_when() -> None:
    seen = board(routed("core", 3, "m1"), routed("core", 10, "m2", ticket_id=TWO))
    core = row(seen.overview(NOW)["queues"], "queue", "core")
    assert (core["live"], core["waiting"], core["oldest_seconds"]) == (2, 2, 27.0)
    assert core["arrivals_per_minute"] == 2.0


def test_a_taken_ticket_waits_no_longer_and_a_reopened_one_does() -> None:
    taken = on("tickets.status", 5, status="taken", by="Ann")
    assert (
        row(board(routed("core", 3, "m1"), taken).overview(NOW)["queues"], "queue", "core")[
            "waiting"
        ]
        == 0
    )
    reopened = replace(taken, status="reopened")
    seen = board(routed("core", 3, "m1"), taken, reopened)
    assert row(seen.overview(NOW)["queues"], "queue", "core")["waiting"] == 1


def test_depths_count_a_repeat_once_and_a_withdrawn_message_never() -> None:
    seen = board(
        withdrawn("core", 9, "m1"),
        routed("core", 3, "m1"),
        routed("security", 4, "s1"),
        routed("security", 8, "s1"),
    )
    assert seen.depths() == {queue: int(queue is Queue.SECURITY) for queue in Queue}


def test_the_security_lane_shows_its_time_and_who_waits_longest() -> None:
    seen = board(routed("security", 4, "s1", received_at=NOON + timedelta(seconds=3.5)))
    lane = seen.overview(NOW)["security"]
    assert lane == {
        "waiting": 1,
        "longest_waiting": ONE,
        "longest_seconds": 26.0,
        "p50_seconds": 0.5,
        "p95_seconds": 0.5,
        "worst_seconds": 0.5,
    }


def test_a_stage_shows_its_rates_and_its_lag() -> None:
    lag = Lag("support.router", "router", "support.tickets.entitled.v1", 7, 1.5, 2)
    figures = row(board(*ORDINARY).overview(NOW, [lag])["stages"], "stage", "router")
    assert figures == {
        "stage": "router",
        "in_per_second": 0.02,
        "out_per_second": 0.02,
        "lag_records": 7,
        "lag_seconds": 1.5,
    }


def test_rates_forget_what_is_older_than_a_minute() -> None:
    seen = board(routed("core", -40, "m1"))
    assert row(seen.overview(NOW)["queues"], "queue", "core")["arrivals_per_minute"] == 0.0


def test_dead_letters_are_counted_by_reader_and_reason() -> None:
    place = places("support")[SUBMITTED.dead_letters("support", Reader.CLASSIFIER)]
    why = Parked("classifier", "broken_json", "", 1, "support.tickets.submitted.v1", 0, 3, False)
    letter = Sighting(place=place, partition=0, offset=0, at=NOON, parked=why)
    other = replace(letter, offset=1, parked=replace(why, reason="null_value"))
    seen = board(letter, replace(letter, offset=2, at=NOW), other)
    assert [(r["reader"], r["reason"], r["count"]) for r in seen.dead_letters()] == [
        ("classifier", "broken_json", 2),
        ("classifier", "null_value", 1),
    ]
    assert seen.dead_letters()[0]["newest"] == NOW


def test_only_the_most_recent_tickets_are_remembered() -> None:
    seen = Board(tickets=1)
    for sighting in (*ORDINARY, on("tickets.submitted", 9, ticket_id=TWO)):
        seen.see(sighting)
    assert not seen.timeline_of(ONE).known
    assert seen.timeline_of(TWO).known
    assert seen.evicted == 1
    assert seen.depths()[Queue.CORE] == 1
