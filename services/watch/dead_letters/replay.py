"""How do dead letters go back to where they came from?"""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka.structs import OffsetAndMetadata

from services.watch.dead_letters.eligibility import Answer, answer_for, returning
from services.watch.dead_letters.gone import Gone
from services.watch.dead_letters.listing import (
    Letter,
    Position,
    dead_letter_places,
    gone_of,
    letters,
    replay_group,
)
from services.watch.reader import bystander, closed, partitions_of, stopped
from services.watch.reading import places
from services.watch.sighting import Kind
from shared.kafka import make_consumer, make_producer
from shared.settings import KafkaSettings

BATCH = 100
"""So many go back before that is remembered: what a kill in between may send twice."""
Decided = Callable[[Sequence[str]], Awaitable[set[str]]]
"""Which of these tickets have a decision."""


@dataclass(frozen=True, slots=True)
class Done:
    """What became of a dead letter in a replay."""

    letter: Letter
    answer: Answer


@dataclass(frozen=True, slots=True)
class Plan:
    """What is to become of each dead letter that was looked at. `cut`: the limit was reached."""

    done: tuple[Done, ...]
    cut: bool

    @property
    def returning(self) -> int:
        """How many go back."""
        return sum(each.answer is Answer.REPLAY for each in self.done)


async def plan(
    settings: KafkaSettings,
    decided: Decided,
    *,
    topic: str | None = None,
    reasons: frozenset[str] = frozenset(),
    most: int = 1000,
) -> Plan:
    """What a replay would do; writes nothing. Raises ValueError for a topic that is none."""
    if topic is not None and topic not in dead_letter_places(settings):
        raise ValueError(f"{topic!r} is not a dead-letter topic; see triage dlq list")
    found = [
        letter
        for letter in await letters(settings)
        if topic in (None, letter.record.topic) and (not reasons or letter.reason in reasons)
    ]
    asked = sorted(
        {str(x.sighting.ticket_id) for x in found if x.sighting.ticket_id and not x.gone}
    )
    decisions = await decided(asked) if asked else set()
    done, cut = _judged(settings, found, decisions, most)
    return Plan(tuple(done), cut)


async def carry_out(settings: KafkaSettings, planned: Plan) -> None:
    """Put back what may go back.

    Written first, remembered after: a kill in between sends some again, which their stable ids
    and the ledger make harmless. Raises ValueError where there are more gaps than a commit can
    hold.
    """
    producer = make_producer(settings, "triage-dlq-replay")
    try:
        await producer.start()
        async with _remembering(settings) as memory:
            for start in range(0, len(planned.done), BATCH):
                batch = planned.done[start : start + BATCH]
                for each in batch:
                    if each.answer is Answer.REPLAY:
                        await _send(producer, each.letter)
                await memory.remember([each for each in batch if each.answer in _FINAL])
    finally:
        await closed(producer.stop)


_FINAL = frozenset({Answer.REPLAY, Answer.TWIN, Answer.DECIDED})
"""Nothing more is to be done with these."""


def _judged(
    settings: KafkaSettings, found: Iterable[Letter], decided: set[str], most: int
) -> tuple[list[Done], bool]:
    done: list[Done] = []
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
                return done, True
            going.add(letter.origin)
        done.append(Done(letter, answer))
    return done, False


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
        """Raises ValueError where there are more gaps than a commit can hold."""
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
            raise ValueError(f"{tp.topic}: {error}; replay it without a reason") from None


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
        await stopped(consumer)
