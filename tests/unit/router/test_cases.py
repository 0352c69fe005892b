"""Do the policy and its revisions give what the worked cases of tests/journeys/cases.yaml say?"""

from __future__ import annotations

from dataclasses import replace
from uuid import uuid4

import pytest

from services.entitlements.coverage import better
from services.router.case import Assessed, Case, Correction, Suspected
from services.router.revision import take
from shared.contracts import Cause, Coverage, Entitled, Queue, SecuritySuspected
from tests.journeys import cases as worked
from tests.support.router import RULES
from tests.unit.entitlements.test_cases import answer
from tests.unit.entitlements.worlds import T

CASES = worked.read_cases(T)


def entitled(case: worked.Case, coverage: Coverage, cause: Cause = Cause.FIRST) -> Assessed:
    event = Entitled(
        accepted=case.accepted,
        security=case.security,
        verdict=case.verdict,
        coverage=coverage,
        cause=cause,
    )
    return Assessed(event, event.model_dump_json().encode())


def decided(case: worked.Case) -> Case:
    """After the first look: the machine's finding if there is one, then the ordinary lane."""
    accepted = case.accepted
    ledger = Case(
        accepted.ticket_id,
        accepted.ticket_id,
        accepted.fingerprint,
        uuid4() if case.other_words else None,
    )
    if case.security.flag:
        found = SecuritySuspected(accepted=accepted, security=case.security, found_at=T)
        finding = Suspected(found, found.model_dump_json().encode())
        ledger = take(ledger, finding, RULES, T)
    return take(ledger, entitled(case, answer(case)), RULES, T)


def afterwards(case: worked.Case, ledger: Case) -> Case:
    """After the facts that were learned later and what people said."""
    first = answer(case)
    if case.learned and first.provisional:
        facts = tuple(dict.fromkeys((*case.facts, *case.learned)))
        later = answer(replace(case, facts=facts, complete_until=case.accepted.as_of))
        if better(later.status, than=first.status):
            ledger = take(ledger, entitled(case, later, Cause.FACTS_LEARNED), RULES, T)
    for number, said in enumerate(case.corrections):
        ledger = take(ledger, Correction(f"c{number}", said), RULES, T)
    return ledger


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_worked_case(case: worked.Case) -> None:
    ledger = decided(case)
    assert ledger.live is not None
    record, expected = ledger.live.record, case.expected
    assert (record.queue, record.review_reason or expected.review) == (
        expected.queue,
        expected.review or record.review_reason,
    )
    if expected.reply is not None:
        assert record.reply is not None
        assert record.reply.key == expected.reply
    for words in expected.says:
        assert words in (record.reply.text if record.reply else "")
    if case.then is not None:
        ledger = afterwards(case, ledger)
        assert ledger.live is not None
        assert ledger.live.queue is case.then.queue
        assert len(ledger.decisions) == case.then.revisions


def test_the_cases_show_every_queue_and_both_ways_in_which_a_decision_changes() -> None:
    assert {case.expected.queue for case in CASES} == set(Queue)
    assert [case for case in CASES if case.learned]
    assert [case for case in CASES if case.corrections]
