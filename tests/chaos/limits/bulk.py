"""How do many records come to a topic fast, each acknowledged?"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from itertools import islice

from aiokafka import AIOKafkaProducer

from tests.chaos.target import Headers, Target

AT_ONCE = 5_000
Record = tuple[str, bytes, Headers]
"""Key, value, headers."""


async def write(target: Target, topic: str, records: Iterable[Record]) -> None:
    """In order, and all of them acknowledged at the return."""
    producer = AIOKafkaProducer(
        bootstrap_servers=target.kafka,
        acks="all",
        enable_idempotence=True,
        max_batch_size=256 * 1024,
        linger_ms=5,
    )
    await producer.start()
    address, rest = target.topic(topic), iter(records)
    try:
        while chunk := list(islice(rest, AT_ONCE)):
            sent = [
                await producer.send(address, key=key.encode(), value=value, headers=headers)
                for key, value, headers in chunk
            ]
            await asyncio.gather(*sent)
    finally:
        await producer.stop()
