"""Which services does a journey of decisions need? Entitlements and the router, on their topics.

A test stands in for the classifier and the billing system, and reads the queues as a desk would.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from aiokafka import AIOKafkaConsumer, TopicPartition

from deploy.local.server import Server
from deploy.local.stack import PARTS, RunningStack, stack_processes
from shared.contracts import (
    Classified,
    Corrected,
    FeedAdvanced,
    Frozen,
    LicenceFact,
    Queue,
    SecuritySuspected,
)
from shared.envelope import Outgoing, encode
from shared.kafka import make_consumer, make_producer
from shared.process import started
from shared.settings import KafkaSettings
from shared.topics import CLASSIFIED, CORRECTIONS, LICENCES, QUEUES, SECURITY, Topic
from tests.support.queues import live_records
from tests.support.sample_run import settings_of, stored
from tests.support.waiting import eventually

SERVICES = tuple(
    part for part in PARTS if part.name in {"entitlements", "router", "router-fast-lane"}
)
Live = dict[str, list[Mapping[str, Any]]]
"""By fingerprint, what stands live on the queues."""


@dataclass
class Desk:
    """Reads every queue, as a help desk would."""

    consumer: AIOKafkaConsumer
    seen: list[tuple[str, Sequence[tuple[str, bytes | None]], bytes]] = field(default_factory=list)

    async def live(self) -> Live:
        batches = await self.consumer.getmany(timeout_ms=200)
        self.seen += [(r.topic, r.headers, r.value) for rs in batches.values() for r in rs]
        return self.folded()

    def folded(self) -> Live:
        found: Live = {}
        for records in live_records(self.seen).values():
            for record in records.values():
                found.setdefault(str(record["fingerprint"]), []).append(record)
        return found


@dataclass(frozen=True)
class World:
    """The services at work, with what a test needs to play cases through them."""

    stack: RunningStack
    settings: KafkaSettings
    desk: Desk

    def record(self, topic: Topic, data: Frozen, id_: str, key: str, source: str) -> Outgoing:
        return encode(
            topic.address(self.settings.triage_namespace),
            data,
            event_id=id_,
            source=source,
            time=datetime.now(UTC),
            subject=key,
        )

    async def publish(self, records: Iterable[Outgoing]) -> None:
        async with started(lambda: make_producer(self.settings, "test.publisher")) as producer:
            written = [
                await producer.send(r.topic, r.value, key=r.key, headers=list(r.headers))
                for r in records
            ]
            for each in written:
                await each

    async def facts(self, facts: Sequence[LicenceFact], before: int = 0) -> int:
        """Published and stored; returns how many records the topic holds."""
        await self.publish(
            self.record(LICENCES, each, f"fact-{before + n}", each.licence_id, "billing")
            for n, each in enumerate(facts)
        )
        return await self._stored(before + len(facts))

    async def heartbeat(self, until: datetime, before: int) -> int:
        beat = FeedAdvanced(complete_until=until)
        await self.publish([self.record(LICENCES, beat, until.isoformat(), "billing", "billing")])
        return await self._stored(before + 1)

    async def _stored(self, count: int) -> int:
        await eventually(lambda: stored(self.settings, count), 60, f"{count} facts stored")
        return count

    async def tickets(self, tickets: Iterable[Classified]) -> None:
        """As the classifier passes them on, reports to the security topic first."""
        given = list(tickets)
        reports = [self._suspected(each) for each in given if each.security.flag]
        await self.publish([*reports, *map(self._classified, given)])

    def _suspected(self, ticket: Classified) -> Outgoing:
        accepted = ticket.accepted
        found = SecuritySuspected(
            accepted=accepted, security=ticket.security, found_at=accepted.received_at
        )
        key = str(accepted.ticket_id)
        return self.record(SECURITY, found, accepted.fingerprint, key, "/classifier")

    def _classified(self, ticket: Classified) -> Outgoing:
        accepted = ticket.accepted
        key = str(accepted.ticket_id)
        return self.record(CLASSIFIED, ticket, accepted.fingerprint, key, "/classifier")

    async def correct(self, corrections: Iterable[Corrected]) -> None:
        await self.publish(
            self.record(CORRECTIONS, said, f"said-{n}", str(said.ticket_id), "/triage/correct")
            for n, said in enumerate(corrections)
        )

    async def everywhere(self, fingerprints: Iterable[str]) -> Live:
        """What is live of these tickets, once each stands somewhere; in their order."""
        wanted = list(fingerprints)

        async def there() -> Live | None:
            live = await self.desk.live()
            return {each: live[each] for each in wanted} if live.keys() >= set(wanted) else None

        found: Live = await eventually(there, 60, f"{len(wanted)} decisions")
        return found

    async def standing(self, wanted: Mapping[str, Queue]) -> Live:
        """What is live, once each of these stands in its queue, and there alone."""

        async def there() -> Live | None:
            live = await self.desk.live()
            return None if misplaced(wanted, live) else live

        found: Live = await eventually(there, 60, lambda: misplaced(wanted, self.desk.folded()))
        return found


def misplaced(wanted: Mapping[str, Queue], live: Live) -> dict[str, object]:
    """Every fingerprint that stands elsewhere, nowhere or twice."""
    found = {each: [record["queue"] for record in live.get(each, [])] for each in wanted}
    return {
        each: (queue.value, found[each])
        for each, queue in wanted.items()
        if found[each] != [queue.value]
    }


@asynccontextmanager
async def a_world(
    work: Path, kafka: Server, database_url: str, namespace: str
) -> AsyncIterator[World]:
    folder = work / namespace
    folder.mkdir(mode=0o711)
    given = {"TRIAGE_NAMESPACE": namespace}
    with stack_processes(folder, kafka, database_url, given, print, SERVICES) as stack:
        settings = settings_of(stack)
        async with started(lambda: make_consumer(settings, "test.desk", None)) as consumer:
            partitions = [
                TopicPartition(topic.address(namespace), partition)
                for topic in QUEUES.values()
                for partition in range(settings.triage_partitions)
            ]
            consumer.assign(partitions)
            await consumer.seek_to_beginning(*partitions)
            yield World(stack, settings, Desk(consumer))
