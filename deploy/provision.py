"""Is everything there that the services build on? Tables and topics, made where missing.

Names and rights too, where `TRIAGE_ACCESS_FOLDER` has their passwords.

Safe to run again and by several at once; waits for servers that are still starting.
"""

from __future__ import annotations

import asyncio
import sys
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TypeVar
from urllib.parse import unquote, urlsplit

import asyncpg
from aiokafka.errors import KafkaError

from deploy.access import NAMES
from deploy.database_access import ROLES, apply_roles
from deploy.failure import Failure
from deploy.kafka_access import apply_access
from deploy.topics import apply_topics, explain
from shared.failures import Refused
from shared.postgres import migrate
from shared.settings import (
    AccessSettings,
    KafkaSettings,
    PostgresSettings,
    load,
    read_secret,
    stop,
)

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


async def give_access(kafka: KafkaSettings, dsn: str, folder: Path) -> tuple[list[str], list[str]]:
    """Roles, users and rights, with the passwords in `folder`; returns as `provision` does.

    Without any password for Kafka there, its users are somebody else's, an operator's say. Raises
    ProvisionFailed.
    """
    names = _our_users(folder)
    try:
        passwords = {name: read_secret(folder / name / "kafka.password") for name in names}
        addresses = {role: urlsplit(read_secret(folder / role / "database.url")) for role in ROLES}
    except ValueError as error:
        raise ProvisionFailed(f"TRIAGE_ACCESS_FOLDER: {error}") from None
    words = {role: unquote(address.password or "") for role, address in addresses.items()}
    roles = await _when_it_answers("PostgreSQL (DATABASE_URL)", lambda: apply_roles(dsn, words))
    if not names:
        return [f"role {role}" for role in roles], []
    report = await apply_access(kafka, passwords)
    made = [f"role {role}" for role in roles] + [f"user {user}" for user in report.users]
    given = [f"{len(report.given)} rights on Kafka"] if report.given else []
    return made + given, report.drift


def _our_users(folder: Path) -> tuple[str, ...]:
    return NAMES if any(folder.glob("*/kafka.password")) else ()


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
    kafka, folder = load(KafkaSettings), load(AccessSettings).triage_access_folder
    dsn = load(PostgresSettings).dsn()
    try:
        made, drift = asyncio.run(_provision(kafka, dsn, folder))
    except Refused as error:
        stop(str(error))
    except Failure as error:
        sys.stderr.write(f"{error}\n")
        raise SystemExit(error.exit_code) from None
    for name in made:
        sys.stderr.write(f"created {name}\n")
    for difference in drift:
        sys.stderr.write(f"drift: {difference}\n")


async def _provision(
    kafka: KafkaSettings, dsn: str, folder: Path | None
) -> tuple[list[str], list[str]]:
    made, drift = await provision(kafka, dsn)
    if folder is not None:
        given, foreign = await give_access(kafka, dsn, folder)
        return made + given, drift + foreign
    return made, drift


if __name__ == "__main__":
    main()
