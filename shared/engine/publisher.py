"""Is it written? Sends records and returns when Kafka has acknowledged every one."""

from __future__ import annotations

import asyncio
from collections import OrderedDict, defaultdict
from collections.abc import Iterable, Sequence

from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaError, MessageSizeTooLargeError

from shared.envelope import Outgoing
from shared.failures import StopTheLine
from shared.partitions import partition_of

Acknowledged = asyncio.Future[object]

LARGE = 128 * 1024
"""Bytes of a value, far below what a batch or a request may have."""
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
            done, _ = await asyncio.wait(await self._send_all(fresh))
            for future in done:
                future.result()
        except MessageSizeTooLargeError:
            raise
        except KafkaError as error:
            raise StopTheLine(f"producer failed for good: {type(error).__name__}") from error
        for record in fresh:
            self._remember(record)
        return len(fresh)

    async def _send_all(self, records: Sequence[Outgoing]) -> list[Acknowledged]:
        """As whole batches, which wait for one acknowledgement each and not for one per record.

        One by one where one is large, for only so does the producer look at a record's size.
        """
        if len(records) == 1 or any(len(record.value or b"") > LARGE for record in records):
            return [await self._send(record) for record in records]
        places: dict[tuple[str, int], list[Outgoing]] = defaultdict(list)
        topics = {record.topic for record in records}
        partitions = {topic: len(await self.producer.partitions_for(topic)) for topic in topics}
        for record in records:
            where = partition_of(record.key, partitions[record.topic])
            places[record.topic, where].append(record)
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
        return bool(record.id) and (record.topic, record.id) in self._written

    def _remember(self, record: Outgoing) -> None:
        if record.id:
            self._written[(record.topic, record.id)] = None
            if len(self._written) > REMEMBERED:
                self._written.popitem(last=False)
