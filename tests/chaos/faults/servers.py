"""How does Kafka or PostgreSQL fail as a whole?"""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from deploy.local.server import Server
from tests.chaos.faults.ground import Ground, Harm


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
