"""Does PostgreSQL remember what the service relies on? The fake's scenarios, on the real thing."""

from __future__ import annotations

import asyncio
import json
import os
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path

import asyncpg
import pytest

import services.entitlements
from services.entitlements.store import SCHEMA, Mark, PostgresStore, Store
from shared.postgres import connect, migrate
from tests.unit.entitlements.fake_store import FakeStore
from tests.unit.entitlements.scenarios import (
    HISTORY,
    SCENARIOS,
    any_order_repetition_and_delay_end_in_the_same_state,
)
from tests.unit.entitlements.worlds import BEGIN, DAY, T, fact

MIGRATIONS = Path(services.entitlements.__file__).parent / "migrations"
pytestmark = pytest.mark.real


@asynccontextmanager
async def opened(dsn: str) -> AsyncIterator[PostgresStore]:
    await migrate(dsn, SCHEMA, MIGRATIONS)
    database = await connect(dsn, schema=SCHEMA, size=2)
    try:
        yield PostgresStore(database)
    finally:
        await database.close()


@pytest.fixture
def store(database_url: str) -> AbstractAsyncContextManager[PostgresStore]:
    return opened(database_url)


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda each: each.__name__)
async def test_postgres_store(
    scenario: Callable[[Store], Awaitable[None]],
    store: AbstractAsyncContextManager[PostgresStore],
) -> None:
    async with store as opened_store:
        await scenario(opened_store)


async def test_any_order_of_facts_ends_in_the_same_state_on_postgres(database_url: str) -> None:
    async with opened(database_url) as store:
        await any_order_repetition_and_delay_end_in_the_same_state(FakeStore(), store)


async def test_operators_read_the_state_of_every_licence_by_its_plain_name(
    database_url: str,
) -> None:
    async with opened(database_url) as store:
        await store.save([(each, T) for each in HISTORY], [])
    connection = await asyncpg.connect(database_url)
    try:
        rows = await connection.fetch("select * from licence_state order by licence_id")
    finally:
        await connection.close()
    assert [tuple(row) for row in rows] == [
        ("L-1", 3, BEGIN + 9 * DAY, T, True),
        ("L-2", 1, BEGIN, T, False),
    ]


async def test_facts_and_the_word_that_they_are_complete_are_stored_together_or_not_at_all(
    database_url: str,
) -> None:
    async with opened(database_url) as store:
        broken = Mark(None, T, T)  # type: ignore[arg-type]  # what the database refuses
        with pytest.raises(asyncpg.PostgresError):
            await store.save([(fact(), T)], [broken])
        connection = await asyncpg.connect(database_url)
        try:
            assert await connection.fetchval("select count(*) from licence_state") == 0
        finally:
            await connection.close()


async def test_triage_coverage_prints_what_was_owed_at_a_past_moment(database_url: str) -> None:
    async with opened(database_url) as store:
        refund = fact(version=2, effective_at=T - DAY, state="refunded")
        await store.save([(fact(), T - 9 * DAY), (refund, T)], [Mark("billing", T, T)])
    asked = ["--account", "acct-1", "--product", "WooSync"]
    now = await _printed(database_url, *asked, "--at", T.isoformat())
    assert (now["status"], now["reasons"], now["fact_version"]) == ("no_licence", ["refunded"], 2)
    before = (T - 2 * DAY).isoformat()
    then = await _printed(database_url, *asked, "--at", before, "--known-at", before)
    assert (then["status"], then["fact_version"], then["complete_until"]) == ("covered", 1, None)


async def _printed(dsn: str, *arguments: str) -> dict[str, object]:
    """What the command prints, as JSON."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "deploy.commands", "coverage", *arguments),
        env=os.environ | {"DATABASE_URL": dsn},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    out, err = await asyncio.wait_for(process.communicate(), 60)
    assert process.returncode == 0, err.decode()
    document: dict[str, object] = json.loads(out)
    return document
