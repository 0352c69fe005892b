"""How far behind is each consumer group? Records waiting, and since when the oldest waits."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import KafkaError

from services.watch.reader import partitions_of, stored_commits
from services.watch.views import Lag
from shared.kafka import make_admin, make_consumer
from shared.settings import KafkaSettings
from shared.topics import TOPICS, Reader, group

LOOK_SECONDS = 3.0


async def lags(settings: KafkaSettings, now: datetime | None = None) -> list[Lag]:
    """Every group of the pipeline on every topic that it reads; raises KafkaError, OSError."""
    admin = make_admin(settings)
    consumer = make_consumer(settings, "triage-lag", None)
    try:
        await admin.start()
        await consumer.start()
        return [
            await _lag(settings, admin, consumer, reader, address, now or datetime.now(UTC))
            for reader, address in readings(settings.triage_namespace)
        ]
    finally:
        await consumer.stop()
        await admin.close()


def readings(namespace: str) -> list[tuple[Reader, str]]:
    """Who of the pipeline's groups reads which topic; watch belongs to no group."""
    return [
        (reader, topic.address(namespace))
        for topic in TOPICS
        for reader in topic.readers
        if reader is not Reader.WATCH
    ]


async def _lag(
    settings: KafkaSettings,
    admin: AIOKafkaAdminClient,
    consumer: AIOKafkaConsumer,
    reader: Reader,
    address: str,
    now: datetime,
) -> Lag:
    name = group(settings.triage_namespace, reader)
    partitions = [
        TopicPartition(address, number)
        for number in (await partitions_of(admin, [address])).get(address, [])
    ]
    if not partitions:
        return Lag(name, str(reader), address, 0, 0.0, await _members(admin, name))
    consumer.assign(partitions)
    ends = await consumer.end_offsets(partitions)
    begins = await consumer.beginning_offsets(partitions)
    committed = await stored_commits(admin, name, partitions)
    waiting = {}
    for partition, end in ends.items():
        offset = committed[partition].offset if partition in committed else -1
        start = max(offset, begins[partition])
        if start < end:
            waiting[partition] = (start, end)
    records = sum(end - start for start, end in waiting.values())
    oldest = await _oldest(consumer, {p: start for p, (start, _) in waiting.items()})
    seconds = 0.0 if not waiting else None
    if oldest is not None:
        seconds = round(max(0.0, now.timestamp() - oldest / 1000), 1)
    return Lag(name, str(reader), address, records, seconds, await _members(admin, name))


async def _oldest(consumer: AIOKafkaConsumer, starts: dict[TopicPartition, int]) -> int | None:
    """The least timestamp among the first waiting records, in milliseconds since 1970."""
    if not starts:
        return None
    consumer.assign(list(starts))
    for partition, start in starts.items():
        consumer.seek(partition, start)
    found: dict[TopicPartition, int] = {}
    deadline = asyncio.get_running_loop().time() + LOOK_SECONDS
    while len(found) < len(starts) and asyncio.get_running_loop().time() < deadline:
        for partition, records in (await consumer.getmany(timeout_ms=200)).items():
            found.setdefault(partition, records[0].timestamp)
            consumer.pause(partition)
    return min(found.values(), default=None)


async def _members(admin: AIOKafkaAdminClient, name: str) -> int | None:
    """How many processes share the group; None where the broker does not tell."""
    try:
        responses = await admin.describe_consumer_groups([name])
        described = responses[0].groups[0]
    except (KafkaError, IndexError, NotImplementedError):
        return None
    return len(described[5]) if described[0] == 0 else None
