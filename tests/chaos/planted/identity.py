"""Planted: a text with two ids or places, or a conflict told the wrong way round."""

from __future__ import annotations

from dataclasses import replace

from tests.chaos.planted.good_run import (
    FIRST,
    SECOND,
    A,
    B,
    Planted,
    a_good_run,
    plus,
    routed,
    with_submission,
)

PLANTED: list[Planted] = [
    (
        "ids_are_kept",
        "two ids for one text",
        with_submission(a_good_run(), FIRST, answered_ids=(A, B)),
    ),
    (
        "ids_are_kept",
        "another id than the 202 gave",
        with_submission(a_good_run(), FIRST, answered_ids=("ticket-z",)),
    ),
    (
        "order_is_kept",
        "a key in two partitions",
        plus(a_good_run(), replace(routed("core", "m-a1", FIRST), partition=3)),
    ),
    (
        "order_is_kept",
        "the second text holds the id",
        replace(
            a_good_run(),
            messages=[
                routed("review", "m-a1", FIRST, ticket_id=A, conflicts_with=B),
                routed("core", "m-b1", SECOND, ticket_id=B),
                *a_good_run().messages[2:],
            ],
        ),
    ),
    (
        "order_is_kept",
        "a conflict that no person sees",
        replace(
            a_good_run(),
            messages=[
                a_good_run().messages[0],
                routed("core", "m-b1", SECOND, ticket_id=B, conflicts_with=A),
                *a_good_run().messages[2:],
            ],
        ),
    ),
]
