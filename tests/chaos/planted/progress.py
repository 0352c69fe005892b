"""Planted: a group that stands still, or a licence at an old version."""

from __future__ import annotations

from dataclasses import replace

from tests.chaos.evidence import Fact, LicenceRow
from tests.chaos.names import GROUPS
from tests.chaos.planted.good_run import (
    Planted,
    a_good_run,
)

PLANTED: list[Planted] = [
    (
        "nothing_waits",
        "a group that stands still",
        replace(a_good_run(), lag=dict.fromkeys(GROUPS, 0) | {"router": 12}),
    ),
    ("nothing_waits", "a group that nobody measured", replace(a_good_run(), lag={})),
    (
        "licences_are_known",
        "a licence at an old version",
        replace(a_good_run(), licences=[LicenceRow("LIC-1", 1, False)]),
    ),
    ("licences_are_known", "a licence that is not there", replace(a_good_run(), licences=[])),
    (
        "licences_are_known",
        "two contents under one version, and no contradiction",
        replace(a_good_run(), facts=[*a_good_run().facts, Fact("LIC-1", 2, "active")]),
    ),
    (
        "licences_are_known",
        "a licence of nobody",
        replace(a_good_run(), licences=[*a_good_run().licences, LicenceRow("LIC-9", 1, False)]),
    ),
]
