"""What do the topics remember of decisions and facts? Read to their ends, for a rebuild."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient

from deploy.commands._progress import progress
from deploy.failure import Failure
from services.entitlements.handlers import appended_at, read_licence
from services.entitlements.rebuild import judged_again, waiting
from services.entitlements.store import Mark, PostgresStore, Provisional, Ticket
from services.router.restore.evidence import Kind, Seen, seen
from services.router.restore.staging import Staging
from services.watch.lag import lags
from services.watch.reader import partitions_of, read_to_the_end, stored_commits
from shared.contracts import Entitled, LicenceFact
from shared.envelope import Record
from shared.failures import Permanent
from shared.settings import KafkaSettings
from shared.topics import CORRECTIONS, ENTITLED, LICENCES, QUEUES, SECURITY, Reader, Topic, group

COMMITTED_BY = {
    ENTITLED: Reader.ROUTER,
    SECURITY: Reader.ROUTER_SECURITY,
    CORRECTIONS: Reader.ROUTER_CORRECTIONS,
    LICENCES: Reader.ENTITLEMENTS_LICENCES,
}
"""Which group has taken a topic's records into the database."""
MUST_REST = (*COMMITTED_BY.values(), Reader.ENTITLEMENTS)
OF_DECISIONS = (*QUEUES.values(), SECURITY, ENTITLED, CORRECTIONS)
BATCH = 500

Offsets = Mapping[TopicPartition, int]


async def refuse_if_active(settings: KafkaSettings) -> None:
    """Raises Failure while a process may write to the database that is being rebuilt."""
    names = {group(settings.triage_namespace, reader) for reader in MUST_REST}
    active = sorted({lag.group for lag in await lags(settings) if lag.members} & names)
    if active:
        raise Failure(
            f"still running: {', '.join(active)}; stop router and entitlements first (a process"
            " that was killed hard leaves its group after 10 s)"
        )


@dataclass(slots=True)
class Memory:
    """The topics, up to where they end now. `unreadable`: records that are no events of ours."""

    settings: KafkaSettings
    admin: AIOKafkaAdminClient
    consumer: AIOKafkaConsumer
    unreadable: int = 0
    _committed: dict[TopicPartition, int] = field(default_factory=dict)

    async def stage(self, staging: Staging, provisional: PostgresStore) -> None:
        """Put aside all that tells of decisions; settle which provisional answers wait."""
        batch: list[Seen] = []
        async for record in self._read(OF_DECISIONS, "reading decisions and what they rest on"):
            found = self._seen(record)
            if found is None:
                continue
            batch.append(found)
            if len(batch) == BATCH:
                await _keep(staging, provisional, batch)
                batch = []
        await _keep(staging, provisional, batch)

    async def licences(self, store: PostgresStore) -> None:
        """Facts and heartbeats that were stored once are stored again; the others will come."""
        batch: list[Record] = []
        async for record in self._read((LICENCES,), "reading licence facts"):
            if not self._done(record):
                continue
            batch.append(record)
            if len(batch) == BATCH:
                await self._store(store, batch)
                batch = []
        await self._store(store, batch)

    async def _store(self, store: PostgresStore, records: Sequence[Record]) -> None:
        facts, marks = [], []
        for record in records:
            try:
                event = read_licence(record)
            except Permanent:
                self.unreadable += 1  # parked once already
                continue
            learned_at = appended_at(record)
            if isinstance(event.data, LicenceFact):
                facts.append((event.data, learned_at))
            else:
                marks.append(Mark(event.source, event.data.complete_until, learned_at))
        await store.save(facts, marks)

    def _seen(self, record: Record) -> Seen | None:
        try:
            return seen(record, done=self._done(record))
        except Permanent:
            self.unreadable += 1
            return None

    def _done(self, record: Record) -> bool:
        where = TopicPartition(record.topic, record.partition)
        return record.offset < self._committed.get(where, 0)

    async def _read(self, topics: Sequence[Topic], what: str) -> AsyncIterator[Record]:
        namespace = self.settings.triage_namespace
        addresses = {topic.address(namespace): topic for topic in topics}
        there = await partitions_of(self.admin, addresses)
        missing = sorted(addresses.keys() - there.keys())
        if missing:
            raise Failure(f"not on this broker: {', '.join(missing)}; is it the right one?")
        partitions = [TopicPartition(name, n) for name, ns in there.items() for n in ns]
        for topic, reader in COMMITTED_BY.items():
            mine = [tp for tp in partitions if tp.topic == topic.address(namespace)]
            if mine:
                found = await stored_commits(self.admin, group(namespace, reader), mine)
                self._committed |= {tp: each.offset for tp, each in found.items()}
        self.consumer.assign(partitions)
        begins = await self.consumer.beginning_offsets(partitions)
        ends = await self.consumer.end_offsets(partitions)
        with progress(what, sum(ends[tp] - begins[tp] for tp in partitions)) as advance:
            for name in there:  # one after the other: what is fetched ahead stays small
                mine = [tp for tp in partitions if tp.topic == name]
                async for record in read_to_the_end(self.consumer, mine):
                    yield record
                    advance(1)


async def _keep(staging: Staging, store: PostgresStore, batch: Sequence[Seen]) -> None:
    await staging.add(batch)
    entitled = [Entitled.model_validate_json(r.raw) for r in batch if r.kind is Kind.ENTITLED]
    kept: list[Provisional] = [p for p in map(waiting, entitled) if p is not None]
    judged: list[Ticket] = [t for t in map(judged_again, entitled) if t is not None]
    if kept:
        await store.remember(kept)
        await store.announce([each.ticket for each in kept])
    if judged:
        await store.forget(judged)
