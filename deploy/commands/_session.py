"""How does a command write to the database itself? In one session, or only trying."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import asyncpg
from typing_extensions import override

from deploy.commands._database import connection
from deploy.commands._running import ResultT
from services.entitlements.store import SCHEMA as ENTITLEMENTS
from services.router.store import SCHEMA as ROUTER
from shared.postgres import Database


class Session(Database):
    """One connection, whose transactions may take their time: nobody waits but a person."""

    def __init__(self, connection: asyncpg.Connection) -> None:
        self._connection = connection

    @override
    async def statements(
        self,
        work: Callable[[asyncpg.Connection], Awaitable[ResultT]],
        seconds: float = 0,
    ) -> ResultT:
        """Run `work`, within the whole trial where there is one."""
        return await work(self._connection)

    async def count(self, table: str) -> int:
        """How many rows a table has; `table` is a name that stands in the code."""
        return int(await self._connection.fetchval(f"select count(*) from {table}"))  # noqa: S608


@asynccontextmanager
async def session(*, dry_run: bool) -> AsyncIterator[Session]:
    """The tables of router and entitlements; after a dry run nothing of it has happened."""
    async with connection() as reached:
        await reached.execute(f"set search_path to {ROUTER}, {ENTITLEMENTS}")
        await reached.execute("set idle_in_transaction_session_timeout to 0")
        if not dry_run:
            yield Session(reached)
            return
        trial = reached.transaction()
        await trial.start()
        try:
            yield Session(reached)
        finally:
            await trial.rollback()
