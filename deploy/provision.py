"""Is everything there that the services build on? Tables and topics, made where missing.

Safe to run again and by several at once; waits for servers that are still starting.
"""

from __future__ import annotations

import asyncio
import sys
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TypeVar

import asyncpg
from aiokafka.errors import KafkaError

from deploy.failure import Failure
from deploy.topics import apply_topics, explain
from shared.postgres import migrate
from shared.settings import KafkaSettings, PostgresSettings, load, stop

SERVICES = Path(__file__).resolve().parents[1] / "services"
SCHEMAS = ("entitlements", "router")
"""The services with tables; each has the schema of its name."""
WAIT_SECONDS = 60.0
ResultT = TypeVar("ResultT")


class ProvisionFailed(Failure):
    """Something is missing and can't be made."""


async def provision(kafka: KafkaSettings, dsn: str) -> tuple[list[str], list[str]]:
    """Make what is missing; returns the names of what was made, and the drift of topics in words.

    Raises ProvisionFailed.
    """
    tables = await _when_it_answers("PostgreSQL (DATABASE_URL)", lambda: apply_migrations(dsn))
    topics = await _when_it_answers(
        f"Kafka (KAFKA_BOOTSTRAP_SERVERS={kafka.kafka_bootstrap_servers})",
        lambda: apply_topics(kafka),
    )
    return tables + topics.created, topics.drift


async def apply_migrations(dsn: str) -> list[str]:
    """Bring every service's tables up to date; returns what was applied."""
    applied = []
    for service in SCHEMAS:
        folder = SERVICES / service / "migrations"
        if folder.is_dir():
            applied += [f"{service}/{name}" for name in await migrate(dsn, service, folder)]
    return applied


async def _when_it_answers(server: str, work: Callable[[], Awaitable[ResultT]]) -> ResultT:
    """The result of `work`, as soon as the server answers; says what it waits for."""
    deadline = time.monotonic() + WAIT_SECONDS
    said = False
    while True:
        try:
            return await work()
        except (OSError, TimeoutError, asyncpg.PostgresError, KafkaError, ValueError) as error:
            if not _is_away(error) or time.monotonic() > deadline:
                raise ProvisionFailed(f"{server}: {explain(error)}") from error
            if not said:
                sys.stderr.write(f"waiting for {server}: {explain(error)}\n")
                said = True
        await asyncio.sleep(1.0)


def _is_away(error: Exception) -> bool:
    """Whether the server may still be starting."""
    if isinstance(error, KafkaError):
        return bool(error.retriable)
    return isinstance(
        error,
        (OSError, TimeoutError, asyncpg.CannotConnectNowError, asyncpg.PostgresConnectionError),
    )


def main() -> None:
    """The one-shot job of a deployment: settings from the environment, exit 0 when all is there."""
    kafka = load(KafkaSettings)
    try:
        dsn = load(PostgresSettings).dsn()
    except (ValueError, OSError) as error:
        stop(str(error))
    try:
        made, drift = asyncio.run(provision(kafka, dsn))
    except ProvisionFailed as error:
        sys.stderr.write(f"{error}\n")
        raise SystemExit(1) from None
    for name in made:
        sys.stderr.write(f"created {name}\n")
    for difference in drift:
        sys.stderr.write(f"drift: {difference}\n")


if __name__ == "__main__":
    main()
