"""Whatever comes first, is a ticket decided once, and never a report left in an ordinary queue?"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import chain, combinations, permutations
from pathlib import Path
from uuid import uuid4

import pytest

from services.router.case import Assessed, Case, Correction, Decision, Input, Suspected
from services.router.fast_lane import carry
from services.router.outbox import pending
from services.router.policy import load_policy
from services.router.revision import take
from services.router.ruling import Rulebook
from shared.contracts import Cause, Corrected, Queue, Scope, SecuritySuspected, Status, Withdrawn
from shared.envelope import Outgoing, decode, encode, types_of
from shared.ids import event_id
from shared.topics import QUEUES, SECURITY
from tests.support.builders import (
    FINGERPRINT,
    NOW,
    TICKET,
    a_coverage,
    a_failure,
    a_finding,
    a_flag,
    a_record,
    a_suspected,
    a_verdict,
    an_accepted,
    an_entitled,
)
from tests.support.queues import live_records

RULES = Rulebook(load_policy(Path("services/router/policies/jetpack-crm-1.yaml")))
NS = "support"
QUESTION = a_verdict(a_finding(Scope.PRODUCT_QUESTION, extension="WooSync"))


def assessed(
    *, flagged: bool = False, status: Status = Status.COVERED, learned: bool = False
) -> Input:
    entitled = an_entitled(
        verdict=QUESTION,
        coverage=a_coverage(status),
        security=a_flag() if flagged else None,
        cause=Cause.FACTS_LEARNED if learned else Cause.FIRST,
    )
    return Assessed(entitled, entitled.model_dump_json().encode())


def suspected() -> Input:
    found = a_suspected()
    return Suspected(found, found.model_dump_json().encode())


def said(id_: str, *, security: bool | None = None, scope: Scope | None = None) -> Input:
    return Correction(
        id_,
        Corrected(
            ticket_id=TICKET, security=security, scope=scope, by="Ada", reason="looked at it"
        ),
    )


class Pipeline:
    """The router's ledger, its outbox and the fast lane, in memory, for one ticket."""

    def __init__(self) -> None:
        self.case = Case(TICKET, TICKET, FINGERPRINT)
        self.topics: list[Outgoing] = []

    def arrives(self, arrived: Input) -> None:
        if isinstance(arrived, Suspected) and arrived.suspected.finding == "machine":
            self.fast_lane(told_by_intake(arrived.suspected))
        self.case = take(self.case, arrived, RULES, NOW)
        self.check_one_live()
        for record, mark in pending(self.case, NS, NOW):
            if record.topic == SECURITY.address(NS):
                self.fast_lane(record)
            else:
                self.topics.append(record)
            self.case = self.marked(mark.revision, withdrawal=mark.withdrawal)

    def marked(self, revision: int, *, withdrawal: bool) -> Case:
        def told(decision: Decision) -> Decision:
            if decision.revision != revision:
                return decision
            if withdrawal:
                return decision._replace(withdrawn_at=NOW)
            return decision._replace(published_at=NOW)

        return self.case._replace(decisions=tuple(map(told, self.case.decisions)))

    def fast_lane(self, record: Outgoing) -> None:
        event = decode(a_record(record), {**types_of(SecuritySuspected), **types_of(Withdrawn)})
        self.topics.append(carry(event, QUEUES[Queue.SECURITY].address(NS), NOW))

    def check_one_live(self) -> None:
        assert sum(decision.live for decision in self.case.decisions) <= 1

    def standing(self) -> list[tuple[str, str]]:
        """Where the ticket stands live, by the topics alone."""
        records = [(r.topic, r.headers, r.value or b"") for r in self.topics]
        return [(topic, id_) for topic, found in live_records(records).items() for id_ in found]


def told_by_intake(found: SecuritySuspected) -> Outgoing:
    return encode(
        SECURITY.address(NS),
        found,
        event_id=event_id(TICKET, FINGERPRINT, "suspected/machine"),
        source="/intake",
        time=NOW,
        subject=str(TICKET),
    )


INPUTS: dict[str, Input] = {
    "ordinary": assessed(),
    "ordinary flagged": assessed(flagged=True),
    "machine finding": suspected(),
    "machine finding again": suspected(),
    "person clears": said("c1", security=False),
    "person flags": said("c2", security=True),
    "person clears again": said("c3", security=False),
    "person says bug": said("c4", scope=Scope.BUG_REPORT),
    "person says server": said("c5", scope=Scope.SERVER_ADMINISTRATION),
}


def in_the_order_people_spoke(names: Sequence[str]) -> bool:
    spoken = [name for name in names if name.startswith("person")]
    order = [name for name in INPUTS if name.startswith("person")]
    return spoken == sorted(spoken, key=order.index)


def every_order() -> Iterator[tuple[str, ...]]:
    """Every subset of up to six inputs in every order; a ticket is flagged or not, not both."""
    sizes = range(1, 7)
    for names in chain.from_iterable(combinations(INPUTS, size) for size in sizes):
        if "ordinary" in names and "ordinary flagged" in names:
            continue
        if "ordinary flagged" in names and "machine finding" not in names:
            continue  # whoever raises the flag has told the security topic first
        for order in permutations(names):
            if in_the_order_people_spoke(order):
                yield order


def expected_queue(names: Sequence[str]) -> Queue | None:
    """By hand: a person's last word on security, else any finding, else the policy's queue."""
    text_of_ordinary = "ordinary" in names or "ordinary flagged" in names
    found = "ordinary flagged" in names or any(n.startswith("machine") for n in names)
    if not text_of_ordinary and not found:
        return None
    words = [n for n in names if n in ("person clears", "person flags", "person clears again")]
    flagged = words[-1] == "person flags" if words else found
    if flagged or not text_of_ordinary:
        # A cleared report stands until there is an ordinary decision to take its place.
        was_told = found or flagged
        return Queue.SECURITY if was_told else None
    if "person says server" in names:
        return Queue.REFERRAL
    return Queue.EXTENSIONS


def test_every_order_of_arrival_ends_in_the_same_queue_and_on_one_queue_only() -> None:
    orders = 0
    for order in every_order():
        pipeline = Pipeline()
        for name in order:
            pipeline.arrives(INPUTS[name])
        live = pipeline.case.live
        assert (live.queue if live else None) is expected_queue(order), order
        wanted = [(QUEUES[live.queue].address(NS), live.message_id)] if live else []
        assert pipeline.standing() == wanted, order
        orders += 1
    assert orders == 6227


def test_a_repeat_of_every_input_changes_nothing() -> None:
    for order in permutations(["ordinary", "machine finding", "person clears", "person flags"]):
        if not in_the_order_people_spoke(order):
            continue
        pipeline = Pipeline()
        for name in order:
            pipeline.arrives(INPUTS[name])
        before = pipeline.case.decisions
        for name in order:
            pipeline.arrives(INPUTS[name])
        assert [d.revision for d in pipeline.case.decisions] == [d.revision for d in before]
        assert len(pipeline.standing()) == 1


def test_a_late_finding_takes_the_ticket_out_of_the_ordinary_queue() -> None:
    pipeline = Pipeline()
    pipeline.arrives(assessed())
    pipeline.arrives(suspected())
    [first, second] = pipeline.case.decisions
    assert (first.queue, first.cause, first.live) == (Queue.EXTENSIONS, Cause.FIRST, False)
    assert (second.queue, second.cause) == (Queue.SECURITY, Cause.SECURITY_FINDING)
    assert second.supersedes == first.message_id
    withdrawals = [r for r in pipeline.topics if r.topic == QUEUES[Queue.EXTENSIONS].address(NS)]
    assert len(withdrawals) == 2  # the record and its withdrawal


def test_a_finding_that_the_ledger_has_never_heard_of_is_a_report_and_stands() -> None:
    """After the ledger was lost: what a person flagged must not be taken back."""
    for first in ([], [assessed()]):
        pipeline = Pipeline()
        for arrived in first:
            pipeline.arrives(arrived)
        found = a_suspected(finding="c1")
        event = told_by_intake(found)
        pipeline.fast_lane(event)
        pipeline.arrives(Suspected(found, found.model_dump_json().encode()))
        assert [topic for topic, _ in pipeline.standing()] == [QUEUES[Queue.SECURITY].address(NS)]


def test_facts_learned_later_move_a_ticket_upwards_only() -> None:
    pipeline = Pipeline()
    pipeline.arrives(assessed(status=Status.NEEDS_RENEWAL))
    pipeline.arrives(assessed(status=Status.COVERED, learned=True))
    pipeline.arrives(assessed(status=Status.NEEDS_RENEWAL, learned=True))
    assert [(d.queue, d.cause) for d in pipeline.case.decisions] == [
        (Queue.RENEWAL, Cause.FIRST),
        (Queue.EXTENSIONS, Cause.FACTS_LEARNED),
    ]


@pytest.mark.parametrize(
    ("first", "learned"),
    [
        (Status.UNVERIFIED, Status.NEEDS_RENEWAL),
        (Status.UNVERIFIED, Status.COVERED),
        (Status.NO_LICENCE, Status.NEEDS_RENEWAL),
        (Status.COVERED, Status.HOLDER_CHANGED),
    ],
)
def test_facts_learned_later_never_move_a_ticket_down_or_sideways(
    first: Status, learned: Status
) -> None:
    pipeline = Pipeline()
    pipeline.arrives(assessed(status=first))
    pipeline.arrives(assessed(status=learned, learned=True))
    assert len(pipeline.case.decisions) == 1


def test_a_replayed_ticket_makes_no_revision_even_if_its_facts_have_changed() -> None:
    pipeline = Pipeline()
    pipeline.arrives(assessed(status=Status.NEEDS_RENEWAL))
    pipeline.arrives(assessed(status=Status.COVERED))
    assert [d.queue for d in pipeline.case.decisions] == [Queue.RENEWAL]


def test_clearing_a_false_alarm_holds_when_the_same_ticket_is_sent_again() -> None:
    pipeline = Pipeline()
    for arrived in (assessed(flagged=True), suspected(), said("c1", security=False)):
        pipeline.arrives(arrived)
    assert [topic for topic, _ in pipeline.standing()] == [QUEUES[Queue.EXTENSIONS].address(NS)]
    pipeline.arrives(suspected())
    pipeline.arrives(assessed(flagged=True))
    assert [topic for topic, _ in pipeline.standing()] == [QUEUES[Queue.EXTENSIONS].address(NS)]


def for_a_person(why: str) -> tuple[Case, Input]:
    """A ticket that waits for a person, for each reason that is not about its content."""
    accepted = an_accepted(auto_reply=why == "auto_reply")
    failure = a_failure("entitlements") if why == "stage_failed" else None
    entitled = an_entitled(accepted, verdict=QUESTION, failure=failure)
    case = Case(TICKET, TICKET, FINGERPRINT, uuid4() if why == "conflict" else None)
    return case, Assessed(entitled, entitled.model_dump_json().encode())


@pytest.mark.parametrize("why", ["auto_reply", "conflict", "stage_failed"])
def test_who_waits_for_a_person_goes_where_the_person_says(why: str) -> None:
    case, arrived = for_a_person(why)
    case = take(case, arrived, RULES, NOW)
    assert case.live is not None
    assert (case.live.queue, case.live.record.review_reason) == (Queue.REVIEW, why)
    case = take(case, said("c9", scope=Scope.PRODUCT_QUESTION), RULES, NOW)
    assert case.live is not None
    assert (case.live.queue, case.live.record.review_reason) == (Queue.EXTENSIONS, None)
    assert [d.cause for d in case.decisions] == [Cause.FIRST, Cause.CORRECTION]


@pytest.mark.parametrize("why", ["auto_reply", "conflict", "stage_failed"])
def test_a_person_can_refer_what_waited_for_a_person(why: str) -> None:
    case, arrived = for_a_person(why)
    case = take(case, said("c9", scope=Scope.CUSTOMIZATION), RULES, NOW)
    case = take(case, arrived, RULES, NOW)
    assert case.live is not None
    assert case.live.queue is Queue.REFERRAL


@pytest.mark.parametrize("status", [Status.COVERED, Status.NEEDS_RENEWAL])
def test_a_correction_of_the_scope_is_ruled_by_the_stored_coverage(status: Status) -> None:
    pipeline = Pipeline()
    pipeline.arrives(assessed(status=status))
    pipeline.arrives(said("c9", scope=Scope.BUG_REPORT))
    live = pipeline.case.live
    assert live is not None
    expected = Queue.EXTENSIONS if status is Status.COVERED else Queue.CORE
    assert (live.queue, live.cause) == (expected, Cause.CORRECTION)
    assert live.record.findings[0].scope is Scope.BUG_REPORT
