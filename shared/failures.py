"""Which kinds of failure are there, and what does each ask for?

Permanent: this record can never work; park it. Transient: a dependency is away; wait.
StopTheLine: too many bad records in a row on a topic that we write ourselves; we are wrong.
Refused: a server answers and does not take us; a setting is wrong, and waiting mends none.
"""

from __future__ import annotations

import asyncio
from typing import Final

import asyncpg
from aiokafka.errors import KafkaError


class Permanent(Exception):
    """A record that can never work. `reason` is a code, `detail` names field or header."""

    def __init__(self, reason: str, detail: str = "") -> None:
        super().__init__(f"{reason}: {detail}" if detail else reason)
        self.reason = reason
        self.detail = detail


class Transient(Exception):
    """A dependency is away or slow; the same work can succeed later."""


class StopTheLine(Exception):
    """The process must end: parking more would bury good records."""


class Refused(Exception):
    """A server does not take us. The message names the setting, and no secret."""


WAITING_SQLSTATES: Final = (
    *("08", "40", "53", "57", "55P03", "25P03", "58"),
    *("28", "3D", "3F", "42"),
)
"""First: connection, serialization, resources, operator, lock, idle-timeout, system. Second:
authorisation, missing database, schema or table. These mean that the migrations have not run
yet, and are no fault of a record either.
"""


def is_transient(error: BaseException) -> bool:
    """Whether waiting can help: an outage, never a fault of the record."""
    if isinstance(error, asyncpg.PostgresError):
        return str(error.sqlstate or "").startswith(WAITING_SQLSTATES)
    return isinstance(
        error,
        (
            Transient,
            KafkaError,
            OSError,
            TimeoutError,
            asyncio.TimeoutError,
            asyncpg.InterfaceError,
            asyncpg.InternalClientError,
        ),
    )
