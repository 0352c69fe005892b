"""What stands on the topics, and what comes? Reads without a group, never commits.

All partitions are assigned, so that watching disturbs nobody and two watchers both see all.
aiokafka is used directly: a bystander needs offsets and assignment, not a framework.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Coroutine, Iterable, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any

import structlog
from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import (
    GroupCoordinatorNotAvailableError,
    GroupLoadInProgressError,
    KafkaError,
    NotCoordinatorForGroupError,
)
from aiokafka.partitioner import murmur2
from aiokafka.structs import OffsetAndMetadata

from services.watch.reading import places, sight
from services.watch.sighting import Kind, Place, Sighting
from services.watch.timeline import Timeline, related, timeline
from shared.contracts import Queue
from shared.envelope import Record
from shared.kafka import make_admin, make_consumer, why_refused
from shared.settings import KafkaSettings

log = structlog.get_logger()
LOOK_AGAIN_SECONDS = 3.0
"""How soon new partitions, and an outage, are noticed: a poll alone is silent in both cases."""
ANSWER_SECONDS = 10.0
"""A broker that takes longer to say which topics it has is away, or frozen."""
RETRY_SECONDS = 1.0
STANDS_STILL = "the reader stands still"
SILENT_SECONDS = 20.0
"""A tail that has not got round to anything for so long does not follow, whatever it says."""
POLL_MS = 250
GATHER_MS = 250
"""The page may be so late: each fetch names every partition of every topic, which costs."""
MOST_FETCHED = 4 * 1024 * 1024
COORDINATOR_NOT_YET = (
    GroupCoordinatorNotAvailableError,
    GroupLoadInProgressError,
    NotCoordinatorForGroupError,
)
TICKET_KINDS = frozenset({Kind.TICKETS, Kind.QUEUE, Kind.STATUS, Kind.CORRECTIONS})


def partition_of(key: str, partitions: int) -> int:
    """The partition that producers put a key on: Kafka's default partitioner."""
    return int((murmur2(key.encode()) & 0x7FFFFFFF) % partitions)


async def partitions_of(
    admin: AIOKafkaAdminClient, addresses: Iterable[str]
) -> dict[str, list[int]]:
    """The partitions of those topics that exist; asking creates none."""
    wanted = set(addresses)
    described = await admin.describe_topics() if wanted else []
    return {
        topic["topic"]: sorted(p["partition"] for p in topic["partitions"])
        for topic in described
        if topic["topic"] in wanted
    }


@asynccontextmanager
async def bystander(
    settings: KafkaSettings, *, gather_ms: int = 0
) -> AsyncIterator[tuple[AIOKafkaAdminClient, AIOKafkaConsumer]]:
    """An admin client and a consumer without a group; raises KafkaError, OSError."""
    admin = make_admin(settings)
    consumer = make_consumer(
        settings, "triage-bystander", None, gather_ms=gather_ms, most_bytes=MOST_FETCHED
    )
    try:
        await admin.start()
        await consumer.start()
        yield admin, consumer
    finally:
        await stopped(consumer)
        await closed(admin.close)


async def closed(close: Callable[[], Coroutine[Any, Any, None]], seconds: float = 5.0) -> None:
    """Close a client; in an outage aiokafka's stop can hang, or raise CancelledError itself."""
    task = asyncio.ensure_future(close())
    await asyncio.wait({task}, timeout=seconds)
    if not task.done():
        task.cancel()
    elif not task.cancelled():
        task.exception()  # looked at, so that nobody complains: there is nothing left to be done


async def stopped(consumer: AIOKafkaConsumer) -> None:
    """Stop a consumer for good.

    In an outage its own stop can fail at a fetch that it cut off, before it has let go of its
    connections and of the task that looks for brokers, which would then go on for ever.
    """
    await closed(consumer.stop)
    await closed(consumer._client.close)  # noqa: SLF001


async def read_to_the_end(
    consumer: AIOKafkaConsumer, partitions: Sequence[TopicPartition]
) -> AsyncIterator[Record]:
    """Every record that stands on these partitions now, oldest first within each."""
    if not partitions:
        return
    consumer.assign(list(partitions))
    ends = await consumer.end_offsets(list(partitions))
    begins = await consumer.beginning_offsets(list(partitions))
    open_ends = {tp: end for tp, end in ends.items() if begins[tp] < end}
    for tp in partitions:
        if tp in open_ends:
            consumer.seek(tp, begins[tp])
        else:
            consumer.pause(tp)
    while open_ends:
        batch = await consumer.getmany(timeout_ms=POLL_MS)
        for tp, records in batch.items():
            for record in records:
                if record.offset < ends[tp]:
                    yield record
        for tp in list(open_ends):
            if await consumer.position(tp) >= open_ends[tp]:
                del open_ends[tp]
                consumer.pause(tp)


async def look_up(settings: KafkaSettings, ticket_id: str) -> Timeline:
    """One ticket's way, read from the partitions of its key; raises KafkaError, OSError."""
    async with bystander(settings) as (admin, consumer):
        found = await _of_keys(admin, consumer, settings, {ticket_id})
        others = related(ticket_id, found)
        if others:
            found += await _of_keys(admin, consumer, settings, others)
        return timeline(ticket_id, set(found))


async def _of_keys(
    admin: AIOKafkaAdminClient,
    consumer: AIOKafkaConsumer,
    settings: KafkaSettings,
    ticket_ids: set[str],
) -> list[Sighting]:
    """All that may concern these tickets; dead letters, few and not keyed alike, in full."""
    known = places(settings.triage_namespace)
    chosen = [p for p in known.values() if p.kind in TICKET_KINDS | {Kind.DEAD_LETTERS}]
    numbers = await partitions_of(admin, [place.address for place in chosen])
    partitions = [
        TopicPartition(place.address, number)
        for place in chosen
        for number in _numbers(place, numbers.get(place.address, []), ticket_ids)
    ]
    found = []
    names = [ticket_id.encode() for ticket_id in ticket_ids]
    async for record in read_to_the_end(consumer, partitions):
        if not _may_name(record, known[record.topic], names):
            continue
        sighting = sight(record, known[record.topic])
        if ticket_ids & {sighting.ticket_id, sighting.conflicts_with}:
            found.append(sighting)
    return found


def _may_name(record: Record, place: Place, names: list[bytes]) -> bool:
    """Whether it is worth parsing: most records of a partition are about other tickets."""
    if place.kind is Kind.DEAD_LETTERS:
        return True
    return any(name in (record.value or b"") or name == record.key for name in names)


def _numbers(place: Place, numbers: list[int], ticket_ids: set[str]) -> set[int]:
    if place.kind is Kind.DEAD_LETTERS or not numbers:
        return set(numbers)
    return {partition_of(ticket_id, len(numbers)) for ticket_id in ticket_ids}


class Tail:
    """Follows every topic from its beginning, or from its last `most` records, for ever.

    Reports, and what help desks say, are read from their beginning all the same.

    `state` says in words what it does; `complete` whether nothing was passed over; `followed` when
    it last followed.
    """

    def __init__(
        self, settings: KafkaSettings, see: Callable[[Sighting], None], *, most: int | None
    ) -> None:
        self._state = "starting"
        self._moved = time.monotonic()
        self.complete = True
        self.followed: datetime | None = None
        self.caught_up = asyncio.Event()
        self._settings = settings
        self._see = see
        self._most = most
        self._places = places(settings.triage_namespace)
        self._next: dict[TopicPartition, int] = {}
        self._until: dict[TopicPartition, int] = {}

    @property
    def state(self) -> str:
        """What it does, in words; `following` only while it does."""
        silent = time.monotonic() - self._moved > SILENT_SECONDS
        return STANDS_STILL if silent else self._state

    def _is(self, state: str) -> None:
        self._state, self._moved = state, time.monotonic()

    async def run(self) -> None:
        """Until cancelled; an outage is waited out and said in `state`.

        Refused, watch stays up all the same: whoever looks at the page is to see that it is blind.
        """
        while True:
            try:
                async with bystander(self._settings, gather_ms=GATHER_MS) as (admin, consumer):
                    while True:
                        async with asyncio.timeout(ANSWER_SECONDS):
                            await self._take(admin, consumer)
                        await self._follow(consumer)
            except (KafkaError, OSError, TimeoutError) as error:
                if self._state != "Kafka is away":
                    why = await why_refused(make_admin(self._settings))
                    log.warning("waiting.for_kafka", error=type(error).__name__, why=why)
                self._is("Kafka is away")
                await asyncio.sleep(RETRY_SECONDS)

    async def _take(self, admin: AIOKafkaAdminClient, consumer: AIOKafkaConsumer) -> None:
        """Assign every partition there is, each from where it was left."""
        found = await partitions_of(admin, self._places)
        partitions = [TopicPartition(name, n) for name, ns in found.items() for n in ns]
        if set(partitions) == consumer.assignment():
            return
        consumer.assign(partitions)
        fresh = [tp for tp in partitions if tp not in self._next]
        if fresh:
            begins = await consumer.beginning_offsets(fresh)
            ends = await consumer.end_offsets(fresh)
            for tp in fresh:
                self._next[tp] = max(begins[tp], self._start(tp, ends[tp]))
                self._until[tp] = ends[tp]
                self.complete = self.complete and self._next[tp] == begins[tp]
        for tp in partitions:
            consumer.seek(tp, self._next[tp])

    def _start(self, tp: TopicPartition, end: int) -> int:
        """How far back a partition is read: all of what tells whether a report waits."""
        place = self._places[tp.topic]
        whole = place.kind is Kind.STATUS or place.queue is Queue.SECURITY
        return 0 if whole or self._most is None else end - self._most

    async def _follow(self, consumer: AIOKafkaConsumer) -> None:
        loop = asyncio.get_running_loop()
        look_again = loop.time() + (LOOK_AGAIN_SECONDS if consumer.assignment() else RETRY_SECONDS)
        while loop.time() < look_again:
            if not consumer.assignment():
                self._is("no topics yet")
                await asyncio.sleep(RETRY_SECONDS)
                return
            batch = await consumer.getmany(timeout_ms=POLL_MS, max_records=2000)
            for tp, records in batch.items():
                place = self._places[tp.topic]
                for record in records:
                    self._see(sight(record, place))
                self._next[tp] = records[-1].offset + 1
            self._note_progress()
            await asyncio.sleep(0)

    def _note_progress(self) -> None:
        for tp in [tp for tp, end in self._until.items() if self._next[tp] >= end]:
            del self._until[tp]
        if not self._until:
            self.caught_up.set()
            self.followed = datetime.now(UTC)
        self._is("catching up" if self._until else "following")


async def routed_among(settings: KafkaSettings, ticket_ids: Iterable[str]) -> set[str]:
    """Which of these tickets have ever been routed, by what stands on the queues."""
    wanted, found = set(ticket_ids), set[str]()
    known = places(settings.triage_namespace)
    queues = [place.address for place in known.values() if place.kind is Kind.QUEUE]
    async with bystander(settings) as (admin, consumer):
        numbers = await partitions_of(admin, queues)
        partitions = [TopicPartition(name, n) for name, ns in numbers.items() for n in ns]
        async for record in read_to_the_end(consumer, partitions):
            sighting = sight(record, known[record.topic])
            if sighting.routed and sighting.ticket_id in wanted:
                found.add(sighting.ticket_id)
    return found


async def stored_commits(
    admin: AIOKafkaAdminClient, group_id: str, partitions: Sequence[TopicPartition]
) -> dict[TopicPartition, OffsetAndMetadata]:
    """A group's commits with their metadata; an offset of -1 where there is none.

    A broker that has just started says for some seconds that nobody keeps the group's commits.
    """
    deadline = asyncio.get_running_loop().time() + ANSWER_SECONDS
    while True:
        try:
            found: dict[
                TopicPartition, OffsetAndMetadata
            ] = await admin.list_consumer_group_offsets(group_id, partitions=list(partitions))
        except COORDINATOR_NOT_YET:
            if asyncio.get_running_loop().time() > deadline:
                raise
            await asyncio.sleep(0.2)
        else:
            return found


async def committed_offsets(
    settings: KafkaSettings, group_id: str, partitions: Sequence[TopicPartition]
) -> dict[TopicPartition, int]:
    """What a group has committed, where it has; raises KafkaError, OSError."""
    admin = make_admin(settings)
    try:
        await admin.start()
        found = await stored_commits(admin, group_id, partitions)
    finally:
        await closed(admin.close)
    return {tp: stored.offset for tp, stored in found.items() if stored.offset >= 0}


async def end_offset(
    settings: KafkaSettings, address: str, ticket_id: str
) -> tuple[TopicPartition, int]:
    """The partition of a ticket on a topic, and where that ends now."""
    async with bystander(settings) as (admin, consumer):
        numbers = (await partitions_of(admin, [address])).get(address, [0])
        where = TopicPartition(address, partition_of(ticket_id, len(numbers)))
        return where, (await consumer.end_offsets([where]))[where]


async def read_one(settings: KafkaSettings, where: TopicPartition, offset: int) -> Record | None:
    """The record at an offset, if it still stands there."""
    async with bystander(settings) as (_, consumer):
        consumer.assign([where])
        consumer.seek(where, offset)
        for records in (await consumer.getmany(timeout_ms=5000, max_records=1)).values():
            first: Record = records[0]
            return first if first.offset == offset else None
        return None
