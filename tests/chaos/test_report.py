"""Does the report say what happened? Seconds of the security lane, by the fault they met."""

from __future__ import annotations

import json

from tests.chaos.checker import check
from tests.chaos.evidence import Evidence, Message, Submission
from tests.chaos.faults import Harm
from tests.chaos.load import Mix
from tests.chaos.names import ROUTED
from tests.chaos.report import CALM, as_data, as_markdown, lane_seconds
from tests.chaos.storm import Hit, Outcome
from tests.chaos.verification import Ended


def on_security(external_id: str, at: float) -> Message:
    return Message(
        topic="queues.security",
        partition=0,
        offset=0,
        key=external_id,
        headers={"ce_type": ROUTED, "ce_id": external_id},
        value=json.dumps({"ticket_id": "t", "ticket": {"external_id": external_id}}).encode(),
        at=at,
    )


EVIDENCE = Evidence(
    submissions=[
        Submission("calm", report=True, accepted_at=100.0),
        Submission("hit", report=True, accepted_at=201.0),
        Submission("before its answer", report=True, accepted_at=300.0),
        Submission("ordinary", accepted_at=100.0),
    ],
    messages=[
        on_security("calm", 100.25),
        on_security("hit", 205.5),
        on_security("hit", 203.0),
        on_security("before its answer", 299.9),
    ],
)
KILLED = Hit("kill_broker", 200.0, 210.0, {"router": 3}, Harm("Kafka", "away for 4 s"))
IDLE = Hit("kill_backend", 400.0, 401.0, {}, Harm("a backend", "one of 9 ended"))
CUT_OFF = Hit("kill_process", 500.0, 501.0, {}, Harm("router", "cut off 2 records", cut_off=2))


def test_a_report_counts_for_the_fault_that_it_was_accepted_in() -> None:
    assert lane_seconds(EVIDENCE, [KILLED]) == {CALM: [0.25, 0.0], "kill_broker": [2.0]}


def test_a_fault_counts_if_it_met_work_under_way() -> None:
    assert [hit.counts for hit in (KILLED, IDLE, CUT_OFF)] == [True, False, True]


def test_the_report_names_every_fault_and_what_broke() -> None:
    ended = Ended(check(EVIDENCE), EVIDENCE, settle_seconds=2.0)
    outcome = Outcome(3, Mix(), [KILLED, IDLE], ended, {"202": 4}, {"router": 1})
    text = as_markdown(outcome)
    assert "# Storm with seed 3: BROKEN" in text
    assert "- 1 faults met work under way, 1 did not" in text
    assert "| 0.0 | 10.0 | kill_broker | Kafka | away for 4 s | router 3 | yes |" in text
    assert json.loads(json.dumps(as_data(outcome)))["faults"][1]["counts"] is False
