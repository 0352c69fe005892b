"""How does the way to a server fail?"""

from __future__ import annotations

import asyncio

from tests.chaos.faults.ground import Ground, Harm
from tests.chaos.proxy import Proxy, Toxic


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
