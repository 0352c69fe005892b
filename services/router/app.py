"""How is the router wired? Ledger and policy for the stages, and nothing for the fast lane."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any

from services.router.fast_lane import fast_lane_work
from services.router.handlers import Deciding, corrections_work, ordinary_work, security_work
from services.router.policy import Policy
from services.router.ruling import Rulebook
from services.router.settings import FastLaneSettings, RouterSettings
from services.router.store import SCHEMA, Ledger
from shared.engine import Work
from shared.postgres import connect


def now() -> datetime:
    return datetime.now(UTC)


@asynccontextmanager
async def router_works(
    settings: RouterSettings, policy: Policy
) -> AsyncIterator[Sequence[Work[Any]]]:
    """The three stages of the ordinary process, each with a connection to wait on."""
    rules = Rulebook(policy)
    database = await connect(settings.dsn(), schema=SCHEMA, size=4)
    try:
        deciding = Deciding(Ledger(database), rules, settings.triage_namespace, now)
        yield [ordinary_work(deciding), security_work(deciding), corrections_work(deciding)]
    finally:
        await database.close()


@asynccontextmanager
async def fast_lane_works(settings: FastLaneSettings) -> AsyncIterator[Sequence[Work[Any]]]:
    yield [fast_lane_work(settings.triage_namespace, now)]
