"""How is the router wired? Ledger and policy for the stages, and nothing for the fast lane."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import structlog

from services.router.fast_lane import fast_lane_work
from services.router.handlers import Deciding, corrections_work, ordinary_work, security_work
from services.router.policy import Policy, read_policy
from services.router.replies import receipt
from services.router.ruling import Rulebook
from services.router.settings import FastLaneSettings, RouterSettings
from services.router.store import SCHEMA, Ledger
from shared.contracts import Reply
from shared.engine import Work
from shared.postgres import connect

log = structlog.get_logger()


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
    told = receipt_in(settings.triage_policy_file)
    yield [fast_lane_work(settings.triage_namespace, now, told)]


def receipt_in(file: Path) -> Reply | None:
    """The reporter's receipt; whatever is wrong with the file keeps no report back."""
    try:
        return receipt(read_policy(file))
    except Exception as error:  # noqa: BLE001  # a report without a receipt is still a report
        log.warning("fast_lane.no_receipt", error=type(error).__name__)
        return None
