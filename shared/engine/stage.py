"""How does a stage work? Read a batch, decide, write, acknowledge, commit; or seek back.

One rule above all: only what is written and settled is ever committed, and every other way out of
a batch seeks back to its first offset, so nothing is passed over. Repeats are harmless: ids are
stable, the ledger is first-wins, and what this process has written it does not write again.
"""

from __future__ import annotations

import asyncio
import math
import time
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, Generic, NamedTuple, TypeVar

import structlog
from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.errors import KafkaError, MessageSizeTooLargeError

from shared import metrics
from shared.contracts import StageFailure
from shared.engine.assignment import take_all_partitions
from shared.engine.batch import Batch
from shared.engine.dead_letters import parked
from shared.engine.offsets import Done
from shared.engine.outage import wait_out
from shared.engine.progress import Progress
from shared.engine.publisher import Publisher
from shared.engine.revocation import Revocation
from shared.engine.steps import Hook, Step, no_hook
from shared.envelope import Event, Outgoing, Record
from shared.failures import Permanent, StopTheLine, Transient
from shared.topics import Reader, Topic, group
from shared.tracing import Hop, is_collected, now_ns, where

log = structlog.get_logger()
EventT = TypeVar("EventT", bound=Event[Any])
ResultT = TypeVar("ResultT")

BATCH = 500
POLL_SECONDS = 1.0
ATTEMPTS = 3
BAD_IN_A_ROW = 100
"""Past this many unacceptable records in a row on a topic of our own, we are wrong."""
COMMIT_SECONDS = 20.0
LAST_WRITE_SECONDS = 5.0
"""How long a stage that is told to stop still waits for what it writes."""


class Outcome(NamedTuple):
    """What a decision on one record leaves to be written.

    `urgent` is written and acknowledged, through a producer of its own, before `outgoing` of
    the whole batch. `parked`: the record can't be accepted after all. `note` is the service's
    own, handed back to `settle`.
    """

    urgent: tuple[Outgoing, ...] = ()
    outgoing: tuple[Outgoing, ...] = ()
    parked: Permanent | None = None
    note: object = None


async def nothing_to_settle(_outcomes: Sequence[Outcome]) -> None:
    """For stages without a ledger."""


@dataclass(frozen=True, slots=True)
class Work(Generic[EventT]):
    """What a service gives the engine.

    `read` parses one record or raises Permanent. `decide` answers with one outcome per event,
    in their order. `settle` runs after all was acknowledged, before the commit. `give_up`
    says where an accepted ticket goes that `decide` fails on; without it such a record is
    parked. `alone`: take every partition instead of joining a group; back at once after a
    crash, for there is no dead member to wait for. Such a stage commits each batch at once.
    """

    reader: Reader
    source: Topic
    read: Callable[[Record], EventT]
    decide: Callable[[Sequence[EventT]], Awaitable[Sequence[Outcome]]]
    settle: Callable[[Sequence[Outcome]], Awaitable[None]] = nothing_to_settle
    give_up: Callable[[EventT, StageFailure], Outcome] | None = None
    batch: int = BATCH
    alone: bool = False


@dataclass(slots=True)
class Stage(Generic[EventT]):
    """Runs one Work on one consumer until told to stop."""

    work: Work[EventT]
    namespace: str
    consumer: AIOKafkaConsumer
    publisher: Publisher
    urgent_publisher: Publisher
    hook: Hook = no_hook
    progress: Progress = field(init=False)
    _stopping: asyncio.Event = field(default_factory=asyncio.Event)
    _revocation: Revocation = field(init=False)
    _done: Done = field(default_factory=Done)
    _writing: asyncio.Timeout | None = None
    _bad_in_a_row: int = 0

    def __post_init__(self) -> None:
        self.progress = Progress(self.work.reader.value)
        address = self.work.source.address(self.namespace)
        self._revocation = Revocation(
            self.progress,
            lambda: bool(self.consumer.partitions_for_topic(address)),
            self._commit,
        )

    async def run(self) -> None:
        """Work until `stop`; raises StopTheLine where going on would do harm."""
        address = self.work.source.address(self.namespace)
        if not self.work.alone:
            self.consumer.subscribe([address], listener=self._revocation)
        self.progress.started = True
        known = self._revocation.epoch
        while not self._stopping.is_set():
            if self.work.alone:
                self.progress.assigned = await take_all_partitions(self.consumer, address)
            records = await self._poll()
            epoch = self._revocation.epoch
            async with self._revocation.batch_in_hand():
                # A rebalance sets the positions back to what is committed: the rest comes again.
                if known != self._revocation.epoch:
                    known = self._revocation.epoch
                    self._done.clear()
                if records and epoch == known:
                    await self._handle(Batch.of(records))
                if self.work.alone or not self._done.wait():
                    await self._commit()
        async with self._revocation.batch_in_hand():
            await self._commit()

    def stop(self) -> None:
        """Finish the batch in hand, then return from `run`."""
        if self._writing is not None and not self._stopping.is_set():
            now = asyncio.get_running_loop().time()
            self._writing.reschedule(now + LAST_WRITE_SECONDS)
        self._stopping.set()

    async def _poll(self) -> Mapping[TopicPartition, Sequence[Record]]:
        """Records by partition, at most as many as a batch may have."""
        self.progress.polled()
        try:
            polled: Mapping[TopicPartition, Sequence[Record]] = await self.consumer.getmany(
                timeout_ms=math.ceil(min(POLL_SECONDS, self._done.wait()) * 1000),
                max_records=self.work.batch,
            )
        except Exception as error:  # whatever was drawn before it must be drawn again
            log.exception("poll.failed", stage=self.progress.stage, error=type(error).__name__)
            self._done.clear()
            with suppress(Transient):
                await self._patiently(self._back_to_committed)
            await self._pause(1.0)
            return {}
        return polled

    async def _handle(self, batch: Batch) -> None:
        """One batch from records to what may be committed; else back to its first offsets."""
        self.progress.batch_begins()
        done = False
        try:
            await self._work_through(batch)
            self._done.add(batch)
            done = True
            self._measure_lag(batch)
        except Transient as error:
            log.warning("batch.let_go", stage=self.progress.stage, error=str(error))
        finally:
            self.progress.batch_ends()
            if not done:
                self._seek_back(batch)
        if not done:
            await self._pause(0.2)

    async def _work_through(self, batch: Batch) -> None:
        began, began_ns = time.monotonic(), now_ns()
        events, dead = await self._read(batch)
        outcomes = await self._decide(events, dead)
        hops: list[Hop] = []
        if is_collected():
            hops = [self._hop(*each, began_ns) for each in zip(events, outcomes, strict=True)]
            outcomes = [_carried(*each) for each in zip(hops, outcomes, strict=True)]
        await self._write(Step.URGENT, self.urgent_publisher, _all(o.urgent for o in outcomes))
        ordinary = _all(o.outgoing for o in outcomes) + dead
        await self._write(Step.PRODUCE, self.publisher, ordinary)
        for hop in hops:
            hop.end()
        await self.hook(Step.SETTLE, "before")
        await self._patiently(lambda: self.work.settle(outcomes))
        await self.hook(Step.SETTLE, "after")
        self._count(batch, parked_count=len(dead), seconds=time.monotonic() - began)

    def _hop(self, event: EventT, outcome: Outcome, began_ns: int) -> Hop:
        """The span of one record, whatever else was in its batch."""
        return Hop.begin(
            f"{self.progress.stage} process",
            event.traceparent,
            outcome.urgent + outcome.outgoing,
            began_ns=began_ns,
            attributes=where(event.record, group(self.namespace, self.work.reader)),
        )

    async def _read(self, batch: Batch) -> tuple[list[EventT], list[Outgoing]]:
        await self.hook(Step.READ, "before")
        events: list[EventT] = []
        dead: list[Outgoing] = []
        for record in batch.records:
            try:
                events.append(self.work.read(record))
                self._bad_in_a_row = 0
            except Permanent as failure:
                dead.append(self._park(record, failure))
        await self.hook(Step.READ, "after")
        return events, dead

    async def _decide(self, events: list[EventT], dead: list[Outgoing]) -> list[Outcome]:
        """One outcome per event; a record that `decide` trips over harms no neighbour."""
        await self.hook(Step.DECIDE, "before")
        try:
            outcomes = list(await self._patiently(lambda: self.work.decide(events)))
        except (Transient, StopTheLine):
            raise
        except Exception as error:  # whatever it is, the neighbours go on
            log.exception("batch.isolated", stage=self.progress.stage, error=type(error).__name__)
            outcomes = [await self._decide_alone(event) for event in events]
        for event, outcome in zip(events, outcomes, strict=True):
            if outcome.parked is not None:
                dead.append(self._park(event.record, outcome.parked))
        await self.hook(Step.DECIDE, "after")
        return outcomes

    async def _decide_alone(self, event: EventT) -> Outcome:
        error_name = ""
        for _ in range(ATTEMPTS):
            try:
                return (await self._patiently(lambda: self.work.decide([event])))[0]
            except (Transient, StopTheLine):
                raise
            except Exception as error:  # named in the dead letter below
                error_name = type(error).__name__
                log.exception("record.failed", stage=self.progress.stage, **_whereabouts(event))
        failure = Permanent("unprocessable", error_name)
        if self.work.give_up is None:
            return Outcome(parked=failure)
        passed_on = self.work.give_up(
            event, StageFailure(stage=self.work.reader, reason=error_name)
        )
        return Outcome(passed_on.urgent, passed_on.outgoing, failure, passed_on.note)

    def _park(self, record: Record, failure: Permanent) -> Outgoing:
        self._bad_in_a_row += 1
        if self.work.source.ours and self._bad_in_a_row > BAD_IN_A_ROW:
            message = f"{self._bad_in_a_row} unacceptable records in a row: {failure}"
            raise StopTheLine(message)
        metrics.PARKED.labels(self.progress.stage, failure.reason).inc()
        log.warning(
            "record.parked",
            stage=self.progress.stage,
            topic=record.topic,
            partition=record.partition,
            offset=record.offset,
            reason=failure.reason,
            detail=failure.detail,
        )
        return parked(
            record,
            failure,
            source=self.work.source,
            reader=self.work.reader,
            namespace=self.namespace,
            attempts=ATTEMPTS if failure.reason == "unprocessable" else 1,
        )

    async def _write(self, step: Step, publisher: Publisher, records: list[Outgoing]) -> None:
        """A write that waits for Kafka without end is let go when the process is told to stop."""
        await self.hook(step, "before")
        if records:
            self._writing = asyncio.timeout(LAST_WRITE_SECONDS if self._stopping.is_set() else None)
            try:
                async with self._writing:
                    written = await publisher.publish(records)
            except MessageSizeTooLargeError as error:
                raise StopTheLine(f"a record of ours is too large: {error}") from error
            except TimeoutError as error:
                raise Transient("stopped while Kafka was away") from error
            finally:
                self._writing = None
            metrics.PRODUCED.labels(self.progress.stage).inc(written)
        await self.hook(step, "after")

    async def _commit(self) -> None:
        """Commit what is done; what Kafka does not take is tried again with what follows."""
        if not self._done.offsets:
            return
        await self.hook(Step.COMMIT, "before")
        assigned = self.consumer.assignment()
        offsets = {tp: offset for tp, offset in self._done.offsets.items() if tp in assigned}
        seconds = COMMIT_SECONDS / 4 if self._stopping.is_set() else COMMIT_SECONDS
        try:
            if offsets:
                await asyncio.wait_for(self.consumer.commit(offsets), seconds)
        except (KafkaError, TimeoutError) as error:
            log.warning("commit.failed", stage=self.progress.stage, error=type(error).__name__)
            self._done.try_again()
            return
        self._done.clear()
        self.progress.committed()
        await self.hook(Step.COMMIT, "after")

    def _seek_back(self, batch: Batch) -> None:
        assigned = self.consumer.assignment()
        for tp, offset in batch.first_offsets.items():
            if tp in assigned:
                self.consumer.seek(tp, offset)

    async def _patiently(self, work: Callable[[], Awaitable[ResultT]]) -> ResultT:
        return await wait_out(
            work,
            progress=self.progress,
            let_go=lambda: self._stopping.is_set() or self._revocation.asked,
            pause=self._pause,
        )

    async def _back_to_committed(self) -> None:
        for tp in self.consumer.assignment():
            committed = await self.consumer.committed(tp)
            if committed is None:
                await self.consumer.seek_to_beginning(tp)
            else:
                self.consumer.seek(tp, committed)

    async def _pause(self, seconds: float) -> None:
        """Sleep, or wake at once when told to stop."""
        try:
            await asyncio.wait_for(self._stopping.wait(), seconds)
        except TimeoutError:
            return

    def _count(self, batch: Batch, *, parked_count: int, seconds: float) -> None:
        stage = self.progress.stage
        metrics.CONSUMED.labels(stage).inc(len(batch.records))
        metrics.BATCH_SECONDS.labels(stage).observe(seconds)
        metrics.BATCH_RECORDS.labels(stage).observe(len(batch.records))
        now = time.time()
        ages = [max(0.0, now - record.timestamp / 1000) for record in batch.records]
        metrics.AGE_SECONDS.labels(stage).observe_all(ages)
        log.debug("batch.done", stage=stage, records=len(batch.records), parked=parked_count)

    def _measure_lag(self, batch: Batch) -> None:
        lag = 0
        for tp, offset in batch.next_offsets.items():
            lag += max(0, (self.consumer.highwater(tp) or offset) - offset)
        self.progress.lag = lag
        newest = max(record.timestamp for record in batch.records)
        self.progress.oldest_seconds = max(0.0, time.time() - newest / 1000) if lag else 0.0
        metrics.LAG.labels(self.progress.stage).set(lag)
        metrics.OLDEST_SECONDS.labels(self.progress.stage).set(self.progress.oldest_seconds)


def _carried(hop: Hop, outcome: Outcome) -> Outcome:
    urgent, outgoing = hop.carry(outcome.urgent), hop.carry(outcome.outgoing)
    return outcome._replace(urgent=urgent, outgoing=outgoing)


def _all(groups: Iterable[Iterable[Outgoing]]) -> list[Outgoing]:
    return [record for group in groups for record in group]


def _whereabouts(event: Event[Any]) -> dict[str, object]:
    record = event.record
    return {
        "topic": record.topic,
        "partition": record.partition,
        "offset": record.offset,
        "ticket_id": event.subject,
    }
