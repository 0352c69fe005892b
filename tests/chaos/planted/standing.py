"""Planted: a ticket that stands nowhere, twice, or where the ledger does not say."""

from __future__ import annotations

from dataclasses import replace

from tests.chaos.evidence import Row
from tests.chaos.planted.good_run import (
    FIRST,
    Planted,
    a_good_run,
    plus,
    routed,
    with_row,
    without,
)

PLANTED: list[Planted] = [
    ("one_live_decision", "a lost ticket", without(a_good_run(), "m-a1")),
    (
        "one_live_decision",
        "a ticket on two queues",
        plus(a_good_run(), routed("renewal", "m-a2", FIRST, revision=2)),
    ),
    (
        "ledger_agrees",
        "a record that the ledger does not know",
        plus(a_good_run(), routed("core", "m-x", FIRST)),
    ),
    ("ledger_agrees", "a row without its record", without(a_good_run(), "m-b1")),
    (
        "ledger_agrees",
        "a row on another queue",
        with_row(a_good_run(), "m-a1", queue="core-paying"),
    ),
    ("ledger_agrees", "no live row", with_row(a_good_run(), "m-a1", live=False)),
    ("ledger_agrees", "two live rows", with_row(a_good_run(), "m-c1", live=True)),
    ("all_published", "a row never told", with_row(a_good_run(), "m-a1", published=False)),
    (
        "nothing_invented",
        "a ticket of nobody",
        plus(a_good_run(), routed("core", "m-x", "nobody-1", ticket_id="ticket-x")),
    ),
    (
        "nothing_invented",
        "an unreadable record that nobody wrote",
        plus(
            a_good_run(),
            routed(
                "security",
                "m-u",
                None,
                ticket_id=None,
                origin={"topic": "support.tickets.security.v1", "partition": 0, "offset": 5},
            ),
        ),
    ),
    (
        "nothing_invented",
        "a row for a ticket of nobody",
        replace(
            a_good_run(),
            ledger=[*a_good_run().ledger, Row("ticket-x", 1, "core", True, "m-x", "first")],
        ),
    ),
]
