"""How far behind is each consumer group? Records waiting, and since when the oldest waits."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
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


async def lags(settings: KafkaSettings, now: datetime | None = None) -> list[Lag]:
    """Every group of the pipeline on every topic that it reads; raises KafkaError, OSError."""
    admin = make_admin(settings)
    consumer = make_consumer(settings, "triage-lag", None, most_bytes=ONE_RECORD)
    try:
        await admin.start()
        await consumer.start()
        return [
            await _lag(settings, admin, consumer, reader, address, now or datetime.now(UTC))
            for reader, address in readings(settings.triage_namespace)
        ]
    finally:
        await stopped(consumer)
        await closed(admin.close)


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
    members = await _members(admin, name)
    if not partitions:
        return Lag(name, str(reader), address, 0, 0.0, None if members is None else len(members))
    consumer.assign(partitions)
    ends = await consumer.end_offsets(partitions)
    begins = await consumer.beginning_offsets(partitions)
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
