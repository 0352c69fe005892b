"""Would the checker notice? Every invariant is seen failing on a fault planted by hand."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.chaos.checker import INVARIANTS, check
from tests.chaos.evidence import Evidence, Poison
from tests.chaos.names import GROUPS, PARKED_BY
from tests.chaos.planted import history, identity, parking, progress, security, standing
from tests.chaos.planted.good_run import (
    FIRST,
    A,
    a_good_run,
    parked,
    plus,
    routed,
    with_submission,
    without,
)
from tests.chaos.verdict import lost

SUBJECTS = (standing, security, parking, identity, history, progress)
PLANTED = [fault for subject in SUBJECTS for fault in subject.PLANTED]


def test_a_good_run_breaks_nothing() -> None:
    verdict = check(a_good_run())
    assert verdict.holds, verdict.words()
    assert verdict.figures["raw repeats on queues"] == 1
    assert verdict.figures["revisions"] == 1


@pytest.mark.parametrize(
    ("invariant", "evidence"),
    [pytest.param(name, evidence, id=f"{name}: {fault}") for name, fault, evidence in PLANTED],
)
def test_a_planted_fault_is_found(invariant: str, evidence: Evidence) -> None:
    assert invariant in check(evidence).broken()


def test_every_invariant_has_a_planted_fault() -> None:
    assert {name for name, _, _ in PLANTED} == set(INVARIANTS)


def test_a_lost_ticket_is_counted() -> None:
    assert lost(check(without(a_good_run(), "m-a1"))) == 1


def test_a_ticket_that_nobody_acknowledged_may_be_missing() -> None:
    gone = without(a_good_run(), "m-a1")
    gone = replace(gone, ledger=[r for r in gone.ledger if r.ticket_id != A])
    assert check(with_submission(gone, FIRST, accepted=False, answered_ids=())).holds


def test_a_canary_is_nobodys_ticket_and_no_fault() -> None:
    canary = routed("security", "m-canary", "canary-1", ticket_id="ticket-x", canary=True)
    assert check(plus(a_good_run(), canary)).holds


def test_an_unreadable_report_is_told_and_parked() -> None:
    good = a_good_run()
    good = replace(good, poison=[*good.poison, Poison("tickets.security", 1, 4)])
    told = routed(
        "security",
        "m-u",
        None,
        ticket_id=None,
        origin={"topic": "support.tickets.security.v1", "partition": 1, "offset": 4},
    )
    assert check(plus(good, told, parked("tickets.security", "router-security", 1, 4))).holds


def test_every_reader_that_parks_has_a_group() -> None:
    assert {reader for readers in PARKED_BY.values() for reader in readers} < set(GROUPS)


def test_the_words_name_what_is_broken() -> None:
    verdict = check(without(a_good_run(), "m-a1"))
    assert "order-1 was accepted and stands on no queue" in verdict.words()
    assert check(a_good_run()).words() == "every invariant holds"
