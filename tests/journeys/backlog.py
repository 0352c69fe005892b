"""How are many provisional answers judged again after a restart, and in how much memory?

`python -m tests.journeys.backlog 100000` measures it on the servers that the environment names,
or on some of its own. `make test` plays fewer. On two cores shared with other work: 130 s from
the restart to the last of 50,000 revisions; at most 94 MB in entitlements, 147 MB in the router.
"""

from __future__ import annotations

import asyncio
import os
import re
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path
from uuid import UUID, uuid4

import asyncpg
import orjson

from deploy.local import kafka as kafka_here
from deploy.local import postgres as postgres_here
from deploy.local.processes import Process
from shared.contracts import Classified, LicenceFact, Requester, Ticket
from tests.support.builders import (
    TRUSTED,
    a_classified,
    a_finding,
    a_licence,
    a_verdict,
    an_accepted,
)
from tests.support.servers import database_named
from tests.support.waiting import eventually
from tests.support.world import World, a_world

ACCOUNTS = 1000
"""Every other one turns out to have had a licence."""
CHUNK = 5000


@dataclass(frozen=True)
class Figures:
    """`seconds`: from the restart to the last acknowledged revision. Memory: peak, in MB."""

    tickets: int
    better: int
    seconds: float
    entitlements_mb: int
    router_mb: int


async def judge_again(world: World, count: int) -> Figures:
    """Answers given while the feed was behind; a restart; the facts, and the second look."""
    sent = datetime.now(UTC) - timedelta(hours=1)
    await world.heartbeat(sent - timedelta(minutes=5), 0)
    tickets = _tickets(count, sent)
    while chunk := list(islice(tickets, CHUNK)):
        await world.tickets(chunk)
    await _reached(world, "select count(published_at) from ledger", count)
    await _reached(world, "select count(*) from entitlements.provisional where announced", count)
    world.stack.supervisor["entitlements"].kill()
    began = time.monotonic()
    known = await world.facts(list(_licences(sent)), 1)
    await world.heartbeat(sent, known)
    better = count // 2
    learned = "select count(published_at) from ledger where live and cause = 'facts_learned'"
    await _reached(world, learned, better)
    left = "select case when exists (select from entitlements.provisional) then 0 else 1 end"
    await _reached(world, left, 1)
    return Figures(
        count,
        better,
        round(time.monotonic() - began, 1),
        _peak(world.stack.supervisor["entitlements"]),
        _peak(world.stack.supervisor["router"]),
    )


def _tickets(count: int, sent: datetime) -> Iterator[Classified]:
    verdict = a_verdict(a_finding(extension="WooSync"))
    for number in range(count):
        requester = Requester(account_id=f"acct-{number % ACCOUNTS}")
        accepted = an_accepted(
            Ticket(subject="How do I connect my shop?", requester=requester),
            ticket_id=UUID(int=number),
            fingerprint=f"{number:064x}",
            trust=TRUSTED,
            received_at=sent,
        )
        yield a_classified(accepted, verdict=verdict)


def _licences(sent: datetime) -> Iterator[LicenceFact]:
    for number in range(0, ACCOUNTS, 2):
        yield a_licence(
            f"L-{number}",
            account_id=f"acct-{number}",
            emails=(),
            products=("WooSync",),
            effective_at=sent - timedelta(minutes=10),
            valid_from=sent - timedelta(minutes=10),
        )


async def _reached(world: World, query: str, count: int) -> None:
    connection = await asyncpg.connect(world.stack.database)
    try:

        async def there() -> bool:
            await asyncio.sleep(0.2)
            return bool(await connection.fetchval(query) == count)

        await eventually(there, 60 + count / 100, f"{count} by {query}")
    finally:
        await connection.close()


def _peak(process: Process) -> int:
    """The most memory that the process ever held, in MB, as the kernel counts it."""
    status = Path(f"/proc/{process.pid}/status").read_text(encoding="utf-8")
    found = re.search(r"VmHWM:\s+(\d+) kB", status)
    return int(found[1]) // 1024 if found else 0


async def measure(count: int, folder: Path) -> Figures:
    name = f"backlog_{uuid4().hex[:12]}"
    kafka = kafka_here.choose_kafka(folder / "kafka", kafka_here.REAL, os.environ)
    postgres = postgres_here.choose_postgres(folder / "postgres", postgres_here.REAL, os.environ)
    with kafka, postgres:
        connection = await asyncpg.connect(postgres.address)
        await connection.execute(f"create database {name}")
        await connection.close()
        database = database_named(postgres.address, name)
        async with a_world(folder, kafka, database, name.replace("_", "-")) as world:
            return await judge_again(world, count)


if __name__ == "__main__":
    with tempfile.TemporaryDirectory(prefix="backlog-") as made:
        Path(made).chmod(0o711)
        wanted = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
        figures = asyncio.run(measure(wanted, Path(made)))
    sys.stdout.write(orjson.dumps(asdict(figures)).decode() + "\n")
