"""Are 100,000 provisional answers judged again after a restart, in batches, in bounded memory?"""

from __future__ import annotations

import asyncio
import resource
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path

import asyncpg
import pytest

import services.entitlements
from services.entitlements.handlers import Entitling, provisional
from services.entitlements.learning import BATCH, Learning
from services.entitlements.store import SCHEMA, Mark, PostgresStore
from shared.catalogue import load_catalogue
from shared.contracts import Coverage, Identity, SiteStanding, Status
from shared.envelope import Outgoing
from shared.postgres import connect, migrate
from tests.unit.entitlements.test_handlers import a_ticket
from tests.unit.entitlements.worlds import T, fact

MIGRATIONS = Path(services.entitlements.__file__).parent / "migrations"
WAITING = 100_000
EVERY_HUNDREDTH = "acct-1"
MEMORY_KB = 64 * 1024
pytestmark = [pytest.mark.real, pytest.mark.timeout(600)]
NO = Coverage(
    status=Status.NO_LICENCE,
    identity=Identity.PROVEN,
    site=SiteStanding.NOT_NAMED,
    as_of=T,
    provisional=True,
)


class Counting:
    """Acknowledges, and counts what was written; `fails_at` cuts the process off there."""

    def __init__(self, fails_at: int | None = None) -> None:
        self.keys: set[bytes] = set()
        self.repeats = 0
        self.largest = 0
        self.fails_at = fails_at

    async def publish(self, records: Sequence[Outgoing]) -> int:
        if self.fails_at is not None and len(self.keys) >= self.fails_at:
            raise asyncio.CancelledError
        self.largest = max(self.largest, len(records))
        for record in records:
            assert record.key is not None
            self.repeats += record.key in self.keys
            self.keys.add(record.key)
        return len(records)


async def test_a_backlog_of_100000_is_judged_again_in_batches_across_a_restart(
    database_url: str,
) -> None:
    await migrate(database_url, SCHEMA, MIGRATIONS)
    database = await connect(database_url, schema=SCHEMA, size=2)
    try:
        store = PostgresStore(database)
        await _fill(store)
        await store.save([(fact(activations=[]), T)], [Mark("billing", T, T)])
        publisher = Counting(fails_at=300)
        with pytest.raises(asyncio.CancelledError):
            await _judge_all(store, publisher)
        publisher.fails_at = None
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        judged = await _judge_all(store, publisher)
        grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
        before_the_cut = WAITING - judged
        assert before_the_cut in {30_000, 30_000 + BATCH}, "the last with the batch cut off"
        assert len(publisher.keys) + 5 >= WAITING // 100
        assert publisher.largest <= BATCH
        assert publisher.repeats == 0
        assert grown < MEMORY_KB
        assert await _left(database_url) <= BATCH, (
            "the batch that was cut off is leased for a minute"
        )
    finally:
        await database.close()


async def _fill(store: PostgresStore) -> None:
    """Every hundredth asker turns out to have a licence."""
    for start in range(0, WAITING, 2000):
        answers = []
        for n in range(start, start + 2000):
            account = EVERY_HUNDREDTH if n % 100 == 0 else f"acct-x{n}"
            ticket = a_ticket(n, account, at=T - timedelta(milliseconds=WAITING - n))
            answers.append(
                provisional(ticket, NO.model_copy(update={"as_of": ticket.accepted.as_of}))
            )
        await store.remember(answers)
        await store.announce([answer.ticket for answer in answers])


async def _judge_all(store: PostgresStore, publisher: Counting) -> int:
    """As a process does it that has just started."""
    entitling = Entitling(
        store, load_catalogue(), ("billing",), timedelta(minutes=15), "support", lambda: T
    )
    learning = Learning(entitling)
    judged = 0
    while done := await learning.round(publisher):
        judged += done
    return judged


async def _left(dsn: str) -> int:
    connection = await asyncpg.connect(dsn)
    try:
        left: int = await connection.fetchval("select count(*) from entitlements.provisional")
    finally:
        await connection.close()
    return left
