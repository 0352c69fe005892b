"""Planted: an unreadable record that is not parked, or a readable one that is."""

from __future__ import annotations

from dataclasses import replace

from tests.chaos.evidence import Poison
from tests.chaos.planted.good_run import (
    Planted,
    a_good_run,
    parked,
    plus,
)

PLANTED: list[Planted] = [
    (
        "poison_is_parked",
        "a record that nobody parked",
        replace(a_good_run(), poison=[*a_good_run().poison, Poison("inbound", 0, 3)]),
    ),
    (
        "poison_is_parked",
        "one of two readers did not park",
        replace(a_good_run(), messages=a_good_run().messages[:-1]),
    ),
    (
        "poison_is_parked",
        "the fast lane swallowed what it could not read",
        plus(
            replace(a_good_run(), poison=[*a_good_run().poison, Poison("tickets.security", 1, 4)]),
            parked("tickets.security", "router-security", 1, 4),
        ),
    ),
    (
        "only_poison_is_parked",
        "a good record in the dead letters",
        plus(a_good_run(), parked("tickets.entitled", "router", 0, 1)),
    ),
]
