"""What stands on the topics and in the database? Read as any outsider would, and no more."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterable, Sequence

import asyncpg
from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import KafkaError

from tests.chaos.checker import GROUPS, PARKED_BY
from tests.chaos.evidence import LicenceRow, Message, Row

LARGEST = 8 * 1024 * 1024
READ_SECONDS = 120.0
LEDGER = "select ticket_id, revision, queue, live, message_id, cause, published_at from ledger"
LICENCES = "select licence_id, version, contradictory from licence_state"


async def read_messages(bootstrap: str, namespace: str) -> list[Message]:
    """Every record on every topic; values of the queues alone."""
    consumer = AIOKafkaConsumer(
        bootstrap_servers=bootstrap, max_partition_fetch_bytes=LARGEST, enable_auto_commit=False
    )
    await consumer.start()
    try:
        return await _to_the_end(consumer, namespace)
    finally:
        await consumer.stop()


async def _to_the_end(consumer: AIOKafkaConsumer, namespace: str) -> list[Message]:
    prefix = f"{namespace}."
    partitions = [
        TopicPartition(topic, partition)
        for topic in await consumer.topics()
        if topic.startswith(prefix) and _wanted(topic.removeprefix(prefix))
        for partition in consumer.partitions_for_topic(topic) or ()
    ]
    ends = await consumer.end_offsets(partitions)
    beginnings = await consumer.beginning_offsets(partitions)
    reading = [tp for tp in partitions if ends[tp] > beginnings[tp]]
    if not reading:
        return []
    consumer.assign(reading)
    await consumer.seek_to_beginning()
    found: list[Message] = []
    deadline = time.monotonic() + READ_SECONDS
    while reading and time.monotonic() < deadline:
        for records in (await consumer.getmany(timeout_ms=200, max_records=5000)).values():
            found += [_message(record, prefix) for record in records]
        reading = [tp for tp in reading if await consumer.position(tp) < ends[tp]]
    if reading:
        raise TimeoutError(f"could not read to the end of {reading}")
    return found


def _wanted(name: str) -> bool:
    return name.startswith(("queues.", *PARKED_BY)) or name.endswith(".dlq")


def _message(record: object, prefix: str) -> Message:
    topic: str = record.topic  # type: ignore[attr-defined]
    name = topic.removeprefix(prefix)
    if not name.endswith(".dlq"):
        name = name.removesuffix(".v1")
    key: bytes | None = record.key  # type: ignore[attr-defined]
    return Message(
        topic=name,
        partition=record.partition,  # type: ignore[attr-defined]
        offset=record.offset,  # type: ignore[attr-defined]
        key=None if key is None else key.decode("utf-8", "replace"),
        headers={
            header: (value or b"").decode("utf-8", "replace")
            for header, value in record.headers  # type: ignore[attr-defined]
        },
        value=record.value if name.startswith("queues.") else None,  # type: ignore[attr-defined]
        at=record.timestamp / 1000,  # type: ignore[attr-defined]
    )


async def read_ledger(dsn: str) -> list[Row]:
    return [
        Row(
            ticket_id=str(row["ticket_id"]),
            revision=row["revision"],
            queue=row["queue"],
            live=row["live"],
            message_id=row["message_id"],
            cause=row["cause"],
            published=row["published_at"] is not None,
        )
        for row in await _select(dsn, LEDGER)
    ]


async def read_licences(dsn: str) -> list[LicenceRow]:
    return [
        LicenceRow(row["licence_id"], row["version"], row["contradictory"])
        for row in await _select(dsn, LICENCES)
    ]


async def _select(dsn: str, query: str) -> list[asyncpg.Record]:
    connection = await asyncpg.connect(dsn, timeout=10)
    try:
        return await connection.fetch(query, timeout=60)
    finally:
        await connection.close(timeout=5)


async def read_lag(
    bootstrap: str, namespace: str, readers: Iterable[str] = GROUPS
) -> dict[str, int]:
    """Records that each group has not committed yet."""
    readers = list(readers)
    consumer = AIOKafkaConsumer(bootstrap_servers=bootstrap, enable_auto_commit=False)
    admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap)
    try:
        await consumer.start()
        await admin.start()
        topics = {reader: f"{namespace}.{GROUPS[reader]}.v1" for reader in readers}
        known = await consumer.topics()
        partitions = {
            topic: [TopicPartition(topic, p) for p in consumer.partitions_for_topic(topic) or ()]
            for topic in set(topics.values()) & known
        }
        everything = [tp for tps in partitions.values() for tp in tps]
        ends = await consumer.end_offsets(everything)
        starts = await consumer.beginning_offsets(everything)
        lag = {}
        for reader, topic in topics.items():
            done = await admin.list_consumer_group_offsets(f"{namespace}.{reader}")
            lag[reader] = sum(
                ends[tp] - max(done[tp].offset if tp in done else 0, starts[tp])
                for tp in partitions.get(topic, ())
            )
        return lag
    finally:
        await admin.close()
        await consumer.stop()


async def settle(
    bootstrap: str, namespace: str, seconds: float, readers: Sequence[str] = tuple(GROUPS)
) -> tuple[float, dict[str, int]]:
    """Wait until every group has read all there is; the seconds it took, and the lag left."""
    began = time.monotonic()
    still = 0
    while True:
        try:
            lag = await read_lag(bootstrap, namespace, readers)
        except KafkaError:
            lag = dict.fromkeys(readers, -1)
        # Twice in a row, for between two stages there is a moment when neither waits.
        still = still + 1 if not any(lag.values()) else 0
        took = time.monotonic() - began
        if still == 2 or took > seconds:
            return took, lag
        await asyncio.sleep(0.5)
