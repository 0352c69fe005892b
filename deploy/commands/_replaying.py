"""How do dead letters go back to where they came from?"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from uuid import UUID

import typer
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka.structs import OffsetAndMetadata

from deploy.commands._dead_letters import (
    Letter,
    Position,
    dead_letter_places,
    gone_of,
    letters,
    replay_group,
)
from deploy.commands._output import note
from deploy.commands._running import database, has_database, producing
from deploy.failure import Failure
from services.watch.gone import Gone
from services.watch.reader import bystander, partitions_of, routed_among
from services.watch.reading import places
from services.watch.replay import Answer, answer_for, returning
from services.watch.sighting import Kind
from shared.kafka import make_consumer
from shared.settings import KafkaSettings

BATCH = 100
"""So many go back before that is remembered: what a kill in between may send twice."""


@dataclass(frozen=True, slots=True)
class Done:
    """What became of a dead letter in a replay."""

    letter: Letter
    answer: Answer


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
    if topic is not None and topic not in dead_letter_places(settings):
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
        numbers = await partitions_of(admin, dead_letter_places(settings))
        partitions = [TopicPartition(name, n) for name, ns in numbers.items() for n in ns]
        gone = await gone_of(admin, settings, partitions)
    consumer = make_consumer(settings, "triage-dlq-replay", replay_group(settings))
    try:
        await consumer.start()
        yield Memory(consumer, gone)
    finally:
        await consumer.stop()
