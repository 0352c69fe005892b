"""What is the least that a hop takes? An aiokafka relay: read, write, acknowledge, commit.

What it loses beside a stage of ours: it looks at nothing; one that stands still is not noticed.

`python -m tests.bench.peers.relay GROUP SOURCE TARGET`
"""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import Sequence

import uvloop
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer


async def run(group: str, source: str, target: str) -> None:
    servers = os.environ["KAFKA_BOOTSTRAP_SERVERS"]
    consumer = AIOKafkaConsumer(
        source,
        bootstrap_servers=servers,
        group_id=group,
        enable_auto_commit=False,
        auto_offset_reset="earliest",
    )
    producer = AIOKafkaProducer(bootstrap_servers=servers, acks="all", enable_idempotence=True)
    async with consumer, producer:
        while True:
            fetched = await consumer.getmany(timeout_ms=1000, max_records=500)
            written = [
                await producer.send(target, record.value, key=record.key, headers=record.headers)
                for records in fetched.values()
                for record in records
            ]
            if written:
                await asyncio.gather(*written)
                await consumer.commit()


async def until_told(arguments: Sequence[str]) -> None:
    group, source, target = arguments
    working = asyncio.create_task(run(group, source, target))
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, working.cancel)
    await asyncio.wait({working})
    if not working.cancelled():
        working.result()


if __name__ == "__main__":
    uvloop.run(until_told(sys.argv[1:]))
