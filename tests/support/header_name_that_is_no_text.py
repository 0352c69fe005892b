"""Writes one record whose header name is not UTF-8, as a hostile client can: ADDRESS TOPIC.

Run with AIOKAFKA_NO_EXTENSIONS=1: only the Python builder takes a name that encodes wrongly.
"""

from __future__ import annotations

import asyncio
import sys

from typing_extensions import override

from shared.kafka import make_producer
from shared.settings import KafkaSettings


class Name(str):
    __slots__ = ()

    @override
    def encode(self, *_: object) -> bytes:
        return b"\xff\xfe"


async def main(address: str, topic: str) -> None:
    producer = make_producer(KafkaSettings(kafka_bootstrap_servers=address), "hostile")
    await producer.start()
    await producer.send_and_wait(topic, value=b"{}", key=b"k", headers=[(Name("x"), b"1")])
    await producer.stop()


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
