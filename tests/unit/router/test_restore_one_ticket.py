"""After a restore, does the ledger of a ticket come back as it was, from the topics alone?"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Any

import pytest
from typing_extensions import override

from services.router.case import Assessed, Case, Correction, Decision, Input
from services.router.outbox import pending
from services.router.restore.evidence import Kind, Seen, seen, taken_back, tickets
from services.router.restore.one_ticket import Incomplete, Rebuilt, rebuilt
from services.router.revision import take
from shared.contracts import Cause, Queue, Status
from shared.envelope import Outgoing
from shared.ids import conflicting_ticket_id
from tests.support.builders import NOW, TICKET, a_record, an_accepted, an_entitled
from tests.support.router import on_corrections, on_entitled
from tests.unit.router.test_orders_of_arrival import (
    INPUTS,
    NS,
    RULES,
    Pipeline,
    assessed,
    every_order,
)


class Topics(Pipeline):
    """The pipeline with every record that it leaves, and the case after each input."""

    def __init__(self) -> None:
        super().__init__()
        self.written: list[Outgoing] = []
        self.cases: list[Case] = [self.case]

    @override
    def fast_lane(self, record: Outgoing) -> None:
        self.written.append(record)
        super().fast_lane(record)

    @override
    def arrives(self, arrived: Input) -> None:
        match arrived:
            case Assessed(entitled=entitled):
                self.written.append(on_entitled(NS, entitled))
            case Correction(id=id_, corrected=said):
                self.written.append(on_corrections(NS, said, id_))
            case _:
                pass
        super().arrives(arrived)
        self.cases.append(self.case)

    def told(self, *, done: bool = True) -> list[Seen]:
        """Everything on the topics; `done`: whether the router committed what it read."""
        records = [*self.written, *self.topics]
        found = [
            seen(a_record(record, offset=place), done=done) for place, record in enumerate(records)
        ]
        return list({(each.kind, each.id): each for each in reversed(found) if each}.values())[::-1]


def again(restored: Case, records: Sequence[Seen]) -> Rebuilt:
    """The one ticket, rebuilt from these records."""
    of_texts = [r for r in records if r.kind not in (Kind.CORRECTED, Kind.WITHDRAWN)]
    said = [r for r in records if r.kind is Kind.CORRECTED]
    backs = taken_back([r for r in records if r.kind is Kind.WITHDRAWN])
    known = {restored.ticket_id: restored}
    ((case, evidence),) = tickets(TICKET, of_texts, said, backs, known)
    return rebuilt(case, evidence, lambda record: RULES if record.policy else None)


def row(decision: Decision) -> tuple[Any, ...]:
    """What the view `ledger` says of a decision, and whether its marks are set."""
    d = decision
    marks = d.published_at is not None, d.withdrawn_at is not None
    return d.revision, d.queue, d.live, d.message_id, d.cause, d.supersedes, d.rank, *marks


def told_of(case: Case) -> tuple[set[str], str | None]:
    """Which messages there are, and which of them stands."""
    return {d.message_id for d in case.decisions}, case.live.message_id if case.live else None


def inputs(case: Case) -> tuple[object, ...]:
    return (
        case.fingerprint,
        case.assessed and case.assessed.raw,
        case.learned and case.learned.raw,
        case.suspected and case.suspected.suspected,
        case.corrections,
    )


def same(case: Case, other: Case) -> bool:
    return [*map(row, case.decisions)] == [*map(row, other.decisions)] and inputs(case) == inputs(
        other
    )


def played(arriving: Sequence[Input]) -> Topics:
    topics = Topics()
    for arrived in arriving:
        topics.arrives(arrived)
    return topics


def some_orders(every: int) -> Iterator[tuple[str, ...]]:
    return islice(every_order(), 0, None, every)


def test_from_any_backup_every_order_of_inputs_comes_back_as_it_was() -> None:
    tried = 0
    for order in some_orders(29):
        topics = played([INPUTS[name] for name in order])
        records = topics.told()
        for backup in topics.cases:
            found = again(backup, records)
            assert same(found.case, topics.case), (order, len(backup.decisions))
            tried += 1
    assert tried > 1000


def test_an_answer_that_was_learned_later_comes_back_with_both_words_of_the_ordinary_lane() -> None:
    first = assessed(status=Status.NEEDS_RENEWAL)
    second = assessed(status=Status.COVERED, learned=True)
    topics = played([first, second, INPUTS["person says server"]])
    for backup in topics.cases:
        assert same(again(backup, topics.told()).case, topics.case)
    causes = [d.cause for d in topics.case.decisions]
    assert causes == [Cause.FIRST, Cause.FACTS_LEARNED, Cause.CORRECTION]


def test_nothing_is_put_back_twice() -> None:
    for order in some_orders(101):
        topics = played([INPUTS[name] for name in order])
        once = again(topics.cases[0], topics.told()).case
        found = again(once, topics.told())
        assert (found.case, found.records) == (once, {})


def test_a_record_comes_back_byte_for_byte() -> None:
    topics = played([INPUTS["ordinary"], INPUTS["person says server"]])
    found = again(topics.cases[0], topics.told())
    told = {dict(record.headers)["ce_id"].decode(): record.value for record in topics.topics}
    assert len(found.records) == 2
    for decision in found.case.decisions:
        assert found.records[decision.revision] == told[decision.message_id]


def test_an_input_that_was_not_committed_is_left_to_come_again() -> None:
    topics = played([INPUTS["ordinary"]])
    undecided = [each for each in topics.told(done=False) if each.kind is Kind.ENTITLED]
    assert again(topics.cases[0], undecided).case == topics.cases[0]


def test_an_input_that_was_not_committed_comes_back_where_a_decision_rests_on_it() -> None:
    topics = played([INPUTS["ordinary"], INPUTS["person flags"]])
    assert same(again(topics.cases[0], topics.told(done=False)).case, topics.case)


def test_what_comes_again_after_a_crash_makes_no_new_decision() -> None:
    """Nothing was committed: every input is delivered once more, in the order it first came."""
    for order in some_orders(101):
        topics = played([INPUTS[name] for name in order])
        restored = again(topics.cases[0], topics.told(done=False)).case
        for name in order:
            restored = take(restored, INPUTS[name], RULES, NOW)
        assert told_of(restored) == told_of(topics.case), order


def test_a_hole_in_the_topics_is_told_and_nothing_is_put_over_it() -> None:
    topics = played([INPUTS["ordinary"], INPUTS["person says server"]])
    first = topics.case.decisions[0].message_id
    with pytest.raises(Incomplete, match="revision 1 stands neither"):
        again(topics.cases[0], [each for each in topics.told() if each.id != first])


def test_a_ledger_that_decided_otherwise_meanwhile_is_told() -> None:
    """The router was started before the rebuild, and said something else."""
    topics = played([INPUTS["machine finding"]])
    other = played([INPUTS["ordinary"]])
    with pytest.raises(Incomplete, match="revision 1 is"):
        again(topics.case, other.told())


def test_two_texts_under_one_key_come_back_as_two_tickets_the_first_holding_the_id() -> None:
    first = played([INPUTS["ordinary"]])
    other = "f" * 64
    second = an_accepted(fingerprint=other)
    conflict = Case(conflicting_ticket_id(TICKET, other), TICKET, other, TICKET)
    entitled = an_entitled(second)
    arrived = Assessed(entitled, entitled.model_dump_json().encode())
    conflict = take(conflict, arrived, RULES, NOW)
    records = [on_entitled(NS, entitled), *(record for record, _ in pending(conflict, NS, NOW))]
    late = [seen(a_record(each, offset=99 + n), done=True) for n, each in enumerate(records)]
    told = [*(each for each in late if each is not None), *first.told()]  # in any order
    of_texts = [each for each in told if each.kind is not Kind.CORRECTED]
    found = {case.ticket_id: evidence for case, evidence in tickets(TICKET, of_texts, [], {}, {})}
    assert found.keys() == {TICKET, conflict.ticket_id}
    assert [t.routed.queue for t in found[conflict.ticket_id].told] == [Queue.REVIEW]
    assert [t.routed.queue for t in found[TICKET].told] == [Queue.EXTENSIONS]


def test_a_withdrawal_whose_successor_was_never_told_leaves_the_decision_standing() -> None:
    """The router died between the two: the successor is decided when its input comes again."""
    topics = played([INPUTS["ordinary"], INPUTS["person says server"]])
    second = topics.case.decisions[1].message_id
    records = [each for each in topics.told(done=False) if each.id != second]
    found = again(topics.cases[0], records).case
    assert [(d.revision, d.live, d.withdrawn_at) for d in found.decisions] == [(1, True, NOW)]
    for name in ("ordinary", "person says server"):
        found = take(found, INPUTS[name], RULES, NOW)
    assert told_of(found) == told_of(topics.case)
