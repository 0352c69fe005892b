"""What can fail? Each fault is one function: it does the harm, ends it, and says what it did."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from random import Random

import asyncpg
import psutil

from deploy.local.processes import Process
from deploy.local.server import Server
from tests.chaos.flight import FlightMeter
from tests.chaos.kills import kill_at_work, until_ready
from tests.chaos.load import Load
from tests.chaos.pipeline import INTAKE, Pipeline, readers_of
from tests.chaos.proxy import Proxy, Toxic
from tests.chaos.servers import Servers

PAST_THE_SESSION = (11.0, 14.0)
"""Seconds; a member is put out of its group after 10."""
WITH_A_DATABASE = ("router", "router-2")
TRIES = 150
POISON_BURST = 25
IN_TRANSACTION = (
    "select client_port from pg_stat_activity"
    " where xact_start is not null and pid <> pg_backend_pid() and client_port is not null"
)
BACKENDS = (
    "select pid from pg_stat_activity"
    " where backend_type = 'client backend' and pid <> pg_backend_pid()"
)


@dataclass(frozen=True, slots=True)
class Ground:
    """What a fault can lay hands on."""

    pipeline: Pipeline
    servers: Servers
    load: Load
    meter: FlightMeter
    dice: Random
    victims: Sequence[str] = ()
    """The processes that may be hit; empty: all that take part in carrying tickets."""

    def a_process(self) -> tuple[str, Process]:
        carrying = [n for n in self.pipeline.processes if n == INTAKE or readers_of(n)]
        name = self.dice.choice(self.victims or carrying)
        return name, self.pipeline.processes[name]


@dataclass(frozen=True, slots=True)
class Harm:
    """Whom a fault hit and what it did, in words. `hit` False: it came too late to hit anything."""

    subject: str
    did: str
    hit: bool = True
    cut_off: int = 0
    """Records or requests in the hands of a killed process."""


Fault = Callable[[Ground], Awaitable[Harm]]


async def kill_process(ground: Ground) -> Harm:
    """SIGKILL with work in hand, else it does not count."""
    name, process = ground.a_process()
    await until_ready(process)
    cut_off = await kill_at_work(name, process, ground.meter, ground.load)
    if not cut_off:
        return Harm(name, "had nothing in hand", hit=False)
    what = "requests" if name == INTAKE else "records"
    return Harm(name, f"cut off {cut_off} {what}", cut_off=cut_off)


async def kill_blindly(ground: Ground) -> Harm:
    """SIGKILL at any moment: whoever commits before the work is done shows nothing in hand."""
    name, process = ground.a_process()
    await until_ready(process)
    await asyncio.sleep(ground.dice.uniform(0.0, 2.0))
    process.kill()
    return Harm(name, "killed at any moment")


async def freeze_process(ground: Ground) -> Harm:
    """SIGSTOP past the session timeout: when it wakes, others have its partitions."""
    name, process = ground.a_process()
    seconds = ground.dice.uniform(*PAST_THE_SESSION)
    process.pause()
    try:
        await asyncio.sleep(seconds)
    finally:
        process.resume()
    return Harm(name, f"asleep for {seconds:.1f} s")


async def end_process(ground: Ground) -> Harm:
    """SIGTERM: it finishes what it has in hand."""
    name, process = ground.a_process()
    before = process.restarts
    process.signal(signal.SIGTERM)
    for _ in range(TRIES):
        if process.restarts > before:
            return Harm(name, "ended in good order and was started again")
        await asyncio.sleep(0.2)
    return Harm(name, "did not end within 30 s", hit=False)


async def stop_broker(ground: Ground) -> Harm:
    """Kafka is shut down and started again."""
    return await _away(ground.servers.kafka, ground.servers.kafka.stop, ground)


async def kill_broker(ground: Ground) -> Harm:
    """Kafka is killed and started again."""
    return await _away(ground.servers.kafka, ground.servers.kafka.kill, ground)


async def freeze_broker(ground: Ground) -> Harm:
    """Kafka keeps its connections and says nothing."""
    return await _frozen(ground.servers.kafka, "Kafka", ground.dice.uniform(3.0, 9.0))


async def stop_postgres(ground: Ground) -> Harm:
    """PostgreSQL is shut down and started again."""
    return await _away(ground.servers.postgres, ground.servers.postgres.stop, ground)


async def kill_postgres(ground: Ground) -> Harm:
    """PostgreSQL ends at once, as by an immediate restart, and recovers from its log."""
    return await _away(ground.servers.postgres, ground.servers.postgres.kill, ground)


async def freeze_postgres(ground: Ground) -> Harm:
    """PostgreSQL keeps its connections and says nothing."""
    return await _frozen(ground.servers.postgres, "PostgreSQL", ground.dice.uniform(3.0, 9.0))


async def _away(server: Server, end: Callable[[], None], ground: Ground) -> Harm:
    seconds = ground.dice.uniform(0.5, 5.0)
    await asyncio.to_thread(end)
    try:
        await asyncio.sleep(seconds)
    finally:
        await asyncio.to_thread(server.start)
    name = "Kafka" if server is ground.servers.kafka else "PostgreSQL"
    return Harm(name, f"away for {seconds:.1f} s and the time it takes to start")


async def _frozen(server: Server, name: str, seconds: float) -> Harm:
    await asyncio.to_thread(server.pause)
    try:
        await asyncio.sleep(seconds)
    finally:
        await asyncio.to_thread(server.resume)
    return Harm(name, f"frozen for {seconds:.1f} s")


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


async def slow_kafka(ground: Ground) -> Harm:
    return await _toxic(ground.servers.kafka_proxy, Toxic.DELAY, "Kafka", 6.0)


async def black_hole_kafka(ground: Ground) -> Harm:
    return await _toxic(ground.servers.kafka_proxy, Toxic.BLACK_HOLE, "Kafka", 8.0)


async def deaf_kafka(ground: Ground) -> Harm:
    """Requests arrive, answers don't: what was written is not known to be."""
    return await _toxic(ground.servers.kafka_proxy, Toxic.NO_ANSWERS, "Kafka", 6.0)


async def reset_kafka(ground: Ground) -> Harm:
    cut = await asyncio.to_thread(ground.servers.kafka_proxy.reset)
    return Harm("the way to Kafka", f"{cut} connections reset", hit=cut > 0)


async def slow_postgres(ground: Ground) -> Harm:
    return await _toxic(ground.servers.postgres_proxy, Toxic.DELAY, "PostgreSQL", 6.0)


async def black_hole_postgres(ground: Ground) -> Harm:
    return await _toxic(ground.servers.postgres_proxy, Toxic.BLACK_HOLE, "PostgreSQL", 8.0)


async def reset_postgres(ground: Ground) -> Harm:
    cut = await asyncio.to_thread(ground.servers.postgres_proxy.reset)
    return Harm("the way to PostgreSQL", f"{cut} connections reset", hit=cut > 0)


async def _toxic(proxy: Proxy, toxic: Toxic, name: str, seconds: float) -> Harm:
    proxy.toxic = toxic
    try:
        await asyncio.sleep(seconds)
    finally:
        proxy.toxic = Toxic.NONE
    return Harm(f"the way to {name}", f"{toxic} on {proxy.connections} connections, {seconds} s")


async def burst_of_poison(ground: Ground) -> Harm:
    """Unreadable records in a row, in every position of a batch, the whole of it included."""
    await ground.load.poison_burst(POISON_BURST)
    return Harm("a topic", f"{POISON_BURST} unreadable records in a row")


async def rebalance(ground: Ground) -> Harm:
    """A replica leaves in good order and comes back: its group shares out its work twice."""
    names = [name for name in ground.pipeline.processes if name.endswith("-2")]
    name = ground.dice.choice(names)
    process = ground.pipeline.processes[name]
    await asyncio.to_thread(process.stop)
    await asyncio.sleep(ground.dice.uniform(0.5, 3.0))
    process.start()
    await until_ready(process)
    return Harm(name, "left its group and came back")


FAULTS: Mapping[str, Fault] = {
    fault.__name__: fault
    for fault in (
        kill_process,
        kill_blindly,
        freeze_process,
        end_process,
        rebalance,
        stop_broker,
        kill_broker,
        freeze_broker,
        slow_kafka,
        black_hole_kafka,
        deaf_kafka,
        reset_kafka,
        stop_postgres,
        kill_postgres,
        freeze_postgres,
        kill_backend,
        freeze_in_transaction,
        slow_postgres,
        black_hole_postgres,
        reset_postgres,
        burst_of_poison,
    )
}
"""Every fault by name. What fails most in the field comes more often: see `storm.py`."""
