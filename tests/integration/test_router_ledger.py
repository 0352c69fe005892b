"""Does the ledger on real PostgreSQL decide once, keep one live decision, and lose no text?"""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator, Sequence
from uuid import UUID, uuid4

import asyncpg
import pytest

from services.router.case import Assessed, Case, Correction, Decision, Input, Suspected
from services.router.handlers import Deciding
from services.router.opening import Arrival
from services.router.revision import take
from services.router.store import Mark
from shared.contracts import (
    Cause,
    Corrected,
    Coverage,
    Queue,
    ReviewReason,
    Routed,
    Scope,
    Status,
    Withdrawn,
)
from shared.engine import Outcome
from shared.envelope import Outgoing, decode, types_of
from shared.ids import conflicting_ticket_id
from shared.topics import QUEUES, SECURITY
from tests.support.builders import (
    NOW,
    a_coverage,
    a_record,
    a_suspected,
    an_accepted,
    an_entitled,
)
from tests.support.router import RULES, assessed, corrected, replica, suspected, with_schema
from tests.unit.router.test_orders_of_arrival import INPUTS, every_order, expected_queue

pytestmark = pytest.mark.real
SEED = 20260302
ORDERS = 150


@pytest.fixture
async def dsn(database_url: str) -> str:
    return await with_schema(database_url)


@pytest.fixture
async def router(dsn: str) -> AsyncIterator[Deciding]:
    async with replica(dsn) as deciding:
        yield deciding


def a_ticket(number: int, coverage: Coverage | None = None, cause: Cause = Cause.FIRST) -> Arrival:
    accepted = an_accepted(ticket_id=UUID(int=number), fingerprint=f"{number:064x}")
    return assessed(an_entitled(accepted, coverage=coverage, cause=cause))


def another_text(number: int) -> Arrival:
    accepted = an_accepted(ticket_id=UUID(int=number), fingerprint="f" * 64)
    return assessed(an_entitled(accepted))


def records(outcomes: Sequence[Outcome]) -> list[Outgoing]:
    return [record for outcome in outcomes for record in outcome.outgoing]


def as_routed(record: Outgoing) -> Routed | Withdrawn:
    event = decode(a_record(record), {**types_of(Routed), **types_of(Withdrawn)})
    assert isinstance(event.data, Routed | Withdrawn)
    return event.data


async def ledger(dsn: str) -> list[asyncpg.Record]:
    connection = await asyncpg.connect(dsn)
    try:
        return list(await connection.fetch("select * from ledger order by ticket_id, revision"))
    finally:
        await connection.close()


async def test_two_replicas_at_once_decide_every_ticket_once_and_alike(dsn: str) -> None:
    async with replica(dsn) as one, replica(dsn) as other:
        tickets = [a_ticket(n) for n in range(60)]
        again = random.Random(SEED).sample(tickets, len(tickets))
        halves = [tickets[:30], tickets[30:], again[:30], again[30:]]
        decided = await asyncio.gather(
            *(router.decide(half) for half in halves for router in (one, other))
        )
    rows = await ledger(dsn)
    assert [(row["ticket_id"].int, row["revision"]) for row in rows] == [(n, 1) for n in range(60)]
    told = {(r.id, r.value) for outcomes in decided for r in records(outcomes)}
    assert len(told) == 60, "whoever tells a decision tells the one that is stored"
    assert {row["message_id"] for row in rows} == {id_ for id_, _ in told}


async def test_three_lanes_at_once_on_the_same_tickets_lose_no_input_and_leave_one_live(
    dsn: str,
) -> None:
    count = 30
    accepted = [an_accepted(ticket_id=UUID(int=n), fingerprint=f"{n:064x}") for n in range(count)]
    first = [a_ticket(n, a_coverage(Status.NEEDS_RENEWAL)) for n in range(count)]
    lanes = [
        [suspected(a_suspected(each)) for each in accepted],
        [a_ticket(n, a_coverage(Status.COVERED), Cause.FACTS_LEARNED) for n in range(count)],
        [
            corrected(
                f"c{n}",
                Corrected(ticket_id=UUID(int=n), scope=Scope.BUG_REPORT, by="Ada", reason="seen"),
            )
            for n in range(count)
        ],
    ]
    async with replica(dsn) as one, replica(dsn) as two, replica(dsn) as three:
        await one.decide(first)
        replicas = zip((one, two, three), lanes, strict=True)
        await asyncio.gather(
            *(
                router.decide(lane[start : start + 3])
                for router, lane in replicas
                for start in range(0, count, 3)
            )
        )
        for number in range(count):
            found = await one.ledger.find(UUID(int=number))
            assert found is not None
            case = found.case
            assert case.learned is not None
            assert case.suspected is not None
            assert len(case.corrections) == 1
            assert case.live is not None
            assert case.live.queue is Queue.SECURITY
            assert [d.revision for d in case.decisions] == [*range(1, len(case.decisions) + 1)]


async def test_a_repeat_is_told_nothing_once_it_is_acknowledged(router: Deciding) -> None:
    first = await router.decide([a_ticket(1)])
    assert len(records(first)) == 1
    assert records(await router.decide([a_ticket(1)])) == records(first), "not acknowledged yet"
    await router.settle(first)
    assert records(await router.decide([a_ticket(1)])) == []


async def test_another_text_under_a_known_key_is_a_ticket_of_its_own_for_review(
    router: Deciding, dsn: str
) -> None:
    first, second = records(await router.decide([a_ticket(1), another_text(1)]))
    own_id = conflicting_ticket_id(UUID(int=1), "f" * 64)
    conflict = as_routed(second)
    assert isinstance(conflict, Routed)
    assert second.topic == QUEUES[Queue.REVIEW].address("support")
    assert (conflict.ticket_id, conflict.conflicts_with) == (own_id, UUID(int=1))
    assert conflict.review_reason is ReviewReason.CONFLICT
    assert first.topic == QUEUES[Queue.EXTENSIONS].address("support")
    again = records(await router.decide([another_text(1), a_ticket(1)]))
    assert {r.id for r in again} == {first.id, second.id}
    assert {row["ticket_id"] for row in await ledger(dsn)} == {UUID(int=1), own_id}


async def test_another_text_that_is_a_report_goes_to_security_with_an_id_of_its_own(
    router: Deciding, dsn: str
) -> None:
    await router.decide([a_ticket(1)])
    report = an_accepted(ticket_id=UUID(int=1), fingerprint="f" * 64)
    await router.decide([suspected(a_suspected(report))])
    await router.decide([another_text(1)])
    first, second = sorted(await ledger(dsn), key=lambda row: row["queue"])
    assert (first["queue"], first["live"]) == ("extensions", True)
    assert (second["queue"], second["live"]) == ("security", True)
    assert second["ticket_id"] == conflicting_ticket_id(UUID(int=1), "f" * 64)


async def test_two_texts_behind_a_correction_that_came_first_are_two_tickets(
    router: Deciding, dsn: str
) -> None:
    said = Corrected(ticket_id=UUID(int=1), scope=Scope.BUG_REPORT, by="Ada", reason="seen it")
    await router.decide([corrected("c1", said)])
    await router.decide([a_ticket(1), another_text(1)])
    assert {row["ticket_id"] for row in await ledger(dsn)} == {
        UUID(int=1),
        conflicting_ticket_id(UUID(int=1), "f" * 64),
    }


async def test_facts_learned_later_move_a_ticket_upwards_and_tell_the_old_queue(
    router: Deciding, dsn: str
) -> None:
    await router.settle(await router.decide([a_ticket(1, a_coverage(Status.NEEDS_RENEWAL))]))
    later = a_ticket(1, a_coverage(Status.COVERED), Cause.FACTS_LEARNED)
    told = records(await router.decide([later]))
    assert {(r.topic, type(as_routed(r))) for r in told} == {
        (QUEUES[Queue.RENEWAL].address("support"), Withdrawn),
        (QUEUES[Queue.EXTENSIONS].address("support"), Routed),
    }
    worse = a_ticket(1, a_coverage(Status.NO_LICENCE), Cause.FACTS_LEARNED)
    await router.decide([worse])
    found = [(row["queue"], row["cause"], row["live"]) for row in await ledger(dsn)]
    assert found == [("renewal", "first", False), ("extensions", "facts_learned", True)]


async def test_every_correction_is_kept_for_training_also_one_that_changes_nothing(
    router: Deciding, dsn: str
) -> None:
    said = [
        Corrected(ticket_id=UUID(int=1), scope=Scope.BUG_REPORT, by="Ada", reason="a crash"),
        Corrected(ticket_id=UUID(int=1), scope=Scope.BUG_REPORT, by="Bo", reason="I agree"),
        Corrected(ticket_id=UUID(int=1), security=False, by="Cy", reason="harmless"),
    ]
    await router.decide([a_ticket(1)])
    for number, each in enumerate([*said, said[0]]):
        await router.decide([corrected(f"c{number % 3}", each)])
    found = await router.ledger.find(UUID(int=1))
    assert found is not None
    assert [c.corrected for c in found.case.corrections] == said
    assert len(await ledger(dsn)) == 2


async def test_every_order_of_lanes_findings_and_corrections_ends_as_in_the_pure_rules(
    router: Deciding, dsn: str
) -> None:
    """A seeded sample of the orders that the unit test plays in memory."""
    orders = random.Random(SEED).sample(sorted(set(every_order())), ORDERS)
    for number, order in enumerate(orders):
        base_id = UUID(int=number)
        pure = Case(base_id, base_id)
        for name in order:
            arrival = of_ticket(base_id, INPUTS[name])
            await router.settle(await router.decide([arrival]))
            if pure.fingerprint is None:
                pure = pure._replace(fingerprint=arrival.fingerprint)
            pure = take(pure, arrival.input, RULES, NOW)
        found = await router.ledger.find(base_id)
        assert found is not None
        live = found.case.live
        assert (live.queue if live else None) is expected_queue(order), order
        assert [as_decided(d) for d in found.case.decisions] == [
            as_decided(d) for d in pure.decisions
        ], order
    assert all(row["published_at"] for row in await ledger(dsn))


def of_ticket(base_id: UUID, given: Input) -> Arrival:
    """An input of the unit test as it arrives for this ticket."""
    match given:
        case Assessed(entitled=entitled):
            mine = entitled.accepted.model_copy(update={"ticket_id": base_id})
            return assessed(entitled.model_copy(update={"accepted": mine}))
        case Suspected(suspected=found):
            mine = found.accepted.model_copy(update={"ticket_id": base_id})
            return suspected(found.model_copy(update={"accepted": mine}))
        case Correction(id=id_, corrected=said):
            return corrected(id_, said.model_copy(update={"ticket_id": base_id}))


def as_decided(decision: Decision) -> Decision:
    """All that the rules say of a decision; when Kafka heard of it, and in which bytes, is not."""
    return decision._replace(published_at=None, withdrawn_at=None, json=None)


async def test_the_database_itself_refuses_a_second_live_decision(dsn: str) -> None:
    async with replica(dsn) as router:
        await router.decide([a_ticket(1)])
    connection = await asyncpg.connect(dsn)
    try:
        with pytest.raises(asyncpg.UniqueViolationError):
            await connection.execute(
                "insert into router.decisions (ticket_id, revision, queue, rank, cause,"
                " message_id, live, record, decided_at)"
                " select ticket_id, 2, queue, rank, cause, 'x', true, record, decided_at"
                " from router.decisions"
            )
    finally:
        await connection.close()


async def test_checkers_read_the_ledger_as_the_interfaces_say(router: Deciding, dsn: str) -> None:
    outcomes = await router.decide([a_ticket(1)])
    (row,) = await ledger(dsn)
    assert dict(row) == {
        "ticket_id": UUID(int=1),
        "revision": 1,
        "queue": "extensions",
        "live": True,
        "message_id": records(outcomes)[0].id,
        "cause": "first",
        "published_at": None,
    }
    await router.settle(outcomes)
    assert (await ledger(dsn))[0]["published_at"] == NOW


async def test_an_acknowledgement_is_remembered_once(router: Deciding, dsn: str) -> None:
    await router.decide([a_ticket(1)])
    mark = Mark(UUID(int=1), 1, withdrawal=False)
    await router.ledger.mark([mark, mark, Mark(uuid4(), 1, withdrawal=True)], NOW)
    assert (await ledger(dsn))[0]["published_at"] == NOW


async def test_a_person_flags_and_clears_with_the_fast_lane_told_each_time(
    router: Deciding, dsn: str
) -> None:
    await router.settle(await router.decide([a_ticket(1)]))
    flags = Corrected(ticket_id=UUID(int=1), security=True, by="Ada", reason="it is one")
    clears = Corrected(ticket_id=UUID(int=1), security=False, by="Bo", reason="it is none")
    flagged = await router.decide([corrected("c1", flags)])
    assert [r.topic for r in records(flagged)] == [
        QUEUES[Queue.EXTENSIONS].address("support"),
        SECURITY.address("support"),
    ]
    await router.settle(flagged)
    cleared = await router.decide([corrected("c2", clears)])
    assert [r.topic for r in records(cleared)] == [
        SECURITY.address("support"),
        QUEUES[Queue.EXTENSIONS].address("support"),
    ]
    assert [(row["queue"], row["live"]) for row in await ledger(dsn)] == [
        ("extensions", False),
        ("security", False),
        ("extensions", True),
    ]
