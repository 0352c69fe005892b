"""Is it written? Sends records and returns when Kafka has acknowledged every one."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Iterable, Sequence

from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaError, MessageSizeTooLargeError

from shared.envelope import Outgoing
from shared.failures import StopTheLine
from shared.partitions import partitions_of

Acknowledged = asyncio.Future[object]

LARGE = 128 * 1024
"""Bytes of a value, far below what a batch or a request may have."""
REMEMBERED = 5_000
"""Acknowledged ids kept at least, and up to twice as many, so that a batch worked through twice is
not written twice."""


class Publisher:
    """Writes through one idempotent producer; a final send error is the producer's end.

    After one, a partition's sequence numbers can be out of step for good, so the process
    ends (StopTheLine) and comes back with a fresh producer.
    """

    def __init__(self, producer: AIOKafkaProducer) -> None:
        self.producer = producer
        self._written: set[tuple[str, str]] = set()
        self._written_before: set[tuple[str, str]] = set()

    async def publish(self, records: Sequence[Outgoing]) -> int:
        """Write what this process has not written yet; returns how many were written.

        Waits as long as Kafka is away. Raises MessageSizeTooLargeError before anything of an
        oversized record is sent, StopTheLine where the producer has failed for good.
        """
        fresh = [record for record in records if not self._known(record)]
        if not fresh:
            return 0
        try:
            done, _ = await asyncio.wait(await self._send_all(fresh))
            for future in done:
                future.result()
        except MessageSizeTooLargeError:
            raise
        except KafkaError as error:
            raise StopTheLine(f"producer failed for good: {type(error).__name__}") from error
        self._remember(fresh)
        return len(fresh)

    async def _send_all(self, records: Sequence[Outgoing]) -> list[Acknowledged]:
        """As whole batches, which wait for one acknowledgement each and not for one per record.

        One by one where one is large, for only so does the producer look at a record's size.
        """
        if len(records) == 1 or any(len(record.value or b"") > LARGE for record in records):
            return [await self._send(record) for record in records]
        topics: dict[str, list[Outgoing]] = defaultdict(list)
        places: dict[tuple[str, int], list[Outgoing]] = defaultdict(list)
        for record in records:
            topics[record.topic].append(record)
        for topic, its in topics.items():
            partitions = len(await self.producer.partitions_for(topic))
            where = partitions_of([record.key for record in its], partitions)
            for partition, record in zip(where, its, strict=True):
                places[topic, partition].append(record)
        return [
            acknowledged
            for (topic, partition), its in places.items()
            for acknowledged in await self._send_batches(topic, partition, its)
        ]

    async def _send_batches(
        self, topic: str, partition: int, records: Iterable[Outgoing]
    ) -> list[Acknowledged]:
        """The records of one partition, in their order."""
        sent: list[Acknowledged] = []
        batch = self.producer.create_batch()
        for record in records:
            while not batch.append(
                timestamp=None, key=record.key, value=record.value, headers=list(record.headers)
            ):  # full
                sent.append(await self.producer.send_batch(batch, topic, partition=partition))
                batch = self.producer.create_batch()
        sent.append(await self.producer.send_batch(batch, topic, partition=partition))
        return sent

    async def _send(self, record: Outgoing) -> Acknowledged:
        future: Acknowledged = await self.producer.send(
            record.topic,
            value=record.value,
            key=record.key,
            headers=list(record.headers),
        )
        return future

    def _known(self, record: Outgoing) -> bool:
        written = record.topic, record.id
        return written in self._written or written in self._written_before

    def _remember(self, records: Iterable[Outgoing]) -> None:
        """In two halves: the older one is forgotten as a whole."""
        self._written.update([(record.topic, record.id) for record in records if record.id])
        if len(self._written) > REMEMBERED:
            self._written_before, self._written = self._written, set()
