"""How far behind is each consumer group? Records waiting, and since when the oldest waits."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.coordinator.protocol import ConsumerProtocolMemberAssignment

from services.watch.lag_trend import Lag, PartitionLag
from services.watch.reader import closed, partitions_of, stopped, stored_commits
from shared.envelope import moment_of
from shared.kafka import make_admin, make_consumer
from shared.settings import KafkaSettings
from shared.topics import TOPICS, Reader, group

LOOK_SECONDS = 3.0
ONE_RECORD = 16 * 1024
"""Bytes of a fetch: of each partition only the first record is looked at."""


async def lags(settings: KafkaSettings) -> list[Lag]:
    """Every group of the pipeline on every topic that it reads; raises KafkaError, OSError."""
    async with measuring(settings) as (admin, consumer):
        return await lags_now(settings.triage_namespace, admin, consumer, datetime.now(UTC))


@asynccontextmanager
async def measuring(
    settings: KafkaSettings,
) -> AsyncIterator[tuple[AIOKafkaAdminClient, AIOKafkaConsumer]]:
    """The clients to measure with, as often as one likes; raises KafkaError, OSError."""
    admin = make_admin(settings)
    consumer = make_consumer(settings, "triage-lag", None, most_bytes=ONE_RECORD)
    try:
        await admin.start()
        await consumer.start()
        yield admin, consumer
    finally:
        await stopped(consumer)
        await closed(admin.close)


async def lags_now(
    namespace: str, admin: AIOKafkaAdminClient, consumer: AIOKafkaConsumer, now: datetime
) -> list[Lag]:
    """As `lags`, through clients that are open."""
    read = readings(namespace)
    numbers = await partitions_of(admin, {address for _, address in read})
    partitions = [TopicPartition(name, n) for name, ns in numbers.items() for n in ns]
    if set(partitions) != consumer.assignment():
        consumer.assign(partitions)
        for partition in partitions:
            consumer.seek(partition, 0)
            consumer.pause(partition)  # until it is asked for its oldest waiting record
    ends = await consumer.end_offsets(partitions) if partitions else {}
    begins = await consumer.beginning_offsets(partitions) if partitions else {}
    return [
        await _lag(
            group(namespace, reader),
            reader,
            address,
            admin,
            consumer,
            {tp: (begins[tp], end) for tp, end in ends.items() if tp.topic == address},
            now,
        )
        for reader, address in read
    ]


def readings(namespace: str) -> list[tuple[Reader, str]]:
    """Who of the pipeline's groups reads which topic; watch belongs to no group."""
    return [
        (reader, topic.address(namespace))
        for topic in TOPICS
        for reader in topic.readers
        if reader is not Reader.WATCH
    ]


async def _lag(
    name: str,
    reader: Reader,
    address: str,
    admin: AIOKafkaAdminClient,
    consumer: AIOKafkaConsumer,
    standing: dict[TopicPartition, tuple[int, int]],
    now: datetime,
) -> Lag:
    """`standing`: where each partition begins and ends."""
    members = await _members(admin, name)
    if not standing:
        return Lag(name, str(reader), address, 0, 0.0, None if members is None else len(members))
    partitions = list(standing)
    begins = {tp: begin for tp, (begin, _) in standing.items()}
    ends = {tp: end for tp, (_, end) in standing.items()}
    committed = await stored_commits(admin, name, partitions)
    offsets = {tp: committed[tp].offset if tp in committed else -1 for tp in partitions}
    starts = {tp: max(offsets[tp], begins[tp]) for tp in partitions}
    waiting = {tp: start for tp, start in starts.items() if start < ends[tp]}
    readers = {tp: client for client, tps in members or () for tp in tps}
    found = await _oldest(consumer, waiting)
    oldest = None if found is None else moment_of(found)
    lag = Lag(
        group=name,
        reader=str(reader),
        topic=address,
        records=sum(ends[tp] - start for tp, start in waiting.items()),
        seconds=None if waiting else 0.0,
        members=None if members is None else len(members),
        oldest=oldest,
        partitions=tuple(
            PartitionLag(
                partition=tp.partition,
                end=ends[tp],
                committed=offsets[tp] if offsets[tp] >= 0 else None,
                records=max(0, ends[tp] - starts[tp]),
                reader=readers.get(tp),
            )
            for tp in partitions
        ),
    )
    return lag if oldest is None else replace(lag, seconds=lag.oldest_seconds(now))


async def _oldest(consumer: AIOKafkaConsumer, starts: dict[TopicPartition, int]) -> int | None:
    """The least timestamp among the first waiting records, in milliseconds since 1970."""
    if not starts:
        return None
    for partition, start in starts.items():
        consumer.seek(partition, start)
        consumer.resume(partition)
    found: dict[TopicPartition, int] = {}
    deadline = asyncio.get_running_loop().time() + LOOK_SECONDS
    try:
        while len(found) < len(starts) and asyncio.get_running_loop().time() < deadline:
            for partition, records in (await consumer.getmany(*starts, timeout_ms=200)).items():
                found.setdefault(partition, records[0].timestamp)
                consumer.pause(partition)
    finally:
        consumer.pause(*starts)
    return min(found.values(), default=None)


Member = tuple[str, tuple[TopicPartition, ...]]


async def _members(admin: AIOKafkaAdminClient, name: str) -> list[Member] | None:
    """Who shares the group, with what each reads; None where the broker does not tell."""
    try:
        responses = await admin.describe_consumer_groups([name])
        described = responses[0].groups[0]
    except (RuntimeError, IndexError):  # every error of Kafka's, and an old broker's silence
        return None
    if described[0] != 0:
        return None
    return [(member[1], tuple(_assigned(bytes(member[4])))) for member in described[5]]


def _assigned(assignment: bytes) -> Iterable[TopicPartition]:
    """The partitions of a member; none while the group deals them out."""
    if not assignment:
        return []
    decoded = ConsumerProtocolMemberAssignment.decode(assignment)
    return [TopicPartition(topic, n) for topic, numbers in decoded.assignment for n in numbers]
