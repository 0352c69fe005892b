"""How do we speak to PostgreSQL? Bounded in time, whatever the server does."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TypeVar

import asyncpg
import structlog

from shared.failures import Refused, Transient, is_transient

log = structlog.get_logger()
ResultT = TypeVar("ResultT")

CONNECT_SECONDS = 5.0
TRANSACTION_SECONDS = 15.0
SERVER_SETTINGS = {
    "statement_timeout": "12000",
    "lock_timeout": "8000",
    # A replica frozen inside a transaction would block its siblings as long as it sleeps.
    "idle_in_transaction_session_timeout": "5000",
    "tcp_keepalives_idle": "10",
    "tcp_keepalives_interval": "3",
    "tcp_keepalives_count": "3",
}


class Database:
    """A pool whose transactions end in bounded time: a frozen server is cut off, not awaited."""

    def __init__(self, pool: asyncpg.Pool) -> None:
        self._pool = pool

    async def transaction(
        self,
        work: Callable[[asyncpg.Connection], Awaitable[ResultT]],
        seconds: float = TRANSACTION_SECONDS,
    ) -> ResultT:
        """Run `work` in one transaction; raises Transient when the server is away or too slow."""

        async def together(connection: asyncpg.Connection) -> ResultT:
            async with connection.transaction():
                return await work(connection)

        return await self.statements(together, seconds)

    async def statements(
        self,
        work: Callable[[asyncpg.Connection], Awaitable[ResultT]],
        seconds: float = TRANSACTION_SECONDS,
    ) -> ResultT:
        """As `transaction`, but each statement is one of its own: two round trips fewer."""
        try:
            connection = await self._pool.acquire(timeout=CONNECT_SECONDS)
        except (TimeoutError, OSError) as error:
            raise Transient("PostgreSQL is away") from error
        task = asyncio.ensure_future(work(connection))  # type: ignore[arg-type]  # its proxy
        try:
            await asyncio.wait({task}, timeout=seconds)
            if not task.done():
                # Waiting for a cancel to be answered would take as long as the server is frozen.
                connection.terminate()
                raise Transient("PostgreSQL is too slow")
            return task.result()
        finally:
            if not task.done():
                task.cancel()
            await self._release(connection)

    async def _release(self, connection: asyncpg.pool.PoolConnectionProxy) -> None:
        try:
            await self._pool.release(connection, timeout=1.0)
        except Exception as error:  # noqa: BLE001  # the connection is gone, the result stands
            log.warning("database.release_failed", error=type(error).__name__)

    async def answers(self) -> bool:
        """Whether the server answers at all."""
        try:
            await self.statements(lambda connection: connection.execute("select 1"), 3.0)
        except Exception:  # noqa: BLE001  # any failure is the answer no
            return False
        return True

    async def close(self) -> None:
        try:
            await asyncio.wait_for(self._pool.close(), 3.0)
        except (TimeoutError, asyncpg.PostgresError, OSError):
            self._pool.terminate()


async def _nothing_to_undo(_connection: object) -> None:
    """We set nothing on a connection and take no lock beyond a transaction.

    Else asyncpg would undo all that one may have done, a round trip and a `RESET ALL` each time.
    """


async def connect(dsn: str, *, size: int = 4, schema: str | None = None) -> Database:
    """A database, as soon as it answers; says what it waits for.

    Raises Refused where it answers and does not take us.
    """
    settings = dict(SERVER_SETTINGS)
    if schema is not None:
        settings["search_path"] = schema
    said = False
    while True:
        try:
            pool = await asyncpg.create_pool(
                dsn,
                min_size=1,
                max_size=size,
                timeout=CONNECT_SECONDS,
                command_timeout=TRANSACTION_SECONDS,
                reset=_nothing_to_undo,
                server_settings=settings,
            )
        except Exception as error:
            if why := why_refused(error):
                raise Refused(why) from None
            if not is_transient(error):
                raise
            if not said:
                log.warning("waiting.for_postgresql", error=type(error).__name__)
                said = True
            await asyncio.sleep(1.0)
        else:
            return Database(pool)


def why_refused(error: BaseException) -> str | None:
    """What is wrong with the address, without what it says; None where waiting may help."""
    match error:
        case asyncpg.InvalidAuthorizationSpecificationError():
            return "DATABASE_URL: PostgreSQL does not take this user and password"
        case asyncpg.ClientConfigurationError():
            return "DATABASE_URL is not of the form postgresql://user:password@host/db"
        case ssl.SSLCertVerificationError():
            return f"DATABASE_URL: the server's certificate is not good: {error.verify_message}"
        case _:
            return None


async def migrate(dsn: str, schema: str, folder: Path) -> list[str]:
    """Apply the numbered SQL files of a service that its schema has not seen; returns their names.

    Forward only, one transaction each, under a lock: two runs at once are safe.
    """
    files = [(file.name, file.read_text(encoding="utf-8")) for file in sorted(folder.glob("*.sql"))]  # noqa: ASYNC240  # a handful of small files, once
    connection = await asyncpg.connect(dsn, timeout=CONNECT_SECONDS)
    applied: list[str] = []
    try:
        await connection.execute("select pg_advisory_lock(hashtext('triage migrations'))")
        await connection.execute(f'create schema if not exists "{schema}"')
        await connection.execute(f'set search_path to "{schema}"')
        await connection.execute(
            "create table if not exists migrations"
            " (name text primary key, applied_at timestamptz not null default now())"
        )
        seen = {row["name"] for row in await connection.fetch("select name from migrations")}
        for name, sql in files:
            if name not in seen:
                async with connection.transaction():
                    await connection.execute(sql)
                    await connection.execute("insert into migrations values ($1)", name)
                applied.append(name)
    finally:
        await connection.close(timeout=3.0)
    return applied
