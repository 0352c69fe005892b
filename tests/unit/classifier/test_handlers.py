"""What does each stage of the classifier write?"""

from __future__ import annotations

import orjson
from prometheus_client import REGISTRY

from services.classifier.handlers import Writing, ordinary_work, security_work
from services.classifier.security import Look
from services.classifier.verdict import Judgement
from shared.contracts import Finding, Scope, StageFailure, Verdict
from shared.ids import event_id
from tests.support.builders import FINGERPRINT, NOW, TICKET, a_flag, a_submitted, an_event

WRITING = Writing("support", lambda: NOW)
VERDICT = Verdict(findings=(Finding(scope=Scope.BUG_REPORT, in_scope=True),), decided=True)
FOUND = Look(0.97, found=True, reasons=("reads as: the invoice of somebody else",))
CLEAN = Look(0.01, found=False)


def ordinary(look=CLEAN):
    return ordinary_work(lambda ts: [Judgement(VERDICT, look) for _ in ts], WRITING)


def security(look=CLEAN):
    return security_work(lambda ts: [look for _ in ts], WRITING)


async def decided(work, submitted):
    event = work.read(an_event(submitted))
    return (await work.decide([event]))[0]


async def test_an_ordinary_ticket_is_classified_and_nothing_else():
    outcome = await decided(ordinary(), a_submitted())
    assert outcome.urgent == ()
    (record,) = outcome.outgoing
    assert record.topic == "support.tickets.classified.v1"
    assert dict(record.headers)["ce_id"].decode() == event_id(TICKET, FINGERPRINT, "classified")
    assert orjson.loads(record.value)["verdict"]["findings"][0]["scope"] == "bug_report"


async def test_a_report_that_the_screen_missed_is_written_urgently():
    outcome = await decided(ordinary(FOUND), a_submitted())
    (record,) = outcome.urgent
    assert record.topic == "support.tickets.security.v1"
    assert orjson.loads(record.value)["security"]["found_by"] == ["model"]
    assert orjson.loads(outcome.outgoing[0].value)["security"]["flag"] is True


async def test_both_processes_write_one_and_the_same_finding():
    first = await decided(ordinary(FOUND), a_submitted())
    second = await decided(security(FOUND), a_submitted())
    assert dict(first.urgent[0].headers)["ce_id"] == dict(second.urgent[0].headers)["ce_id"]


async def test_a_report_that_the_screen_found_is_not_written_again():
    flagged = a_submitted(security=a_flag())
    assert (await decided(ordinary(FOUND), flagged)).urgent == ()
    assert (await decided(security(FOUND), flagged)).urgent == ()


async def test_a_flag_of_the_screen_stays_whatever_the_model_says():
    outcome = await decided(ordinary(CLEAN), a_submitted(security=a_flag()))
    assert orjson.loads(outcome.outgoing[0].value)["security"]["flag"] is True


async def test_the_security_process_writes_nothing_for_an_ordinary_ticket():
    outcome = await decided(security(), a_submitted())
    assert (outcome.urgent, outcome.outgoing) == ((), ())


def test_a_ticket_that_can_not_be_judged_goes_on_with_its_failure():
    work = ordinary()
    assert work.give_up is not None
    event = work.read(an_event(a_submitted()))
    outcome = work.give_up(event, StageFailure(stage="classifier", reason="ValueError"))
    value = orjson.loads(outcome.outgoing[0].value)
    assert value["failure"] == {"stage": "classifier", "reason": "ValueError"}
    assert value["verdict"]["findings"] == []


async def test_what_tells_of_drift_is_counted():
    labels = {"scope": "bug_report", "decided": "yes"}

    def told():
        return REGISTRY.get_sample_value("triage_classifier_verdicts_total", labels) or 0

    before = told()
    await decided(ordinary(), a_submitted())
    assert told() == before + 1
