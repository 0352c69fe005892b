"""Which figures does watch show to Prometheus? The list of names with their meanings."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from prometheus_client import Counter, Gauge

from services.watch.canary import Singing

_QUEUE = ("queue",)
_GROUP = ("group", "topic")

READ = Counter("triage_watch_records", "Records that watch has read.")
STALE = Gauge("triage_watch_stale", "1 while watch can't tell how things are, else 0.")
WAITING = Gauge("triage_queue_waiting", "Messages neither taken nor solved.", _QUEUE)
TAKEN = Gauge("triage_queue_taken", "Messages that somebody has in hand.", _QUEUE)
OLDEST = Gauge("triage_queue_oldest_seconds", "How long the oldest waiting one waits.", _QUEUE)
TO_QUEUE = Gauge(
    "triage_queue_p95_seconds", "From receipt to the queue, 95 of the last 100 at most.", _QUEUE
)
UNDECIDED = Gauge("triage_undecided_share", "Of the last 1,000 tickets, left to people.")
LYING = Gauge(
    "triage_dead_letters",
    "Dead letters that nobody has dealt with.",
    ("topic", "reader", "reason"),
)
GROUP_LAG = Gauge("triage_group_lag_records", "Records that a group has not committed.", _GROUP)
GROUP_LAG_SECONDS = Gauge(
    "triage_group_lag_seconds", "Age of the oldest record not committed.", _GROUP
)
CALLS = Counter(
    "triage_escalation_calls", "Calls about reports that nobody took: heard, unheard.", ("result",)
)
CANARIES = Counter(
    "triage_canaries_sent", "Canaries handed in at intake: taken, lost.", ("result",)
)
for _result in ("heard", "unheard"):
    CALLS.labels(_result)  # shown from the start: a rise from nothing is no rise to Prometheus
for _result in ("taken", "lost"):
    CANARIES.labels(_result)
CANARY_ABSENT = Gauge("triage_canary_absent", "1 while canaries are sent and none arrives, else 0.")
CANARY_AGE = Gauge("triage_canary_age_seconds", "Time since the last canary stood on the lane.")


def show(overview: Mapping[str, Any]) -> None:
    """Set the gauges after an overview."""
    STALE.set(overview["stale"])
    for queue in overview["queues"]:
        WAITING.labels(queue["queue"]).set(queue["waiting"])
        TAKEN.labels(queue["queue"]).set(queue["taken"])
        OLDEST.labels(queue["queue"]).set(queue["oldest_seconds"] or 0.0)
        if queue["p95_seconds"] is not None:
            TO_QUEUE.labels(queue["queue"]).set(queue["p95_seconds"])
    UNDECIDED.set(overview["classifier"]["undecided_share"] or 0.0)
    for pile in overview["dead_letters"]:
        lying = pile["count"] - pile["dealt_with"]
        LYING.labels(pile["topic"], pile["reader"], pile["reason"]).set(lying)
    for lag in overview["groups"]:
        GROUP_LAG.labels(lag["group"], lag["topic"]).set(lag["records"])
        if lag["seconds"] is not None:
            GROUP_LAG_SECONDS.labels(lag["group"], lag["topic"]).set(lag["seconds"])
    canary = overview["canary"]
    CANARY_ABSENT.set(canary["state"] is Singing.ABSENT)
    if canary["last_seconds"] is not None:
        CANARY_AGE.set(canary["last_seconds"])
