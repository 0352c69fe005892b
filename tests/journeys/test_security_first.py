"""Does a security report reach people at once, whatever else stands still or overflows?

On real Kafka. Each figure is the worst of 50 reports, from before the HTTP request to the moment
at which a reader of the security queue has the record in hand.
"""

from __future__ import annotations

import asyncio
import json
import statistics
import sys
import time
import uuid
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Self

import httpx
import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer

from deploy.local.server import Server
from deploy.local.stack import PARTS
from services.classifier.model import load as load_model
from services.classifier.reading import read
from services.classifier.security import look_at
from services.intake.screen import screen
from shared.contracts import Accepted, Submitted, Ticket
from shared.envelope import Outgoing, encode
from shared.ids import event_id, ticket_id
from shared.topics import SUBMITTED
from tests.chaos.flight import FlightMeter
from tests.chaos.kills import until_ready
from tests.chaos.pipeline import WITH_TWINS, Pipeline, running_pipeline
from tests.chaos.reader import clients, partitions_of
from tests.chaos.target import Target
from tests.chaos.texts import REPORTS, ordinary_texts
from tests.support.servers import fresh_folder

REPORTED = 50
WAITING = 20_000
KILLS = 3
"""A process that ends again and again is started ever later, so there are few."""
CORPUS = Path(__file__).resolve().parents[2] / "services" / "classifier" / "corpus" / "train"
PATIENCE = 60.0
"""Seconds until a report counts as lost rather than late."""
Text = tuple[str, str]


@dataclass
class People:
    """Those on call: they read the security queue, and the test notes when they have a report."""

    target: Target
    seen: dict[str, float] = field(default_factory=dict)

    async def __aenter__(self) -> Self:
        topic = self.target.topic("queues.security")
        async with clients(self.target.kafka) as (_, admin):
            partitions = await partitions_of(admin, [topic])
        self._consumer = AIOKafkaConsumer(
            bootstrap_servers=self.target.kafka, enable_auto_commit=False
        )
        await self._consumer.start()
        self._consumer.assign(partitions)
        await self._consumer.seek_to_end()
        self._reading = asyncio.create_task(self._read())
        return self

    async def __aexit__(self, *_error: object) -> None:
        self._reading.cancel()
        await asyncio.gather(self._reading, return_exceptions=True)
        await self._consumer.stop()

    async def _read(self) -> None:
        async for record in self._consumer:
            now = time.monotonic()
            ticket = json.loads(record.value).get("ticket") or {}
            self.seen.setdefault(str(ticket.get("external_id")), now)

    async def has(self, external_id: str) -> float:
        """The moment at which they had it."""
        deadline = time.monotonic() + PATIENCE
        while external_id not in self.seen:
            assert time.monotonic() < deadline, f"{external_id} did not arrive in {PATIENCE} s"
            await asyncio.sleep(0.005)
        return self.seen[external_id]


@dataclass(slots=True)
class Desk:
    """Reports by HTTP, each timed until people have it."""

    target: Target
    people: People
    http: httpx.AsyncClient

    async def report(self, text: Text) -> float:
        """Seconds from before the request to people having the report."""
        external_id = f"report-{uuid.uuid4().hex}"
        subject, body = text
        began = time.monotonic()
        answer = await self.http.post(
            "/v1/tickets", json={"subject": subject, "body": body, "external_id": external_id}
        )
        assert answer.status_code == httpx.codes.ACCEPTED, answer.text
        return await self.people.has(external_id) - began

    async def reports(
        self, texts: Iterator[Text], count: int = REPORTED, every: float = 0.1
    ) -> list[float]:
        """The seconds of each, sent one after another without waiting for the one before."""
        tasks = []
        for _ in range(count):
            tasks.append(asyncio.create_task(self.report(next(texts))))
            await asyncio.sleep(every)
        return await asyncio.gather(*tasks)


@pytest.fixture
async def pipeline(
    kafka: Server, own_postgres: Server, namespace: str, work: Path
) -> AsyncIterator[Pipeline]:
    with running_pipeline(
        fresh_folder(work), kafka, own_postgres.address, namespace=namespace
    ) as running:
        yield running


@pytest.fixture
async def pipeline_with_twin(
    kafka: Server, own_postgres: Server, namespace: str, work: Path
) -> AsyncIterator[Pipeline]:
    """With the model's security look on each of two cores."""
    twin = next(part for part in WITH_TWINS if part.name == "classifier-security-2")
    with running_pipeline(
        fresh_folder(work),
        kafka,
        own_postgres.address,
        namespace=namespace,
        parts=(*PARTS, twin),
    ) as running:
        yield running


@pytest.fixture
async def desk(pipeline: Pipeline) -> AsyncIterator[Desk]:
    async with at_the_desk(pipeline) as desk:
        yield desk


@asynccontextmanager
async def at_the_desk(pipeline: Pipeline) -> AsyncIterator[Desk]:
    """Somebody who sends reports, and people who read the security queue."""
    target = pipeline.target
    async with (
        People(target) as people,
        httpx.AsyncClient(
            base_url=target.intake,
            headers={"Authorization": f"Bearer {target.api_key}"},
            timeout=30.0,
            trust_env=False,
        ) as http,
    ):
        yield Desk(target, people, http)


def unmistakable() -> Iterator[Text]:
    """Reports that the screen flags."""
    while True:
        yield from REPORTS


def only_the_model_sees() -> Iterator[Text]:
    """Reports that the screen lets pass and the model finds."""
    files = sorted(CORPUS.glob("*.jsonl"))
    lines = [json.loads(line) for file in files for line in file.read_bytes().splitlines()]
    reports = [(line["subject"], line["body"]) for line in lines if line["security"]]
    missed = [text for text in reports if not screen(*text).flag]
    looks = look_at(load_model(), [read(*text) for text in missed])
    found = [text for text, look in zip(missed, looks, strict=True) if look.found]
    assert found, "the screen flags all that the model finds"
    while True:
        yield from found


def ordinary(target: Target, count: int) -> list[Outgoing]:
    """Tickets as intake hands them on, ready to be written all at once."""
    texts = ordinary_texts()
    now = datetime.now(UTC)
    records = []
    for number in range(count):
        text = texts[number % len(texts)]
        id_ = ticket_id("help-desk", f"waiting-{uuid.uuid4().hex}")
        fingerprint = uuid.uuid4().hex
        ticket = Ticket(subject=text.get("subject", ""), body=text.get("body", ""))
        accepted = Accepted(
            ticket_id=id_,
            fingerprint=fingerprint,
            source="help-desk",
            received_at=now,
            as_of=now,
            ticket=ticket,
        )
        records.append(
            encode(
                SUBMITTED.address(target.namespace),
                Submitted(accepted=accepted),
                event_id=event_id(id_, fingerprint, "submitted"),
                source="/intake",
                time=now,
                subject=str(id_),
            )
        )
    return records


async def write(target: Target, records: Sequence[Outgoing]) -> None:
    producer = AIOKafkaProducer(
        bootstrap_servers=target.kafka, acks="all", linger_ms=5, max_batch_size=256 * 1024
    )
    async with producer:
        sent = [
            await producer.send(r.topic, value=r.value, key=r.key, headers=list(r.headers))
            for r in records
        ]
        await asyncio.gather(*sent)


async def stop(pipeline: Pipeline, *names: str) -> None:
    stops = (asyncio.to_thread(pipeline.processes[name].stop) for name in names)
    await asyncio.gather(*stops)


async def caught_up(target: Target, reader: str) -> None:
    """Wait until a group has read everything."""
    async with FlightMeter(target) as meter:
        deadline = time.monotonic() + PATIENCE
        while await meter.in_flight(reader):
            assert time.monotonic() < deadline, f"{reader} does not catch up"
            await asyncio.sleep(0.2)


Tell = Callable[[str, list[float]], None]


@pytest.fixture
def tell(capsys: pytest.CaptureFixture[str]) -> Tell:
    """Print the worst and the median of a measurement, visible in any run."""

    def say(what: str, seconds: list[float]) -> None:
        worst, middle = max(seconds), statistics.median(seconds)
        with capsys.disabled():
            sys.stdout.write(
                f"\n{what}: worst {worst:.2f} s, median {middle:.3f} s of {len(seconds)}\n"
            )

    return say


@pytest.mark.real
@pytest.mark.timeout(400)
async def test_a_report_arrives_in_two_seconds_while_all_else_is_stopped_and_while_all_is_flat_out(
    pipeline: Pipeline, desk: Desk, own_postgres: Server, tell: Tell
) -> None:
    ordinary_lane = ("classifier", "classifier-security", "entitlements", "router")
    await stop(pipeline, *ordinary_lane)
    await asyncio.to_thread(own_postgres.stop)
    await write(desk.target, ordinary(desk.target, WAITING))
    stopped = await desk.reports(unmistakable())
    tell("ordinary lane and PostgreSQL stopped, 20,000 waiting", stopped)

    await asyncio.to_thread(own_postgres.start)
    for name in ordinary_lane:
        pipeline.processes[name].start()
    await asyncio.gather(*(until_ready(pipeline.processes[name]) for name in ordinary_lane))
    flat_out = await desk.reports(unmistakable(), every=0.3)
    tell("everything running flat out", flat_out)
    assert max(stopped) < 2.0
    assert max(flat_out) < 2.0


@pytest.mark.real
@pytest.mark.timeout(400)
async def test_a_report_arrives_in_three_seconds_after_the_fast_lane_was_killed(
    pipeline: Pipeline, desk: Desk, tell: Tell
) -> None:
    fast_lane = pipeline.processes["router-fast-lane"]
    texts = unmistakable()
    seconds: list[float] = []
    for _ in range(KILLS):
        await until_ready(fast_lane)
        fast_lane.kill()
        seconds += await desk.reports(texts, count=REPORTED // KILLS + 1, every=0.02)
    tell("fast lane killed", seconds)
    assert max(seconds) < 3.0


@pytest.mark.real
@pytest.mark.timeout(400)
async def test_what_only_the_model_sees_arrives_in_ten_seconds_past_a_backlog_of_the_ordinary_lane(
    pipeline: Pipeline, desk: Desk, tell: Tell
) -> None:
    await stop(pipeline, "classifier")
    await write(desk.target, ordinary(desk.target, WAITING))
    await caught_up(desk.target, "classifier-security")
    waiting = await desk.reports(only_the_model_sees())
    tell("only the model sees it, ordinary classifier stopped, 20,000 waiting", waiting)
    assert max(waiting) < 10.0


@pytest.mark.real
@pytest.mark.alone
@pytest.mark.timeout(400)
async def test_what_only_the_model_sees_arrives_in_thirty_seconds_when_20000_arrive_at_once(
    pipeline_with_twin: Pipeline, tell: Tell
) -> None:
    async with at_the_desk(pipeline_with_twin) as desk:
        writing = asyncio.create_task(write(desk.target, ordinary(desk.target, WAITING)))
        at_once = await desk.reports(only_the_model_sees())
        await writing
    tell("only the model sees it, 20,000 arriving at once", at_once)
    assert max(at_once) < 30.0
