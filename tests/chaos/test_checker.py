"""Would the checker notice? Every invariant is seen failing on a fault planted by hand."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from tests.chaos.checker import (
    GROUPS,
    INVARIANTS,
    PARKED_BY,
    ROUTED,
    WITHDRAWN,
    check,
    lost,
)
from tests.chaos.evidence import (
    Evidence,
    Fact,
    LicenceRow,
    Message,
    Poison,
    Row,
    Submission,
    Word,
)

A, B, C = "ticket-a", "ticket-b", "ticket-c"
FIRST, SECOND, REPORT = "order-1", "order-1-other", "leak-1"


def routed(
    queue: str,
    message_id: str,
    external_id: str | None,
    *,
    ticket_id: str | None = A,
    offset: int = 0,
    partition: int = 1,
    **data: Any,
) -> Message:
    """A decision on a queue; by the fast lane where the queue is security."""
    record = {
        "ticket_id": ticket_id,
        "revision": None if queue == "security" else 1,
        "supersedes": None,
        "conflicts_with": None,
        "canary": False,
        "ticket": {"external_id": external_id} if external_id else None,
        "decided_at": f"2026-11-23T10:00:0{offset % 10}+00:00",
    }
    return Message(
        topic=f"queues.{queue}",
        partition=partition,
        offset=offset,
        key=ticket_id,
        headers={"ce_type": ROUTED, "ce_id": message_id},
        value=json.dumps(record | data).encode(),
    )


def withdrawn(queue: str, message_id: str, ticket_id: str = A) -> Message:
    return Message(
        topic=f"queues.{queue}",
        partition=1,
        offset=90,
        key=ticket_id,
        headers={"ce_type": WITHDRAWN, "ce_id": f"withdrawal of {message_id}"},
        value=json.dumps({"ticket_id": ticket_id, "withdraws": message_id}).encode(),
    )


def parked(topic: str, reader: str, partition: int, offset: int) -> Message:
    return Message(
        topic=f"{topic}.v1.{reader}.dlq",
        partition=0,
        offset=0,
        key=None,
        headers={
            "dlq-topic": f"support.{topic}.v1",
            "dlq-partition": str(partition),
            "dlq-offset": str(offset),
            "dlq-reason": "broken_json",
        },
        value=None,
    )


def a_good_run() -> Evidence:
    """An ordinary ticket, a conflict with it, a report that was found late, one poison record."""
    return Evidence(
        submissions=[
            Submission(FIRST, answered_ids=(A, A)),
            Submission(SECOND, answered_ids=(A,), conflicts_with=FIRST),
            Submission(REPORT, answered_ids=(C,), report=True),
        ],
        poison=[Poison("tickets.submitted", 2, 7)],
        facts=[Fact("LIC-1", 1, "active"), Fact("LIC-1", 2, "cancelled")],
        messages=[
            routed("core", "m-a1", FIRST, ticket_id=A),
            routed("review", "m-b1", SECOND, ticket_id=B, conflicts_with=A),
            routed("core", "m-c1", REPORT, ticket_id=C),
            withdrawn("core", "m-c1", C),
            routed("security", "m-c2", REPORT, ticket_id=C, offset=1),
            routed("security", "m-c2", REPORT, ticket_id=C, offset=2),
            parked("tickets.submitted", "classifier", 2, 7),
            parked("tickets.submitted", "classifier-security", 2, 7),
        ],
        ledger=[
            Row(A, 1, "core", True, "m-a1", "first"),
            Row(B, 1, "review", True, "m-b1", "first"),
            Row(C, 1, "core", False, "m-c1", "first"),
            Row(C, 2, "security", True, "m-c2", "security_finding"),
        ],
        earlier=[Row(C, 1, "core", True, "m-c1", "first")],
        licences=[LicenceRow("LIC-1", 2, False)],
        lag=dict.fromkeys(GROUPS, 0),
    )


def without(evidence: Evidence, message_id: str) -> Evidence:
    kept = [m for m in evidence.messages if m.headers.get("ce_id") != message_id]
    return replace(evidence, messages=kept)


def plus(evidence: Evidence, *messages: Message) -> Evidence:
    return replace(evidence, messages=[*evidence.messages, *messages])


def with_row(evidence: Evidence, message_id: str, **changed: Any) -> Evidence:
    rows = [replace(r, **changed) if r.message_id == message_id else r for r in evidence.ledger]
    return replace(evidence, ledger=rows)


def with_submission(evidence: Evidence, external_id: str, **changed: Any) -> Evidence:
    all_ = evidence.submissions
    return replace(
        evidence,
        submissions=[replace(s, **changed) if s.external_id == external_id else s for s in all_],
    )


def changed_revision() -> Evidence:
    """The late finding's first decision replaced by one that is a change without a cause."""
    good = without(a_good_run(), "m-c2")
    good = plus(good, routed("extensions", "m-c2", REPORT, ticket_id=C, revision=2))
    good = with_submission(good, REPORT, report=False)
    return with_row(good, "m-c2", queue="extensions", cause="first")


PLANTED: list[tuple[str, str, Evidence]] = [
    ("one_live_decision", "a lost ticket", without(a_good_run(), "m-a1")),
    (
        "one_live_decision",
        "a ticket on two queues",
        plus(a_good_run(), routed("renewal", "m-a2", FIRST, revision=2)),
    ),
    (
        "ledger_agrees",
        "a record that the ledger does not know",
        plus(a_good_run(), routed("core", "m-x", FIRST)),
    ),
    ("ledger_agrees", "a row without its record", without(a_good_run(), "m-b1")),
    (
        "ledger_agrees",
        "a row on another queue",
        with_row(a_good_run(), "m-a1", queue="core-paying"),
    ),
    ("ledger_agrees", "no live row", with_row(a_good_run(), "m-a1", live=False)),
    ("ledger_agrees", "two live rows", with_row(a_good_run(), "m-c1", live=True)),
    ("all_published", "a row never told", with_row(a_good_run(), "m-a1", published=False)),
    (
        "nothing_invented",
        "a ticket of nobody",
        plus(a_good_run(), routed("core", "m-x", "nobody-1", ticket_id="ticket-x")),
    ),
    (
        "nothing_invented",
        "an unreadable record that nobody wrote",
        plus(
            a_good_run(),
            routed(
                "security",
                "m-u",
                None,
                ticket_id=None,
                origin={"topic": "support.tickets.security.v1", "partition": 0, "offset": 5},
            ),
        ),
    ),
    (
        "nothing_invented",
        "a row for a ticket of nobody",
        replace(
            a_good_run(),
            ledger=[*a_good_run().ledger, Row("ticket-x", 1, "core", True, "m-x", "first")],
        ),
    ),
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
    (
        "ids_are_kept",
        "two ids for one text",
        with_submission(a_good_run(), FIRST, answered_ids=(A, B)),
    ),
    (
        "ids_are_kept",
        "another id than the 202 gave",
        with_submission(a_good_run(), FIRST, answered_ids=("ticket-z",)),
    ),
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
    (
        "order_is_kept",
        "a key in two partitions",
        plus(a_good_run(), replace(routed("core", "m-a1", FIRST), partition=3)),
    ),
    (
        "order_is_kept",
        "the second text holds the id",
        replace(
            a_good_run(),
            messages=[
                routed("review", "m-a1", FIRST, ticket_id=A, conflicts_with=B),
                routed("core", "m-b1", SECOND, ticket_id=B),
                *a_good_run().messages[2:],
            ],
        ),
    ),
    (
        "order_is_kept",
        "a conflict that no person sees",
        replace(
            a_good_run(),
            messages=[
                a_good_run().messages[0],
                routed("core", "m-b1", SECOND, ticket_id=B, conflicts_with=A),
                *a_good_run().messages[2:],
            ],
        ),
    ),
    (
        "decisions_are_stable",
        "a repeat that says something else",
        plus(a_good_run(), routed("core", "m-a1", FIRST, offset=5, reply={"key": "other"})),
    ),
    ("decisions_are_stable", "a change without a cause", changed_revision()),
    (
        "decisions_are_stable",
        "facts learned later that rank a ticket lower",
        with_row(changed_revision(), "m-c2", queue="referral", cause="facts_learned"),
    ),
    ("decisions_are_stable", "a gap in the revisions", with_row(a_good_run(), "m-a1", revision=2)),
    (
        "decisions_are_stable",
        "a decision that was another one earlier",
        replace(a_good_run(), earlier=[Row(A, 1, "renewal", True, "m-a1", "first")]),
    ),
    (
        "decisions_are_stable",
        "a decision that is gone",
        replace(a_good_run(), earlier=[Row("ticket-x", 1, "core", True, "m-x", "first")]),
    ),
    (
        "decisions_are_stable",
        "a correction by nobody",
        with_row(a_good_run(), "m-c2", cause="correction"),
    ),
    (
        "revisions_name_what_they_supersede",
        "a superseded decision still on its queue",
        without(a_good_run(), "withdrawal of m-c1"),
    ),
    (
        "revisions_name_what_they_supersede",
        "a revision that names nothing",
        with_row(changed_revision(), "m-c2", cause="correction"),
    ),
    (
        "revisions_name_what_they_supersede",
        "a first decision that names something",
        plus(without(a_good_run(), "m-a1"), routed("core", "m-a1", FIRST, supersedes="m-0")),
    ),
    (
        "revisions_name_what_they_supersede",
        "a withdrawal of what was never there",
        plus(a_good_run(), withdrawn("core", "m-never")),
    ),
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
