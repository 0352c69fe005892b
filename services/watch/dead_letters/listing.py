"""Which dead letters are there, and which were dealt with?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from aiokafka import TopicPartition
from aiokafka.admin import AIOKafkaAdminClient

from services.watch.dead_letters.gone import Gone
from services.watch.reader import (
    bystander,
    partitions_of,
    read_to_the_end,
    stored_commits,
)
from services.watch.reading import places, sight
from services.watch.sighting import Kind, Place, Sighting
from shared.envelope import Record
from shared.settings import KafkaSettings


@dataclass(frozen=True, slots=True)
class Position:
    """Where a record lies."""

    topic: str
    partition: int
    offset: int

    @classmethod
    def parse(cls, text: str) -> Position:
        """From TOPIC:PARTITION:OFFSET; raises ValueError where it is not of that form."""
        topic, _, rest = text.partition(":")
        partition, _, offset = rest.partition(":")
        if not (topic and partition.isdecimal() and offset.isdecimal()):
            raise ValueError(f"{text!r} is not TOPIC:PARTITION:OFFSET")
        return cls(topic, int(partition), int(offset))


@dataclass(frozen=True, slots=True)
class Letter:
    """A dead letter: the record and what it tells. `gone`: it was dealt with before."""

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
            "dealt_with": self.gone,
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
            "dealt_with": self.gone,
            "newest": self.newest,
        }


def replay_group(settings: KafkaSettings) -> str:
    """The group whose commits remember what went back."""
    return f"{settings.triage_namespace}.dlq-replay"


async def letters(settings: KafkaSettings, only: Position | None = None) -> list[Letter]:
    """The dead letters that stand now, of one partition where `only` names a record there."""
    known = dead_letter_places(settings)
    addresses = [only.topic] if only is not None else sorted(known)
    async with bystander(settings) as (admin, consumer):
        numbers = await partitions_of(admin, [a for a in addresses if a in known])
        partitions = [TopicPartition(name, n) for name, ns in numbers.items() for n in ns]
        gone = await gone_of(admin, settings, partitions)
        return [
            Letter(
                record,
                sight(record, known[record.topic]),
                record.offset in gone[TopicPartition(record.topic, record.partition)],
            )
            async for record in read_to_the_end(consumer, partitions)
        ]


async def stored_gone(
    admin: AIOKafkaAdminClient, settings: KafkaSettings
) -> dict[tuple[str, int], Gone]:
    """What went back already, by dead-letter topic and partition."""
    numbers = await partitions_of(admin, dead_letter_places(settings))
    partitions = [TopicPartition(name, n) for name, ns in numbers.items() for n in ns]
    return {
        (tp.topic, tp.partition): gone
        for tp, gone in (await gone_of(admin, settings, partitions)).items()
    }


async def gone_of(
    admin: AIOKafkaAdminClient, settings: KafkaSettings, partitions: Sequence[TopicPartition]
) -> dict[TopicPartition, Gone]:
    """What went back already, by what the replay group has committed."""
    if not partitions:
        return {}
    stored = await stored_commits(admin, replay_group(settings), partitions)
    return {
        tp: Gone.read(stored[tp].offset, stored[tp].metadata or "") if tp in stored else Gone()
        for tp in partitions
    }


def dead_letter_places(settings: KafkaSettings) -> dict[str, Place]:
    return {
        address: place
        for address, place in places(settings.triage_namespace).items()
        if place.kind is Kind.DEAD_LETTERS
    }


def _text(value: bytes | None) -> str | None:
    return None if value is None else bytes(value).decode("utf-8", "replace")
