"""What stands on the topics and in the database? Read as any outsider would, and no more."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager

import asyncpg
from aiokafka import AIOKafkaConsumer, ConsumerRecord, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import KafkaError

from tests.chaos.evidence import LicenceRow, Message, Row
from tests.chaos.names import GROUPS, PARKED_BY

LARGEST = 8 * 1024 * 1024
READ_SECONDS = 600.0
"""For a backlog of 100,000 tickets on a busy machine."""
Ends = dict[TopicPartition, int]
LEDGER = "select ticket_id, revision, queue, live, message_id, cause, published_at from ledger"
LICENCES = "select licence_id, version, contradictory from licence_state"


async def read_messages(bootstrap: str, namespace: str) -> list[Message]:
    """Every record on every topic; values of the queues alone."""
    prefix = f"{namespace}."
    async with clients(bootstrap) as (consumer, admin):
        listed = [name for name in await admin.list_topics() if name.startswith(prefix)]
        wanted = [name for name in listed if _wanted(name.removeprefix(prefix))]
        found = await read_last(consumer, await partitions_of(admin, wanted))
    return [_message(record, prefix) for record in found]


@asynccontextmanager
async def clients(bootstrap: str) -> AsyncIterator[tuple[AIOKafkaConsumer, AIOKafkaAdminClient]]:
    """A consumer of no group, and an admin client."""
    consumer = AIOKafkaConsumer(
        bootstrap_servers=bootstrap, max_partition_fetch_bytes=LARGEST, enable_auto_commit=False
    )
    admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap)
    try:
        await consumer.start()
        await admin.start()
        yield consumer, admin
    finally:
        await admin.close()
        await consumer.stop()


async def partitions_of(admin: AIOKafkaAdminClient, topics: Sequence[str]) -> list[TopicPartition]:
    """Every partition of the topics; raises LookupError where one has none."""
    found = [
        TopicPartition(described["topic"], partition["partition"])
        for described in await admin.describe_topics(list(topics))
        for partition in described["partitions"]
    ]
    if missing := set(topics) - {tp.topic for tp in found}:
        raise LookupError(f"no such topic: {missing}")
    return found


async def read_last(
    consumer: AIOKafkaConsumer, partitions: Sequence[TopicPartition], count: int | None = None
) -> list[ConsumerRecord]:
    """So many records of each partition, or all, up to where it ends now."""
    ends = await consumer.end_offsets(partitions)
    starts = await consumer.beginning_offsets(partitions)
    if count is not None:
        starts = {tp: max(start, ends[tp] - count) for tp, start in starts.items()}
    reading = [tp for tp in partitions if ends[tp] > starts[tp]]
    if not reading:
        return []
    consumer.assign(reading)
    for tp in reading:
        consumer.seek(tp, starts[tp])
    found: list[ConsumerRecord] = []
    deadline = time.monotonic() + READ_SECONDS
    while reading and time.monotonic() < deadline:
        for records in (await consumer.getmany(timeout_ms=200, max_records=5000)).values():
            found += records
        reading = [tp for tp in reading if await consumer.position(tp) < ends[tp]]
    if reading:
        raise TimeoutError(f"could not read to the end of {reading}")
    return found


def _wanted(name: str) -> bool:
    return name.startswith(("queues.", *PARKED_BY)) or name.endswith(".dlq")


def _message(record: ConsumerRecord, prefix: str) -> Message:
    name = record.topic.removeprefix(prefix)
    if not name.endswith(".dlq"):
        name = name.removesuffix(".v1")
    return Message(
        topic=name,
        partition=record.partition,
        offset=record.offset,
        key=None if record.key is None else record.key.decode("utf-8", "replace"),
        headers={
            header: (value or b"").decode("utf-8", "replace") for header, value in record.headers
        },
        value=record.value if name.startswith("queues.") else None,
        at=record.timestamp / 1000,
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
    async with clients(bootstrap) as (consumer, admin):
        lag = {}
        for reader in readers:
            partitions = await partitions_of(admin, [f"{namespace}.{GROUPS[reader]}.v1"])
            ends = await consumer.end_offsets(partitions)
            lag[reader] = behind(ends, await committed(admin, f"{namespace}.{reader}"))
        return lag


async def committed(admin: AIOKafkaAdminClient, group: str) -> Ends:
    """What the group has committed, by partition."""
    found = await admin.list_consumer_group_offsets(group)
    return {tp: kept.offset for tp, kept in found.items()}


def behind(ends: Mapping[TopicPartition, int], done: Mapping[TopicPartition, int]) -> int:
    """How many records before the ends are not committed."""
    return sum(max(0, end - max(0, done.get(tp, 0))) for tp, end in ends.items())


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
