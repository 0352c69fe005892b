"""What if the disk of a server is full? Tickets wait or are sent away, and nothing is lost."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from deploy.local.kafka import choose_kafka
from deploy.local.postgres import choose_postgres
from deploy.local.server import ChildServer, Kind, Server, ServerFailed
from tests.chaos.kills import until_ready
from tests.chaos.limits.ground import Answer, a_pipeline
from tests.chaos.limits.said import Ears
from tests.chaos.limits.small_disk import fill, make_space, small_disk
from tests.chaos.load import Load, Mix
from tests.chaos.pipeline import Pipeline
from tests.chaos.report import table
from tests.chaos.servers import START_SECONDS
from tests.chaos.verification import Ended, verify

NAME_KAFKA, NAME_POSTGRES = "full-disk-kafka", "full-disk-postgres"
MIX = Mix(rate=20.0, seconds=3600.0, reports=0.1, poison=0.0)
KAFKA_MB, POSTGRES_MB = 256, 192
CALM_SECONDS, FULL_SECONDS = 10.0, 40.0
LINES = 14


@dataclass(slots=True)
class Course:
    """What was answered before, while and after the disk was full."""

    answers: dict[str, Counter[str]] = field(default_factory=dict)
    server_ended: str = "no"
    heard: Sequence[tuple[str, str, str, int]] = ()

    def note(self, phase: str, load: Load, before: Counter[str]) -> None:
        self.answers[phase] = Counter(load.answers) - before


async def play(pipeline: Pipeline, server: Server, disk: Path) -> tuple[Course, Ended]:
    """Load, a full disk under it, space again; a server that ended is started again then."""
    course = Course()
    async with Load(pipeline.target, MIX, seed=7) as load:
        arriving = asyncio.create_task(load.run())
        await asyncio.sleep(CALM_SECONDS)
        course.note("before", load, Counter())
        ears, before = Ears(pipeline.processes), Counter(load.answers)
        await asyncio.to_thread(fill, disk)
        await asyncio.sleep(FULL_SECONDS)
        course.note("full", load, before)
        course.heard = list(ears.heard())
        before = Counter(load.answers)
        make_space(disk)
        since = time.monotonic()
        if server.ended():
            course.server_ended = "yes; started again when there was space, as a supervisor would"
            await asyncio.to_thread(server.start)
        await asyncio.gather(*(until_ready(each) for each in pipeline.processes.values()))
        await asyncio.sleep(CALM_SECONDS)
        load.end()
        await arriving
        ended = await verify(pipeline.target, load, since=since)
        course.note("after", load, before)
    return course, ended


def told(name: str, question: str, course: Course, ended: Ended) -> Answer:
    statuses = sorted({status for answers in course.answers.values() for status in answers})
    return Answer(
        question,
        f"python -m tests.chaos.limits {name}",
        [
            *table(
                ("answers to the load", *course.answers),
                (
                    (status, *(answers[status] for answers in course.answers.values()))
                    for status in statuses
                ),
            ),
            *table(
                ("figure", "value"),
                [
                    ("the server itself ended", course.server_ended),
                    ("lag zero after there was space, s", f"{ended.settle_seconds:.1f}"),
                ],
            ),
            f"What our processes logged while it was full, the first {LINES}:",
            "",
            *table(("process", "level", "event", "times"), course.heard[:LINES]),
        ],
        ended.verdict,
    )


@contextmanager
def _harmed(server: Server, log: Path) -> Iterator[ChildServer]:
    """Its own log is elsewhere: the disk has no room for it. To come back may take it long."""
    if not isinstance(server, ChildServer):
        raise ServerFailed("a full disk is tried on a server that runs here, not on one in Docker")
    server.log = log
    server.start_seconds = START_SECONDS
    yield server


def kafka_answer(work: Path) -> Answer:
    with (
        small_disk(work / "disk", KAFKA_MB) as disk,
        _harmed(choose_kafka(disk, (Kind.JAVA,), {}), work / "kafka.log") as kafka,
        a_pipeline(work, kafka=kafka) as pipeline,
    ):
        course, ended = asyncio.run(play(pipeline, kafka, disk))
    return told(NAME_KAFKA, "Kafka's disk full:", course, ended)


def postgres_answer(work: Path) -> Answer:
    kinds = (Kind.INSTALLED, Kind.EMBEDDED)
    with (
        small_disk(work / "disk", POSTGRES_MB) as disk,
        _harmed(choose_postgres(disk, kinds, {}), work / "postgres.log") as postgres,
        a_pipeline(work, postgres=postgres) as pipeline,
    ):
        course, ended = asyncio.run(play(pipeline, postgres, disk))
    return told(NAME_POSTGRES, "PostgreSQL's disk full:", course, ended)
