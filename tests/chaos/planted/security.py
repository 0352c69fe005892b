"""Planted: a report that people do not see, or see against their word."""

from __future__ import annotations

from dataclasses import replace

from tests.chaos.evidence import Word
from tests.chaos.planted.good_run import (
    FIRST,
    REPORT,
    Planted,
    a_good_run,
    with_submission,
    without,
)

PLANTED: list[Planted] = [
    ("security_has_both", "a row that people never saw", without(a_good_run(), "m-c2")),
    (
        "security_has_both",
        "a record without a row",
        replace(a_good_run(), ledger=[r for r in a_good_run().ledger if r.message_id != "m-c2"]),
    ),
    (
        "reports_reach_people",
        "a report in an ordinary queue",
        with_submission(a_good_run(), FIRST, report=True),
    ),
    (
        "reports_reach_people",
        "a report that a person raised and nobody moved",
        with_submission(a_good_run(), FIRST, corrected=Word.REPORT),
    ),
    (
        "reports_reach_people",
        "a cleared report that still stands",
        with_submission(a_good_run(), REPORT, corrected=Word.NO_REPORT),
    ),
]
