"""How does a command reach the database? What fails on the way there is said in one line."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager

import asyncpg

from deploy.failure import WrongSetting
from shared.failures import Transient
from shared.postgres import Database, connect
from shared.settings import PostgresSettings, load

ANSWER_SECONDS = 10.0


@asynccontextmanager
async def connection() -> AsyncIterator[asyncpg.Connection]:
    """One connection; raises WrongSetting, without the password, if there is none."""
    with _reached():
        reached = await asyncpg.connect(_dsn(), timeout=ANSWER_SECONDS)
    try:
        with _asked():
            yield reached
    finally:
        await reached.close(timeout=3.0)


@asynccontextmanager
async def tables(schema: str) -> AsyncIterator[Database]:
    """A service's tables as the service itself reads them; raises WrongSetting likewise."""
    with _reached():
        database = await asyncio.wait_for(connect(_dsn(), schema=schema, size=1), ANSWER_SECONDS)
    try:
        with _asked():
            yield database
    finally:
        await database.close()


def has_database() -> bool:
    """Whether a database is named at all."""
    return any(os.environ.get(name) for name in ("DATABASE_URL", "DATABASE_URL_FILE"))


def _dsn() -> str:
    try:
        return load(PostgresSettings).dsn()
    except (ValueError, OSError) as error:
        raise WrongSetting(str(error)) from None


@contextmanager
def _reached() -> Iterator[None]:
    try:
        yield
    except (OSError, TimeoutError, ValueError, asyncpg.PostgresError) as error:
        raise WrongSetting(
            f"the database does not answer ({type(error).__name__});"
            " is it running, and is DATABASE_URL right?"
        ) from None


@contextmanager
def _asked() -> Iterator[None]:
    try:
        yield
    except (asyncpg.UndefinedTableError, asyncpg.UndefinedColumnError) as error:
        raise WrongSetting(f"{error.message}; have the migrations run?") from None
    except Transient as error:
        raise WrongSetting(f"{error}; try again") from None
