"""What does each stage of the classifier write?"""

from __future__ import annotations

from typing import Any

import orjson
from prometheus_client import REGISTRY

from services.classifier.handlers import Arrived, Writing, ordinary_work, security_work
from services.classifier.security import Look
from services.classifier.verdict import Judgement
from shared.contracts import Finding, Scope, StageFailure, Submitted, Verdict
from shared.engine import Outcome, Work
from shared.ids import event_id
from tests.support.builders import FINGERPRINT, NOW, TICKET, a_flag, a_submitted, an_event

WRITING = Writing("support", lambda: NOW)
VERDICT = Verdict(findings=(Finding(scope=Scope.BUG_REPORT, in_scope=True),), decided=True)
FOUND = Look(0.97, found=True, reasons=("reads as: the invoice of somebody else",))
CLEAN = Look(0.01, found=False)


def ordinary(look: Look = CLEAN) -> Work[Arrived]:
    return ordinary_work(lambda ts: [Judgement(VERDICT, look) for _ in ts], WRITING)


def security(look: Look = CLEAN) -> Work[Arrived]:
    return security_work(lambda ts: [look for _ in ts], WRITING)


def said_in(value: bytes | None) -> Any:
    return orjson.loads(value or b"")


async def decided(work: Work[Arrived], submitted: Submitted) -> Outcome:
    event = work.read(an_event(submitted))
    return (await work.decide([event]))[0]


async def test_an_ordinary_ticket_is_classified_and_nothing_else() -> None:
    outcome = await decided(ordinary(), a_submitted())
    assert outcome.urgent == ()
    (record,) = outcome.outgoing
    assert record.topic == "support.tickets.classified.v1"
    assert dict(record.headers)["ce_id"].decode() == event_id(TICKET, FINGERPRINT, "classified")
    assert said_in(record.value)["verdict"]["findings"][0]["scope"] == "bug_report"


async def test_a_report_that_the_screen_missed_is_written_urgently() -> None:
    outcome = await decided(ordinary(FOUND), a_submitted())
    (record,) = outcome.urgent
    assert record.topic == "support.tickets.security.v1"
    assert said_in(record.value)["security"]["found_by"] == ["model"]
    assert said_in(outcome.outgoing[0].value)["security"]["flag"] is True


async def test_both_processes_write_one_and_the_same_finding() -> None:
    first = await decided(ordinary(FOUND), a_submitted())
    second = await decided(security(FOUND), a_submitted())
    assert dict(first.urgent[0].headers)["ce_id"] == dict(second.urgent[0].headers)["ce_id"]


async def test_a_report_that_the_screen_found_is_not_written_again() -> None:
    flagged = a_submitted(security=a_flag())
    assert (await decided(ordinary(FOUND), flagged)).urgent == ()
    assert (await decided(security(FOUND), flagged)).urgent == ()


async def test_a_flag_of_the_screen_stays_whatever_the_model_says() -> None:
    outcome = await decided(ordinary(CLEAN), a_submitted(security=a_flag()))
    assert said_in(outcome.outgoing[0].value)["security"]["flag"] is True


async def test_the_security_process_writes_nothing_for_an_ordinary_ticket() -> None:
    outcome = await decided(security(), a_submitted())
    assert (outcome.urgent, outcome.outgoing) == ((), ())


def test_a_ticket_that_can_not_be_judged_goes_on_with_its_failure() -> None:
    work = ordinary()
    assert work.give_up is not None
    event = work.read(an_event(a_submitted()))
    outcome = work.give_up(event, StageFailure(stage="classifier", reason="ValueError"))
    value = said_in(outcome.outgoing[0].value)
    assert value["failure"] == {"stage": "classifier", "reason": "ValueError"}
    assert value["verdict"]["findings"] == []


async def test_what_tells_of_drift_is_counted() -> None:
    labels = {"scope": "bug_report", "decided": "yes"}

    def told() -> float:
        return REGISTRY.get_sample_value("triage_classifier_verdicts_total", labels) or 0

    before = told()
    await decided(ordinary(), a_submitted())
    assert told() == before + 1
