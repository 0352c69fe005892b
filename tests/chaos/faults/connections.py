"""How does a single connection to PostgreSQL fail, at the worst moment?"""

from __future__ import annotations

import asyncio

import asyncpg
import psutil

from deploy.local.processes import Process
from tests.chaos.faults.ground import PAST_THE_SESSION, TRIES, Ground, Harm
from tests.chaos.kills import until_ready
from tests.chaos.servers import Servers

WITH_A_DATABASE = ("router", "router-2")
IN_TRANSACTION = (
    "select client_port from pg_stat_activity"
    " where xact_start is not null and pid <> pg_backend_pid() and client_port is not null"
)
BACKENDS = (
    "select pid from pg_stat_activity"
    " where backend_type = 'client backend' and pid <> pg_backend_pid()"
)


async def kill_backend(ground: Ground) -> Harm:
    """PostgreSQL ends one connection, in the middle of whatever it does."""
    connection = await asyncpg.connect(ground.servers.postgres.address, timeout=10)
    try:
        pids = [row["pid"] for row in await connection.fetch(BACKENDS)]
        if not pids:
            return Harm("a backend", "there was none", hit=False)
        await connection.execute("select pg_terminate_backend($1)", ground.dice.choice(pids))
    finally:
        await connection.close()
    return Harm("a backend", f"one of {len(pids)} connections ended")


async def freeze_in_transaction(ground: Ground) -> Harm:
    """A replica falls asleep inside a transaction: the server must not wait for it."""
    name = ground.dice.choice(WITH_A_DATABASE)
    process = ground.pipeline.processes[name]
    await until_ready(process)
    connection = await asyncpg.connect(ground.servers.postgres.address, timeout=10)
    try:
        for _ in range(TRIES):
            process.pause()
            try:
                if ports := await _transactions_of(process, connection, ground.servers):
                    await asyncio.sleep(ground.dice.uniform(*PAST_THE_SESSION))
                    left = ports & await _transactions_of(process, connection, ground.servers)
                    return Harm(name, f"{len(ports)} transactions open, {len(left)} at its waking")
            finally:
                process.resume()
            await asyncio.sleep(0.01)
    finally:
        await connection.close()
    return Harm(name, "never met inside a transaction", hit=False)


async def _transactions_of(
    process: Process, connection: asyncpg.Connection, servers: Servers
) -> set[int]:
    """Ports of the process' connections that have a transaction open, as the server sees it."""
    if process.pid is None:
        return set()
    mine = {
        at.laddr.port
        for at in psutil.Process(process.pid).net_connections(kind="tcp")
        if at.raddr and at.raddr.port == servers.postgres_proxy.port
    }
    rows = await connection.fetch(IN_TRANSACTION)
    ports = {row["client_port"] for row in rows}
    return {port for port in ports if servers.postgres_proxy.client_port(port) in mine}
