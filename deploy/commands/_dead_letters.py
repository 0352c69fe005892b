"""How are dead letters read, and written back?"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from uuid import UUID

import typer
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.structs import OffsetAndMetadata

from deploy.commands._output import note
from deploy.commands._running import database, has_database, producing
from deploy.failure import Failure
from services.watch.gone import Gone
from services.watch.reader import bystander, partitions_of, read_to_the_end, routed_among
from services.watch.reading import places, sight
from services.watch.replay import Answer, answer_for, returning
from services.watch.sighting import Kind, Place, Sighting
from shared.envelope import Record
from shared.kafka import make_consumer
from shared.settings import KafkaSettings

BATCH = 100
"""So many go back before that is remembered: what a kill in between may send twice."""


@dataclass(frozen=True, slots=True)
class Position:
    """Where a record lies."""

    topic: str
    partition: int
    offset: int

    @classmethod
    def parse(cls, text: str) -> Position:
        """From TOPIC:PARTITION:OFFSET; a usage error where it is not of that form."""
        topic, _, rest = text.partition(":")
        partition, _, offset = rest.partition(":")
        if not (topic and partition.isdecimal() and offset.isdecimal()):
            raise typer.BadParameter(f"{text!r} is not TOPIC:PARTITION:OFFSET")
        return cls(topic, int(partition), int(offset))


@dataclass(frozen=True, slots=True)
class Letter:
    """A dead letter: the record and what it tells. `gone`: it went back before."""

    record: Record
    sighting: Sighting
    gone: bool

    @property
    def position(self) -> Position:
        return Position(self.record.topic, self.record.partition, self.record.offset)

    @property
    def origin(self) -> Position:
        """Where the record lay: two readers of a topic can have parked the same one."""
        parked = self.sighting.parked
        if parked is None:
            return self.position
        return Position(parked.topic, parked.partition, parked.offset)

    @property
    def reader(self) -> str:
        return self.sighting.parked.reader if self.sighting.parked else ""

    @property
    def reason(self) -> str:
        return self.sighting.parked.reason if self.sighting.parked else "unknown"

    def document(self) -> dict[str, object]:
        """All of it; what is not UTF-8 is shown with replacement characters."""
        return {
            "topic": self.record.topic,
            "partition": self.record.partition,
            "offset": self.record.offset,
            "at": self.sighting.at,
            "ticket_id": self.sighting.ticket_id,
            "went_back": self.gone,
            "key": _text(self.record.key),
            "headers": {name: _text(value) for name, value in self.record.headers},
            "value": _text(self.record.value),
        }


@dataclass(slots=True)
class Summary:
    """How many dead letters lie on a topic for one reason."""

    topic: str
    reader: str
    reason: str
    count: int = 0
    gone: int = 0
    newest: datetime = field(default=datetime.min.replace(tzinfo=UTC))

    def add(self, letter: Letter) -> None:
        self.count += 1
        self.gone += letter.gone
        self.newest = max(self.newest, letter.sighting.at)

    def document(self) -> dict[str, object]:
        return {
            "topic": self.topic,
            "reader": self.reader,
            "reason": self.reason,
            "count": self.count,
            "went_back": self.gone,
            "newest": self.newest,
        }


@dataclass(frozen=True, slots=True)
class Done:
    """What became of a dead letter in a replay."""

    letter: Letter
    answer: Answer


def replay_group(settings: KafkaSettings) -> str:
    """The group whose commits remember what went back."""
    return f"{settings.triage_namespace}.dlq-replay"


async def letters(settings: KafkaSettings, only: Position | None = None) -> list[Letter]:
    """The dead letters that stand now, of one partition where `only` names a record there."""
    known = _dead_letter_places(settings)
    addresses = [only.topic] if only is not None else sorted(known)
    async with bystander(settings) as (admin, consumer):
        numbers = await partitions_of(admin, [a for a in addresses if a in known])
        partitions = [TopicPartition(name, n) for name, ns in numbers.items() for n in ns]
        gone = await _gone(admin, settings, partitions)
        return [
            Letter(
                record,
                sight(record, known[record.topic]),
                record.offset in gone[TopicPartition(record.topic, record.partition)],
            )
            async for record in read_to_the_end(consumer, partitions)
        ]


async def replay_all(
    settings: KafkaSettings,
    topic: str | None,
    reasons: frozenset[str],
    most: int,
    *,
    dry_run: bool,
) -> list[Done]:
    """Put back what may go back, at most `most`; what became of each that was looked at.

    Written first, remembered after: a kill in between sends some again, which their stable ids
    and the ledger make harmless.
    """
    if topic is not None and topic not in _dead_letter_places(settings):
        raise typer.BadParameter(f"{topic!r} is not a dead-letter topic; see triage dlq list")
    found = [
        letter
        for letter in await letters(settings)
        if topic in (None, letter.record.topic) and (not reasons or letter.reason in reasons)
    ]
    decided = await _decided(settings, found)
    done = list(_judged(settings, found, decided, most))
    if dry_run:
        return done
    async with (
        producing(settings, "triage-dlq-replay") as producer,
        _remembering(settings) as memory,
    ):
        for start in range(0, len(done), BATCH):
            batch = done[start : start + BATCH]
            for each in batch:
                if each.answer is Answer.REPLAY:
                    await _send(producer, each.letter)
            await memory.remember([each for each in batch if each.answer in _FINAL])
    return done


_FINAL = frozenset({Answer.REPLAY, Answer.TWIN, Answer.DECIDED})
"""Nothing more is to be done with these."""


def _judged(
    settings: KafkaSettings, found: Iterable[Letter], decided: set[str], most: int
) -> Iterable[Done]:
    topics = frozenset(
        place.address
        for place in places(settings.triage_namespace).values()
        if place.kind is not Kind.DEAD_LETTERS
    )
    going: set[Position] = set()
    for letter in found:
        answer = answer_for(
            letter.sighting,
            gone=letter.gone,
            decided=letter.sighting.ticket_id in decided,
            known_topics=topics,
        )
        if answer is Answer.REPLAY and letter.origin in going:
            answer = Answer.TWIN
        if answer is Answer.REPLAY:
            if len(going) == most:
                note(f"stopped at {most}; --max says how many")
                return
            going.add(letter.origin)
        yield Done(letter, answer)


async def _decided(settings: KafkaSettings, found: Sequence[Letter]) -> set[str]:
    """Which tickets have a decision: by the ledger, else by what stands on the queues."""
    ids = {letter.sighting.ticket_id for letter in found if not letter.gone} - {None}
    asked = sorted(str(ticket_id) for ticket_id in ids)
    if not asked:
        return set()
    if not has_database():
        note("note: DATABASE_URL is not set; asking the queues, not the ledger, what is decided")
        return await routed_among(settings, asked)
    async with database() as connection:
        rows = await connection.fetch(
            "select distinct ticket_id from ledger where ticket_id = any($1::uuid[])",
            [UUID(ticket_id) for ticket_id in asked],
        )
    return {str(row["ticket_id"]) for row in rows}


async def _send(producer: AIOKafkaProducer, letter: Letter) -> None:
    back = returning(letter.sighting, letter.record.headers)
    await producer.send_and_wait(
        back.topic,
        letter.record.value,
        key=letter.record.key,
        partition=back.partition,
        headers=list(back.headers),
    )


class Memory:
    """What went back, as the commits of a group that nobody joins."""

    def __init__(self, consumer: AIOKafkaConsumer, gone: dict[TopicPartition, Gone]) -> None:
        self._consumer = consumer
        self._gone = gone

    async def remember(self, done: Sequence[Done]) -> None:
        """Raises Failure where there are more gaps than a commit can hold."""
        commits = {}
        for tp in {TopicPartition(d.letter.record.topic, d.letter.record.partition) for d in done}:
            offsets = [
                d.letter.record.offset
                for d in done
                if (d.letter.record.topic, d.letter.record.partition) == tp
            ]
            self._gone[tp] = self._gone.get(tp, Gone()).and_these(offsets)
            commits[tp] = OffsetAndMetadata(self._gone[tp].below, self._metadata(tp))
        if commits:
            self._consumer.assign(list(commits))
            await self._consumer.commit(commits)

    def _metadata(self, tp: TopicPartition) -> str:
        try:
            return self._gone[tp].metadata()
        except ValueError as error:
            raise Failure(f"{tp.topic}: {error}; replay it without --reason") from None


@asynccontextmanager
async def _remembering(settings: KafkaSettings) -> AsyncIterator[Memory]:
    async with bystander(settings) as (admin, _):
        numbers = await partitions_of(admin, _dead_letter_places(settings))
        partitions = [TopicPartition(name, n) for name, ns in numbers.items() for n in ns]
        gone = await _gone(admin, settings, partitions)
    consumer = make_consumer(settings, "triage-dlq-replay", replay_group(settings))
    try:
        await consumer.start()
        yield Memory(consumer, gone)
    finally:
        await consumer.stop()


async def _gone(
    admin: AIOKafkaAdminClient, settings: KafkaSettings, partitions: Sequence[TopicPartition]
) -> dict[TopicPartition, Gone]:
    if not partitions:
        return {}
    stored = await admin.list_consumer_group_offsets(
        replay_group(settings), partitions=list(partitions)
    )
    return {
        tp: Gone.read(stored[tp].offset, stored[tp].metadata or "") if tp in stored else Gone()
        for tp in partitions
    }


def _dead_letter_places(settings: KafkaSettings) -> dict[str, Place]:
    return {
        address: place
        for address, place in places(settings.triage_namespace).items()
        if place.kind is Kind.DEAD_LETTERS
    }


def _text(value: bytes | None) -> str | None:
    return None if value is None else bytes(value).decode("utf-8", "replace")
