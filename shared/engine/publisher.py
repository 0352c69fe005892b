"""Is it written? Sends records and returns when Kafka has acknowledged every one."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Sequence

from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaError, MessageSizeTooLargeError

from shared.envelope import Outgoing
from shared.failures import StopTheLine

REMEMBERED = 50_000
"""Acknowledged ids kept, so that a batch worked through twice is not written twice."""


class Publisher:
    """Writes through one idempotent producer; a final send error is the producer's end.

    After one, a partition's sequence numbers can be out of step for good, so the process
    ends (StopTheLine) and comes back with a fresh producer.
    """

    def __init__(self, producer: AIOKafkaProducer) -> None:
        self.producer = producer
        self._written: OrderedDict[tuple[str, str], None] = OrderedDict()

    async def publish(self, records: Sequence[Outgoing]) -> int:
        """Write what this process has not written yet; returns how many were written.

        Waits as long as Kafka is away. Raises MessageSizeTooLargeError before anything of an
        oversized record is sent, StopTheLine where the producer has failed for good.
        """
        fresh = [record for record in records if not self._known(record)]
        if not fresh:
            return 0
        try:
            futures = [await self._send(record) for record in fresh]
            done, _ = await asyncio.wait(futures)
            for future in done:
                future.result()
        except MessageSizeTooLargeError:
            raise
        except KafkaError as error:
            raise StopTheLine(f"producer failed for good: {type(error).__name__}") from error
        for record in fresh:
            self._remember(record)
        return len(fresh)

    async def _send(self, record: Outgoing) -> asyncio.Future[object]:
        future: asyncio.Future[object] = await self.producer.send(
            record.topic,
            value=record.value,
            key=record.key,
            headers=list(record.headers),
        )
        return future

    def _known(self, record: Outgoing) -> bool:
        return bool(record.id) and (record.topic, record.id) in self._written

    def _remember(self, record: Outgoing) -> None:
        if record.id:
            self._written[(record.topic, record.id)] = None
            if len(self._written) > REMEMBERED:
                self._written.popitem(last=False)
