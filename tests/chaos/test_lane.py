"""Are the seconds of the security lane counted right, and would it show if a database delayed it?"""

from __future__ import annotations

import json

from tests.chaos.evidence import Evidence, Message, Submission
from tests.chaos.faults import POSTGRES_FAULTS
from tests.chaos.lane import Passage, Phase, Span, in_calm, not_felt, passages, seconds_by_fault
from tests.chaos.names import ROUTED


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


def a_report(external_id: str, sent_at: float | None) -> Submission:
    return Submission(external_id, report=True, sent_at=sent_at, accepted_at=sent_at)


FROZEN = Span("freeze_postgres", 200.0, 206.0)
LATER = Span("kill_broker", 208.0, 220.0)


def test_a_report_is_counted_from_its_request_to_its_first_record() -> None:
    evidence = Evidence(
        submissions=[
            a_report("first", 100.0),
            a_report("told by an attempt that failed", 300.0),
            a_report("by topic", None),
            a_report("never there", 100.0),
            Submission("ordinary", sent_at=100.0),
        ],
        messages=[
            on_security("first", 103.0),
            on_security("first", 101.5),
            on_security("told by an attempt that failed", 299.0),
            on_security("by topic", 100.0),
            on_security("ordinary", 100.5),
        ],
    )
    assert [passage.seconds for passage in passages(evidence)] == [1.5, 0.0]


def test_a_moment_belongs_to_a_fault_from_five_seconds_before_to_five_seconds_after() -> None:
    moments = (194.9, 195.0, 199.9, 200.0, 206.0, 206.1, 211.0, 211.1)
    before, during, after = Phase.BEFORE, Phase.DURING, Phase.AFTER
    assert [FROZEN.phase_of(moment) for moment in moments] == [
        *(None, before, before, during, during, after, after, None)
    ]


def test_a_moment_between_two_faults_counts_for_both() -> None:
    between = Passage(207.0, 207.5)
    assert seconds_by_fault([between], [FROZEN, LATER]) == {
        "freeze_postgres": {Phase.AFTER: [0.5]},
        "kill_broker": {Phase.BEFORE: [0.5]},
    }


def test_calm_is_what_met_no_fault_and_no_aftermath() -> None:
    found = [Passage(at, at + 0.25) for at in (196.0, 203.0, 207.0, 300.0)]
    assert in_calm(found, [FROZEN, LATER]) == [0.25, 0.25]


QUICK_BEFORE = [Passage(195.0 + number / 2, 195.2 + number / 2) for number in range(6)]


def test_a_lane_that_waits_for_the_database_is_found() -> None:
    waiting = [Passage(200.0 + number, 206.2) for number in range(6)]
    seconds = seconds_by_fault([*QUICK_BEFORE, *waiting], [FROZEN])
    (finding,) = not_felt(seconds, POSTGRES_FAULTS)
    assert finding.invariant == "security_lane_is_apart"
    assert "0.2 s in the median before, 3.7 s during freeze_postgres" in finding.what


def test_a_machine_that_is_as_slow_without_the_fault_is_not_called_a_lane_that_waits() -> None:
    slow = [Passage(195.0 + number, 198.0 + number) for number in range(11)]
    assert not list(not_felt(seconds_by_fault(slow, [FROZEN]), POSTGRES_FAULTS))


def test_a_lane_that_waits_for_kafka_alone_is_right() -> None:
    waiting = [Passage(208.0 + number, 221.0) for number in range(6)]
    quick = [Passage(200.0 + number, 200.1 + number) for number in range(6)]
    seconds = seconds_by_fault([*QUICK_BEFORE, *waiting, *quick], [FROZEN, LATER])
    assert not list(not_felt(seconds, POSTGRES_FAULTS))
