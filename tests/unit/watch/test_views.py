"""The figures of the page, recomputed by hand from a few records."""

from __future__ import annotations

from datetime import datetime, timedelta

from services.watch.dead_letters.gone import Gone
from services.watch.lag_trend import Lag, Trend
from services.watch.reading import places
from services.watch.sighting import Parked, Sighting
from services.watch.views import Board
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
    assert core["arrivals_per_minute"] == 2
    assert core["oldest_ticket"] == ONE


def test_a_taken_ticket_waits_no_longer_and_a_reopened_one_does() -> None:
    taken = on("tickets.status", 5, status="taken", by="Ann")
    assert (
        row(board(routed("core", 3, "m1"), taken).overview(NOW)["queues"], "queue", "core")[
            "waiting"
        ]
        == 0
    )
    reopened = taken._replace(status="reopened")
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
    seen = board(
        routed("security", 4, "s1", received_at=NOON + timedelta(seconds=3.5), found_by=("screen",))
    )
    lane = seen.overview(NOW, escalated={"s1": 2})["security"]
    assert lane == {
        "waiting": 1,
        "taken": 0,
        "longest_waiting": ONE,
        "longest_seconds": 26.0,
        "reports": [
            {
                "ticket_id": ONE,
                "message_id": "s1",
                "at": NOON + timedelta(seconds=4),
                "waiting_seconds": 26.0,
                "found_by": ("screen",),
                "over_rate": False,
                "escalated": 2,
            }
        ],
        "p50_seconds": 0.5,
        "p95_seconds": 0.5,
        "worst_seconds": 0.5,
    }


def test_a_stage_shows_its_rates_its_lag_and_its_times() -> None:
    lag = Lag(
        group="support.router",
        reader="router",
        topic="support.tickets.entitled.v1",
        records=7,
        seconds=1.5,
        members=2,
        oldest=NOW - timedelta(seconds=4),
        trend=Trend.RISING,
    )
    figures = row(board(*ORDINARY).overview(NOW, [lag])["stages"], "stage", "router")
    assert figures.pop("recent") == [0] * 18 + [1] + [0] * 5  # at second 3, seen at second 30
    assert figures == {
        "stage": "router",
        "in_per_second": 0.02,
        "out_per_second": 0.02,
        "errors_per_minute": 0,
        "lag_records": 7,
        "lag_seconds": 1.5,
        "lag_trend": "rising",
        "oldest_seconds": 4.0,
        "members": 2,
        "p50_seconds": 1.0,
        "p95_seconds": 1.0,
        "worst_seconds": 1.0,
    }


def test_a_stage_takes_the_same_time_in_whichever_order_its_topics_are_read() -> None:
    for sightings in (ORDINARY, ORDINARY[::-1]):
        figures = row(board(*sightings).overview(NOW)["stages"], "stage", "classifier")
        assert figures["p50_seconds"] == 1.0


def test_intake_takes_from_receipt_to_its_record() -> None:
    seen = board(on("tickets.submitted", 2, received_at=NOON + timedelta(seconds=1.5)))
    assert row(seen.overview(NOW)["stages"], "stage", "intake")["p50_seconds"] == 0.5


def test_the_second_look_counts_what_the_model_alone_finds() -> None:
    seen = board(
        on("tickets.submitted", 1),
        on("tickets.security", 1, found_by=("screen",)),
        on("tickets.security", 3, found_by=("model",)),
    )
    figures = row(seen.overview(NOW)["stages"], "stage", "classifier-security")
    assert (figures["out_per_second"], figures["p50_seconds"]) == (0.02, 2.0)


def test_rates_forget_what_is_older_than_a_minute() -> None:
    seen = board(routed("core", -40, "m1"))
    assert row(seen.overview(NOW)["queues"], "queue", "core")["arrivals_per_minute"] == 0.0


def a_letter(offset: int, reason: str = "broken_json", at: datetime = NOON) -> Sighting:
    place = places("support")[SUBMITTED.dead_letters("support", Reader.CLASSIFIER)]
    why = Parked("classifier", reason, "", 1, "support.tickets.submitted.v1", 0, 3, False)
    return Sighting(place=place, partition=0, offset=offset, at=at, parked=why)


def test_dead_letters_are_counted_by_reader_and_reason() -> None:
    seen = board(a_letter(0), a_letter(2, at=NOW), a_letter(1, "null_value"))
    rows = seen.overview(NOW)["dead_letters"]
    assert isinstance(rows, list)
    assert [(r["reader"], r["reason"], r["count"]) for r in rows] == [
        ("classifier", "broken_json", 2),
        ("classifier", "null_value", 1),
    ]
    assert (rows[0]["newest"], rows[0]["topic"]) == (NOW, a_letter(0).place.address)
    assert seen.parked_count() == 3


def test_what_a_replay_dealt_with_is_told_apart() -> None:
    seen = board(a_letter(0), a_letter(1), a_letter(4))
    gone = {(a_letter(0).place.address, 0): Gone(below=1, beyond=frozenset({4}))}
    pile = row(seen.overview(NOW, gone=gone)["dead_letters"], "reason", "broken_json")
    assert (pile["count"], pile["dealt_with"]) == (3, 2)


def test_what_a_stage_parks_are_its_errors() -> None:
    seen = board(a_letter(0), a_letter(1, at=NOON - timedelta(minutes=5)))
    assert row(seen.overview(NOW)["stages"], "stage", "classifier")["errors_per_minute"] == 1


def test_the_scope_mix_is_of_the_last_tickets_and_tells_abstentions() -> None:
    seen = board(
        on("tickets.classified", 1, scope="bug_report", decided=True),
        on("tickets.classified", 2, scope="product_question", decided=True),
        on("tickets.classified", 3, scope="product_question", decided=False),
        on("tickets.classified", 4, scope="product_question", decided=True, canary=True),
    )
    assert seen.overview(NOW)["classifier"] == {
        "classified": 3,
        "tickets": 3,
        "undecided": 1,
        "undecided_share": 0.333,
        "scopes": {"product_question": 2, "bug_report": 1},
    }


def test_tickets_that_pass_are_listed_newest_first_without_their_text() -> None:
    rows = board(*ORDINARY, a_letter(9, at=NOW)).overview(NOW)["passing"]
    assert isinstance(rows, list)
    assert [(r["stage"], r["event"], r["queue"]) for r in rows] == [
        ("classifier", "parked", None),
        ("router", "routed", "core"),
        ("entitlements", "entitled", None),
        ("classifier", "classified", None),
        ("intake", "submitted", None),
    ]


def test_a_canary_stands_in_no_queue_and_is_no_arrival() -> None:
    canary = routed("security", 4, "c1", canary=True, received_at=NOON + timedelta(seconds=3.9))
    figures = board(canary).overview(NOW)
    security = row(figures["queues"], "queue", "security")
    assert (security["live"], security["waiting"], security["arrivals_per_minute"]) == (0, 0, 0)
    assert security["p50_seconds"] is None
    assert figures["security"]["waiting"] == 0  # type: ignore[index]


def test_only_the_most_recent_tickets_are_remembered() -> None:
    seen = Board(tickets=1)
    for sighting in (*ORDINARY, on("tickets.submitted", 9, ticket_id=TWO)):
        seen.see(sighting)
    assert not seen.timeline_of(ONE).known
    assert seen.timeline_of(TWO).known
    assert seen.evicted == 1
    assert seen.depths()[Queue.CORE] == 1
