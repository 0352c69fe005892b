"""What leaves the service for a ticket, and what does it remember?"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

import pytest

from services.entitlements.handlers import (
    Entitling,
    LicenceEvent,
    licences_work,
    tickets_work,
)
from services.entitlements.learning import Learning
from services.entitlements.store import Mark
from shared.catalogue import load_catalogue
from shared.contracts import (
    Cause,
    Classified,
    Entitled,
    FeedAdvanced,
    LicenceFact,
    Requester,
    Security,
    StageFailure,
    Status,
    Ticket,
    Trust,
    Verdict,
)
from shared.engine import Outcome
from shared.envelope import Event, Outgoing, decode, types_of
from shared.ids import event_id
from tests.support.builders import (
    a_classified,
    a_failure,
    a_finding,
    a_record,
    a_verdict,
    an_accepted,
    an_event,
)
from tests.unit.entitlements.fake_store import FakeStore
from tests.unit.entitlements.worlds import DAY, TRUSTED, T, fact

BEHIND = T - timedelta(minutes=5)
CLASSIFIED = "support.tickets.classified.v1"


class FakePublisher:
    """Acknowledges at once; `away` is what it raises instead."""

    def __init__(self) -> None:
        self.written: list[Outgoing] = []
        self.away: Exception | None = None
        self.told = asyncio.Event()

    async def publish(self, records: Sequence[Outgoing]) -> int:
        if self.away is not None:
            raise self.away
        self.written += records
        self.told.set()
        return len(records)


@pytest.fixture
def store() -> FakeStore:
    return FakeStore()


@pytest.fixture
def entitling(store: FakeStore) -> Entitling:
    return Entitling(
        store, load_catalogue(), ("billing",), timedelta(minutes=15), "support", lambda: T
    )


def a_ticket(
    number: int = 1,
    account: str = "acct-1",
    *,
    trust: Trust = TRUSTED,
    at: datetime = T,
    flagged: bool = False,
) -> Classified:
    accepted = an_accepted(
        Ticket(subject="How?", requester=Requester(account_id=account)),
        ticket_id=UUID(int=number),
        trust=trust,
        received_at=at,
    )
    finding = a_finding(extension="WooSync")
    return a_classified(accepted, verdict=a_verdict(finding), security=Security(flag=flagged))


def arrived(ticket: Classified) -> Event[Classified]:
    record = an_event(ticket, topic=CLASSIFIED, traceparent="00-ab-cd-01")
    return decode(record, types_of(Classified))


def said(record: Outgoing) -> Entitled:
    return decode(a_record(record), types_of(Entitled)).data


def ce_id(record: Outgoing) -> str:
    return dict(record.headers)["ce_id"].decode()


async def judged(entitling: Entitling, *tickets: Classified) -> list[Outcome]:
    """Through decide and settle, as the engine does it."""
    work = tickets_work(entitling)
    outcomes = list(await work.decide([arrived(ticket) for ticket in tickets]))
    await work.settle(outcomes)
    return outcomes


async def learn(entitling: Entitling, *data: LicenceFact | FeedAdvanced) -> None:
    work = licences_work(entitling)
    topic = "support.licences.v1"
    records = [an_event(each, topic=topic, source="billing", time=T + DAY) for each in data]
    events: list[LicenceEvent] = [work.read(record) for record in records]
    assert await work.decide(events) == [Outcome() for _ in events]


async def test_a_ticket_leaves_with_coverage_under_an_id_that_a_repeat_has_again(
    entitling: Entitling, store: FakeStore
) -> None:
    await learn(entitling, fact(), FeedAdvanced(complete_until=T))
    ticket = a_ticket()
    (outcome,) = await judged(entitling, ticket)
    (again,) = await judged(entitling, ticket)
    (record,) = outcome.outgoing
    assert outcome == again
    accepted = ticket.accepted
    assert ce_id(record) == event_id(accepted.ticket_id, accepted.fingerprint, "entitled")
    assert record.key == str(accepted.ticket_id).encode()
    assert record.topic == "support.tickets.entitled.v1"
    assert dict(record.headers)["traceparent"] == b"00-ab-cd-01"
    answer = said(record)
    assert (answer.accepted, answer.verdict) == (ticket.accepted, ticket.verdict)
    assert (answer.cause, answer.failure) == (Cause.FIRST, None)
    assert answer.coverage is not None
    assert answer.coverage.status is Status.COVERED
    assert store.waiting == {}


async def test_a_ticket_that_failed_before_is_passed_on_unjudged(entitling: Entitling) -> None:
    failed = a_ticket().model_copy(update={"failure": a_failure(), "verdict": Verdict()})
    (outcome,) = await judged(entitling, failed)
    answer = said(outcome.outgoing[0])
    assert (answer.coverage, answer.failure) == (None, a_failure())


async def test_a_ticket_that_can_not_be_judged_is_passed_on_for_a_person(
    entitling: Entitling,
) -> None:
    give_up = tickets_work(entitling).give_up
    assert give_up is not None
    failure = StageFailure(stage="entitlements", reason="KeyError")
    answer = said(give_up(arrived(a_ticket()), failure).outgoing[0])
    assert (answer.coverage, answer.failure) == (None, failure)


async def test_each_ticket_of_a_batch_gets_its_own_answer(entitling: Entitling) -> None:
    await learn(
        entitling,
        fact(),
        fact(licence_id="L-2", holder={"account_id": "acct-2"}, state="revoked"),
        FeedAdvanced(complete_until=T),
    )
    outcomes = await judged(
        entitling, a_ticket(1, "acct-2"), a_ticket(2, "acct-1"), a_ticket(3, "acct-3")
    )
    answers = [said(outcome.outgoing[0]).coverage for outcome in outcomes]
    assert [(a.licence_id, str(a.status)) for a in answers if a is not None] == [
        ("L-2", "no_licence"),
        ("L-1", "covered"),
        (None, "no_licence"),
    ]


async def test_a_provisional_no_is_judged_once_more_and_told_only_if_it_is_a_yes(
    entitling: Entitling, store: FakeStore
) -> None:
    publisher = FakePublisher()
    learning = Learning(entitling)
    await learn(entitling, FeedAdvanced(complete_until=BEHIND))
    await judged(entitling, a_ticket(1), a_ticket(2, "acct-2"))
    assert len(store.waiting) == 2
    assert await learning.round(publisher) == 0, "the feed has not passed the moment"
    await learn(entitling, fact(), FeedAdvanced(complete_until=T))
    assert await learning.round(publisher) == 2
    (record,) = publisher.written
    answer = said(record)
    assert answer.accepted.ticket_id == UUID(int=1)
    assert answer.cause is Cause.FACTS_LEARNED
    assert answer.coverage is not None
    assert (answer.coverage.status, answer.coverage.provisional) == (Status.COVERED, False)
    accepted = answer.accepted
    fact_name = "entitled/facts_learned"
    assert ce_id(record) == event_id(accepted.ticket_id, accepted.fingerprint, fact_name)
    assert store.waiting == {}
    assert await learning.round(publisher) == 0


async def test_an_answer_that_got_worse_is_not_told(entitling: Entitling, store: FakeStore) -> None:
    publisher = FakePublisher()
    expired = fact(paid_until=T - 30 * DAY)
    await learn(entitling, expired, FeedAdvanced(complete_until=BEHIND))
    await judged(entitling, a_ticket())
    await learn(entitling, fact(version=2, state="revoked"), FeedAdvanced(complete_until=T))
    assert await Learning(entitling).round(publisher) == 1
    assert publisher.written == []
    assert store.waiting == {}


async def test_a_crash_between_telling_and_settling_loses_no_second_look(
    entitling: Entitling, store: FakeStore
) -> None:
    """The first answer went out provisional; by the time it is repeated the feed has passed."""
    publisher = FakePublisher()
    await learn(entitling, FeedAdvanced(complete_until=BEHIND))
    await tickets_work(entitling).decide([arrived(a_ticket())])  # told, then the crash
    await learn(entitling, fact(), FeedAdvanced(complete_until=T))
    assert await Learning(entitling).round(publisher) == 0, "not before the first is out"
    (outcome,) = await judged(entitling, a_ticket())
    repeated = said(outcome.outgoing[0]).coverage
    assert repeated is not None
    assert not repeated.provisional
    assert await Learning(entitling).round(publisher) == 1
    assert [said(record).cause for record in publisher.written] == [Cause.FACTS_LEARNED]


async def test_an_outage_while_telling_keeps_the_answer_for_later(
    entitling: Entitling, store: FakeStore
) -> None:
    publisher = FakePublisher()
    await learn(entitling, FeedAdvanced(complete_until=BEHIND))
    await judged(entitling, a_ticket())
    await learn(entitling, fact(), FeedAdvanced(complete_until=T))
    publisher.away = OSError("Kafka is away")
    with pytest.raises(OSError, match="away"):
        await Learning(entitling).round(publisher)
    assert len(store.waiting) == 1


@pytest.mark.parametrize("ticket", [a_ticket(trust=Trust()), a_ticket(flagged=True)])
async def test_nothing_waits_for_a_stranger_or_for_a_security_report(
    ticket: Classified, entitling: Entitling, store: FakeStore
) -> None:
    await learn(entitling, FeedAdvanced(complete_until=BEHIND))
    await judged(entitling, ticket)
    assert store.waiting == {}


async def test_a_heartbeat_wakes_the_second_look(entitling: Entitling) -> None:
    publisher = FakePublisher()
    await learn(entitling, FeedAdvanced(complete_until=BEHIND))
    await judged(entitling, a_ticket())
    running = asyncio.create_task(Learning(entitling).run(publisher))
    await learn(entitling, fact(), FeedAdvanced(complete_until=T))
    await asyncio.wait_for(publisher.told.wait(), 4)
    running.cancel()


async def test_a_heartbeat_of_a_source_that_is_not_configured_counts_for_nothing(
    entitling: Entitling, store: FakeStore
) -> None:
    await store.save([], [Mark("somebody", T, T)])
    (outcome,) = await judged(entitling, a_ticket())
    answer = said(outcome.outgoing[0]).coverage
    assert answer is not None
    assert answer.status is Status.UNVERIFIED
