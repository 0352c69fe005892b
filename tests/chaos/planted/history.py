"""Planted: a decision that changed without a cause, or leaves its predecessor standing."""

from __future__ import annotations

from dataclasses import replace

from tests.chaos.evidence import Evidence, Row
from tests.chaos.planted.good_run import (
    FIRST,
    REPORT,
    A,
    C,
    Planted,
    a_good_run,
    plus,
    routed,
    with_row,
    with_submission,
    withdrawn,
    without,
)


def changed_revision() -> Evidence:
    """The late finding's first decision replaced by one that is a change without a cause."""
    good = without(a_good_run(), "m-c2")
    good = plus(good, routed("extensions", "m-c2", REPORT, ticket_id=C, revision=2))
    good = with_submission(good, REPORT, report=False)
    return with_row(good, "m-c2", queue="extensions", cause="first")


PLANTED: list[Planted] = [
    (
        "decisions_are_stable",
        "a repeat that says something else",
        plus(a_good_run(), routed("core", "m-a1", FIRST, offset=5, reply={"key": "other"})),
    ),
    ("decisions_are_stable", "a change without a cause", changed_revision()),
    (
        "decisions_are_stable",
        "facts learned later that rank a ticket lower",
        with_row(changed_revision(), "m-c2", queue="referral", cause="facts_learned"),
    ),
    ("decisions_are_stable", "a gap in the revisions", with_row(a_good_run(), "m-a1", revision=2)),
    (
        "decisions_are_stable",
        "a decision that was another one earlier",
        replace(a_good_run(), earlier=[Row(A, 1, "renewal", True, "m-a1", "first")]),
    ),
    (
        "decisions_are_stable",
        "a decision that is gone",
        replace(a_good_run(), earlier=[Row("ticket-x", 1, "core", True, "m-x", "first")]),
    ),
    (
        "decisions_are_stable",
        "a correction by nobody",
        with_row(a_good_run(), "m-c2", cause="correction"),
    ),
    (
        "revisions_name_what_they_supersede",
        "a superseded decision still on its queue",
        without(a_good_run(), "withdrawal of m-c1"),
    ),
    (
        "revisions_name_what_they_supersede",
        "a revision that names nothing",
        with_row(changed_revision(), "m-c2", cause="correction"),
    ),
    (
        "revisions_name_what_they_supersede",
        "a first decision that names something",
        plus(without(a_good_run(), "m-a1"), routed("core", "m-a1", FIRST, supersedes="m-0")),
    ),
    (
        "revisions_name_what_they_supersede",
        "a withdrawal of what was never there",
        plus(a_good_run(), withdrawn("core", "m-never")),
    ),
]
