"""How is entitlements wired? One store for the two stages and for learning."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any

from services.entitlements.handlers import Entitling, licences_work, tickets_work
from services.entitlements.learning import Learning
from services.entitlements.settings import Settings
from services.entitlements.store import SCHEMA, PostgresStore
from shared.catalogue import load_catalogue
from shared.engine import Work
from shared.postgres import connect
from shared.process import Errand


def now() -> datetime:
    return datetime.now(UTC)


@asynccontextmanager
async def works(settings: Settings) -> AsyncIterator[Sequence[Work[Any] | Errand]]:
    """Tickets and licences as stages, the second look at provisional answers as an errand."""
    catalogue = load_catalogue()
    database = await connect(settings.dsn(), schema=SCHEMA, size=4)
    try:
        entitling = Entitling(
            store=PostgresStore(database),
            catalogue=catalogue,
            sources=settings.feed_sources,
            tolerance=settings.feed_tolerance,
            namespace=settings.triage_namespace,
            clock=now,
        )
        yield [
            tickets_work(entitling),
            licences_work(entitling),
            Errand("learning", Learning(entitling).run),
        ]
    finally:
        await database.close()
