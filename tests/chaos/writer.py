"""How does the load write to Kafka? Until it is acknowledged, however long Kafka is away."""

from __future__ import annotations

import asyncio
from collections import Counter
from typing import Self

from aiokafka import AIOKafkaProducer, ConsumerRecord
from aiokafka.errors import KafkaError

from tests.chaos.target import Headers, Target

LARGEST = 4 * 1024 * 1024
AGAIN_SECONDS = 1.0
CLOSE_SECONDS = 5.0


class Writer:
    """A producer that does not give up; what it was answered is counted in `answers`."""

    def __init__(self, target: Target, answers: Counter[str]) -> None:
        self._target = target
        self._answers = answers

    async def __aenter__(self) -> Self:
        self._producer = AIOKafkaProducer(
            bootstrap_servers=self._target.kafka,
            acks="all",
            enable_idempotence=True,
            max_request_size=LARGEST,
            request_timeout_ms=120_000,
        )
        await self._producer.start()
        return self

    async def __aexit__(self, *_error: object) -> None:
        await asyncio.wait({asyncio.ensure_future(self._producer.stop())}, timeout=CLOSE_SECONDS)

    async def send(self, topic: str, key: str, value: bytes | None, headers: Headers) -> None:
        await self._write(self._target.topic(topic), key.encode(), value, headers)

    async def send_again(self, record: ConsumerRecord) -> None:
        """The same record, once more, where it was."""
        await self._write(
            record.topic, record.key, record.value, list(record.headers), record.partition
        )

    async def _write(
        self,
        address: str,
        key: bytes | None,
        value: bytes | None,
        headers: Headers,
        partition: int | None = None,
    ) -> None:
        while True:
            try:
                await self._producer.send_and_wait(
                    address, value=value, key=key, partition=partition, headers=headers
                )
            except KafkaError as error:
                self._answers[f"producer {type(error).__name__}"] += 1
                await asyncio.sleep(AGAIN_SECONDS)
            else:
                return
