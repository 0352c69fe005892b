"""Does the whole service answer on real Kafka and PostgreSQL, across restarts?"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

import asyncpg
import pytest
from pydantic import SecretStr

import services.entitlements
from services.entitlements.app import works
from services.entitlements.settings import Settings
from services.entitlements.store import SCHEMA
from shared.contracts import (
    Accepted,
    Cause,
    Classified,
    Entitled,
    FeedAdvanced,
    LicenceFact,
    ProductArea,
    Requester,
    Status,
    Ticket,
    Verdict,
)
from shared.envelope import Outgoing, decode, encode, types_of
from shared.ids import event_id
from shared.postgres import migrate
from shared.process import StageProcess, listen
from shared.settings import KafkaSettings
from shared.topics import CLASSIFIED, ENTITLED, LICENCES, Reader
from tests.support.builders import a_classified, a_failure, a_finding, a_verdict, an_accepted
from tests.support.stages import everything_on, publish
from tests.support.waiting import eventually
from tests.unit.entitlements.worlds import TRUSTED, fact

MIGRATIONS = Path(services.entitlements.__file__).parent / "migrations"
NOW = datetime.now(UTC) - timedelta(minutes=1)
pytestmark = pytest.mark.real


@pytest.fixture
async def settings(kafka_settings: KafkaSettings, database_url: str) -> Settings:
    await migrate(database_url, SCHEMA, MIGRATIONS)
    return Settings(database_url=SecretStr(database_url), **kafka_settings.model_dump())


@asynccontextmanager
async def serving(settings: Settings) -> AsyncIterator[StageProcess]:
    """The service in this process, from start to a clean end."""
    process = StageProcess("entitlements", settings, settings, lambda: works(settings))
    task = asyncio.create_task(process.serve(listen("127.0.0.1", 0)))
    try:
        yield process
    finally:
        await eventually(lambda: process._server)
        process._server.should_exit = True  # type: ignore[union-attr]
        await asyncio.wait_for(task, 20)
        assert process.failure is None


def a_fact(settings: Settings, licence: LicenceFact) -> Outgoing:
    return encode(
        LICENCES.address(settings.triage_namespace),
        licence,
        event_id=f"{licence.licence_id}/{licence.version}/{licence.state}",
        source="billing",
        time=datetime.now(UTC),
        subject=licence.licence_id,
    )


def a_heartbeat(settings: Settings, until: datetime) -> Outgoing:
    return encode(
        LICENCES.address(settings.triage_namespace),
        FeedAdvanced(complete_until=until),
        event_id=until.isoformat(),
        source="billing",
        time=datetime.now(UTC),
        subject="billing",
    )


def a_ticket(number: int, account: str = "acct-1", at: datetime = NOW) -> Classified:
    accepted: Accepted = an_accepted(
        Ticket(subject="How?", requester=Requester(account_id=account)),
        ticket_id=UUID(int=number),
        trust=TRUSTED,
        received_at=at,
    )
    finding = a_finding(product_area=ProductArea.EXTENSION, extension="WooSync")
    return a_classified(accepted, verdict=a_verdict(finding))


def told(settings: Settings, ticket: Classified) -> Outgoing:
    accepted = ticket.accepted
    return encode(
        CLASSIFIED.address(settings.triage_namespace),
        ticket,
        event_id=event_id(accepted.ticket_id, accepted.fingerprint, "classified"),
        source="/classifier",
        time=NOW,
        subject=str(accepted.ticket_id),
    )


async def answers(settings: Settings, count: int) -> dict[tuple[int, Cause], Entitled]:
    async def all_there() -> dict[tuple[int, Cause], Entitled] | None:
        address = ENTITLED.address(settings.triage_namespace)
        records = await everything_on(settings, address)
        events = [decode(record, types_of(Entitled)).data for record in records]
        found = {(each.accepted.ticket_id.int, each.cause): each for each in events}
        return found if len(found) >= count else None

    found: dict[tuple[int, Cause], Entitled] = await eventually(all_there, 30, f"{count} answers")
    return found


async def stored(settings: Settings, records: list[Outgoing]) -> None:
    """Publish to licences, and wait until all before a canary heartbeat is stored."""
    await publish(settings, records)
    connection = await asyncpg.connect(settings.dsn())
    try:
        marks = sum(b"complete_until" in (record.value or b"") for record in records)

        async def all_kept() -> bool:
            kept = await connection.fetchval("select count(*) from entitlements.feed_marks")
            return bool(kept >= marks)

        await eventually(all_kept, 30, "facts stored")
    finally:
        await connection.close()


async def test_customers_are_judged_by_the_facts_and_an_impossible_fact_changes_nothing(
    settings: Settings,
) -> None:
    namespace = settings.triage_namespace
    tomorrow = datetime.now(UTC) + timedelta(days=1)
    good = fact(activations=[])
    refund_from_tomorrow = fact(version=2, state="refunded", effective_at=tomorrow)
    async with serving(settings):
        await stored(
            settings,
            [
                a_fact(settings, good),
                a_fact(settings, refund_from_tomorrow),
                a_heartbeat(settings, NOW + timedelta(seconds=1)),
            ],
        )
        failed = a_ticket(3).model_copy(update={"failure": a_failure(), "verdict": Verdict()})
        await publish(
            settings,
            [
                told(settings, a_ticket(1)),
                told(settings, a_ticket(2, "acct-9")),
                told(settings, failed),
            ],
        )
        found = await answers(settings, 3)
    covered = found[1, Cause.FIRST].coverage
    assert covered is not None
    assert (covered.status, covered.licence_id) == (Status.COVERED, "L-1")
    stranger = found[2, Cause.FIRST].coverage
    assert stranger is not None
    assert (stranger.status, stranger.provisional) == (Status.NO_LICENCE, False)
    assert found[3, Cause.FIRST].coverage is None
    assert found[3, Cause.FIRST].failure == a_failure()
    letters = await everything_on(
        settings, LICENCES.dead_letters(namespace, Reader.ENTITLEMENTS_LICENCES)
    )
    (letter,) = letters
    headers = dict(letter.headers)
    assert headers["dlq-reason"] == b"impossible_fact"
    assert headers["dlq-detail"].startswith(b"effective_at ")


async def test_a_provisional_no_becomes_a_yes_when_the_feed_catches_up_after_a_restart(
    settings: Settings,
) -> None:
    bought = fact(activations=[])
    async with serving(settings):
        await stored(settings, [a_heartbeat(settings, NOW - timedelta(minutes=5))])
        await publish(settings, [told(settings, a_ticket(1)), told(settings, a_ticket(2, "x"))])
        found = await answers(settings, 2)
        first = found[1, Cause.FIRST].coverage
        assert first is not None
        assert (first.status, first.provisional) == (Status.NO_LICENCE, True)
    async with serving(settings):
        await stored(settings, [a_fact(settings, bought), a_heartbeat(settings, NOW)])
        found = await answers(settings, 3)
    later = found[1, Cause.FACTS_LEARNED].coverage
    assert later is not None
    assert (later.status, later.provisional, later.as_of) == (Status.COVERED, False, NOW)
    assert (2, Cause.FACTS_LEARNED) not in found, "a no that stays a no is told once"
