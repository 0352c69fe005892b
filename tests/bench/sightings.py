"""When was a ticket first seen on a topic? A reader that notes the time of each key."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Collection
from contextlib import asynccontextmanager

from aiokafka import AIOKafkaConsumer, TopicPartition

from tests.bench.broker import PARTITIONS


class Sightings:
    """Seconds since 1970 at which a reader of the topics had each key for the first time."""

    def __init__(self) -> None:
        self.at: dict[str, float] = {}

    def of(self, keys: Collection[str]) -> list[float]:
        return [self.at[key] for key in keys]

    async def wait(self, keys: Collection[str], seconds: float = 60.0) -> None:
        """Until all were seen; raises TimeoutError saying how many were not."""
        deadline = time.monotonic() + seconds
        while unseen := [key for key in keys if key not in self.at]:
            if time.monotonic() > deadline:
                raise TimeoutError(f"{len(unseen)} of {len(keys)} tickets were not seen")
            await asyncio.sleep(0.05)


@asynccontextmanager
async def watching(servers: str, *topics: str) -> AsyncIterator[Sightings]:
    """Reads the topics from now on."""
    consumer = AIOKafkaConsumer(bootstrap_servers=servers)
    partitions = [TopicPartition(topic, number) for topic in topics for number in range(PARTITIONS)]
    async with consumer:
        consumer.assign(partitions)
        await consumer.seek_to_end(*partitions)
        seen = Sightings()
        reading = asyncio.create_task(_read(consumer, seen))
        try:
            yield seen
        finally:
            reading.cancel()
            await asyncio.wait({reading})


async def _read(consumer: AIOKafkaConsumer, seen: Sightings) -> None:
    while True:
        fetched = await consumer.getmany(timeout_ms=1000)
        now = time.time()
        for records in fetched.values():
            for record in records:
                seen.at.setdefault(bytes(record.key or b"").decode(), now)
