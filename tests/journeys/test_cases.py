"""Do the worked cases end where people decided, through the real services?"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import asyncpg
import pytest
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
    Security,
    SecuritySuspected,
    Verdict,
)
from shared.envelope import Outgoing, encode
from shared.kafka import make_consumer, make_producer
from shared.process import started
from shared.settings import KafkaSettings
from shared.topics import CLASSIFIED, CORRECTIONS, LICENCES, QUEUES, SECURITY, Topic
from tests.journeys.cases import Case, cases_together
from tests.support.builders import a_finding
from tests.support.queues import live_records
from tests.support.sample_run import settings_of, stored
from tests.support.waiting import eventually

pytestmark = [pytest.mark.real, pytest.mark.timeout(300)]
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

    async def tickets(self, cases: Iterable[Case]) -> None:
        """Each as the classifier passes it on, reports to the security topic first."""
        given = list(cases)
        reports = [self._suspected(case) for case in given if case.security.flag]
        await self.publish([*reports, *map(self._classified, given)])

    def _suspected(self, case: Case) -> Outgoing:
        found = SecuritySuspected(
            accepted=case.accepted, security=case.security, found_at=case.accepted.received_at
        )
        key = str(case.accepted.ticket_id)
        return self.record(SECURITY, found, case.accepted.fingerprint, key, "/classifier")

    def _classified(self, case: Case) -> Outgoing:
        ticket = Classified(accepted=case.accepted, security=case.security, verdict=case.verdict)
        key = str(case.accepted.ticket_id)
        return self.record(CLASSIFIED, ticket, case.accepted.fingerprint, key, "/classifier")

    async def correct(self, corrections: Iterable[Corrected]) -> None:
        await self.publish(
            self.record(CORRECTIONS, said, f"said-{n}", str(said.ticket_id), "/triage/correct")
            for n, said in enumerate(corrections)
        )

    async def standing(self, wanted: Mapping[str, Queue]) -> Live:
        """What is live, once each of these stands in its queue, and there alone."""

        async def there() -> Live | None:
            live = await self.desk.live()
            return None if _wrong(wanted, live) else live

        found: Live = await eventually(there, 60, lambda: _wrong(wanted, self.desk.folded()))
        return found


def _wrong(wanted: Mapping[str, Queue], live: Live) -> dict[str, object]:
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


async def test_the_worked_cases_end_where_people_decided(
    work: Path, kafka: Server, database_url: str, namespace: str
) -> None:
    reach = datetime.now(UTC) - timedelta(days=3)
    cases = cases_together(reach)
    expected = {case.accepted.fingerprint: case.expected.queue for case in cases}
    async with a_world(work, kafka, database_url, namespace) as world:
        known = await world.facts([fact for case in cases for fact in case.facts])

        # Before the feed was ever heard; and the first of two texts under one key.
        early = [case for case in cases if case.complete_until is None]
        first_texts = [_another_text(case) for case in cases if case.other_words]
        await world.tickets([*early, *first_texts])
        of_early = {
            case.accepted.fingerprint: expected[case.accepted.fingerprint] for case in early
        }
        await world.standing(
            of_early | {text.accepted.fingerprint: text.expected.queue for text in first_texts}
        )

        known = await world.heartbeat(reach, known)
        await world.tickets(case for case in cases if case.complete_until is not None)
        live = await world.standing(expected)
        assert _unlike(cases, live) == {}

        # What is learned later, and what people say.
        learned = [f for case in cases for f in case.learned if f not in case.facts]
        known = await world.facts(learned, known)
        await world.heartbeat(reach + timedelta(days=2), known)
        await world.correct(said for case in cases for said in case.corrections)
        finally_ = {case.accepted.fingerprint: case.then.queue for case in cases if case.then}
        await world.standing(expected | finally_)
    assert await _revisions(database_url) == {
        case.accepted.fingerprint: case.then.revisions if case.then else 1 for case in cases
    } | {text.accepted.fingerprint: 1 for text in first_texts}


def test_a_case_that_ends_elsewhere_nowhere_or_twice_is_named() -> None:
    renewal, core = {"queue": "renewal"}, {"queue": "core"}
    wanted = {name: Queue.RENEWAL for name in ("right", "elsewhere", "nowhere", "twice")}
    live: Live = {"right": [renewal], "elsewhere": [core], "twice": [renewal, core]}
    assert set(_wrong(wanted, live)) == {"elsewhere", "nowhere", "twice"}


def _another_text(case: Case) -> Case:
    """What came under the case's key before: the same customer's extension question."""
    other = case.accepted.fingerprint[::-1]
    accepted = case.accepted.model_copy(update={"fingerprint": other})
    expected = case.expected.model_copy(update={"queue": Queue.EXTENSIONS})
    asks = Verdict(findings=(a_finding(extension="WooSync"),), decided=True)
    return replace(case, accepted=accepted, expected=expected, verdict=asks, security=Security())


def _unlike(cases: Iterable[Case], live: Live) -> dict[str, object]:
    """By case, what differs from what people wrote down; reports carry no coverage."""
    found: dict[str, object] = {}
    for case in cases:
        (record,) = live[case.accepted.fingerprint]
        wanted, has = _as_expected(case, record)
        if wanted != has:
            found[case.name] = (wanted, has)
    return found


def _as_expected(case: Case, record: Mapping[str, Any]) -> tuple[object, object]:
    expected, coverage, reply = case.expected, record["coverage"], record["reply"]
    if record["queue"] == Queue.SECURITY:
        return None, coverage
    text = reply["text"] if reply else ""
    return (
        (
            expected.status,
            expected.identity,
            expected.site,
            list(expected.reasons),
            expected.provisional,
            expected.review or record["review_reason"],
            expected.reply or (reply and reply["key"]),
            list(expected.says),
            record["ticket_id"] != str(case.accepted.ticket_id),
        ),
        (
            coverage["status"],
            coverage["identity"],
            coverage["site"],
            coverage["reasons"],
            coverage["provisional"],
            record["review_reason"],
            reply and reply["key"],
            [words for words in expected.says if words in text],
            case.other_words,
        ),
    )


async def _revisions(dsn: str) -> dict[str, int]:
    connection = await asyncpg.connect(dsn)
    try:
        rows = await connection.fetch(
            "select fingerprint, max(revision) as last from router.cases"
            " join router.decisions using (ticket_id) group by fingerprint"
        )
    finally:
        await connection.close()
    return {row["fingerprint"]: row["last"] for row in rows}
