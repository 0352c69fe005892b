"""Does the report say what happened?"""

from __future__ import annotations

import json

from tests.chaos.checker import check
from tests.chaos.evidence import Evidence
from tests.chaos.faults.ground import Harm
from tests.chaos.load import Mix
from tests.chaos.memory import MB, Life
from tests.chaos.planted.good_run import a_good_run
from tests.chaos.report import as_data, as_markdown
from tests.chaos.storm import Hit, Outcome
from tests.chaos.verification import Ended

KILLED = Hit("kill_broker", 200.0, 210.0, {"router": 3}, Harm("Kafka", "away for 4 s"))
IDLE = Hit("kill_backend", 400.0, 401.0, {}, Harm("a backend", "one of 9 ended"))
CUT_OFF = Hit("kill_process", 500.0, 501.0, {}, Harm("router", "cut off 2 records", cut_off=2))
NOT_MET = Hit("clock_jump", 600.0, 601.0, {"router": 1}, Harm("a clock", "no clock", hit=False))


def outcome_of(evidence: Evidence) -> Outcome:
    grown = Life([(0.0, 50 * MB), (30.0, 60 * MB), (90.0, 64 * MB), (120.0, 61 * MB)])
    ended = Ended(check(evidence), evidence, settle_seconds=2.0)
    hits = [KILLED, IDLE]
    return Outcome(3, Mix(), hits, ended, {"202": 4}, {"router": 1}, {"router": grown})


def test_a_fault_counts_if_it_met_work_under_way() -> None:
    hits = (KILLED, IDLE, CUT_OFF, NOT_MET)
    assert [hit.counts for hit in hits] == [True, False, True, False]


def test_the_report_names_every_fault_and_what_broke() -> None:
    outcome = outcome_of(Evidence())
    text = as_markdown(outcome)
    assert "# Storm with seed 3: BROKEN" in text
    assert "nothing_waits: " in text
    assert "- 1 faults met work under way, 1 did not" in text
    assert "| 0.0 | 10.0 | kill_broker | Kafka | away for 4 s | router 3 | yes |" in text
    assert "| router | 120 | 60 | 61 | 64 | 1 |" in text
    assert json.loads(json.dumps(as_data(outcome)))["faults"][1]["counts"] is False


def test_a_storm_that_broke_nothing_is_called_held() -> None:
    assert "# Storm with seed 3: held" in as_markdown(outcome_of(a_good_run()))
