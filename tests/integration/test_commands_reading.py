"""Commands and watch read real topics: traces, figures, lag."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest
from aiokafka import AIOKafkaProducer, TopicPartition

from deploy.local.kafka import EmbeddedKafka
from services.watch.app import Watch
from services.watch.lag import lags
from services.watch.reader import look_up, partition_of
from services.watch.settings import Settings
from shared.contracts import Frozen, Queue, StatusChanged, TicketStatus
from shared.engine.dead_letters import parked
from shared.envelope import Outgoing, encode
from shared.failures import Permanent
from shared.kafka import make_consumer, make_producer
from shared.settings import KafkaSettings
from shared.topics import CLASSIFIED, ENTITLED, QUEUES, STATUS, SUBMITTED, Reader, group
from tests.support import builders as some
from tests.support.servers import fresh_folder, provisioned
from tests.support.waiting import eventually

NOW = datetime.now(UTC)
TICKET = str(some.TICKET)


async def write(producer: AIOKafkaProducer, outgoing: Outgoing) -> Any:
    return await producer.send_and_wait(
        outgoing.topic, outgoing.value, key=outgoing.key, headers=list(outgoing.headers)
    )


def fact(topic: str, data: Frozen, name: str) -> Outgoing:
    return encode(topic, data, event_id=name, source="test", time=NOW, subject=TICKET)


async def an_ordinary_way(producer: AIOKafkaProducer, namespace: str) -> None:
    queue = QUEUES[Queue.EXTENSIONS].address(namespace)
    for topic, data in (
        (SUBMITTED.address(namespace), some.a_submitted()),
        (CLASSIFIED.address(namespace), some.a_classified()),
        (ENTITLED.address(namespace), some.an_entitled()),
        (queue, some.a_routed(queue=Queue.EXTENSIONS)),
        (queue, some.a_routed(queue=Queue.EXTENSIONS)),
    ):
        await write(producer, fact(topic, data, "one"))


async def test_a_trace_tells_every_record_of_a_ticket_with_its_place(
    either_settings: KafkaSettings, either_producer: AIOKafkaProducer
) -> None:
    await an_ordinary_way(either_producer, either_settings.triage_namespace)
    told = await look_up(either_settings, TICKET)
    assert [stop.stage for stop in told.stages] == [
        "intake",
        "classifier",
        "entitlements",
        "router",
        "router",
    ]
    assert (told.queue, told.revision, len(told.live)) == ("extensions", 1, 1)
    partitions = 4 if either_settings.triage_partitions == 4 else 6
    assert {stop.partition for stop in told.stages} == {partition_of(TICKET, partitions)}


async def test_a_ticket_that_is_on_no_topic_is_unknown(either_settings: KafkaSettings) -> None:
    assert not (await look_up(either_settings, TICKET)).known


async def test_lag_counts_what_a_group_has_not_committed(
    either_settings: KafkaSettings, either_producer: AIOKafkaProducer
) -> None:
    namespace = either_settings.triage_namespace
    for _ in range(3):
        placed = await write(
            either_producer, fact(SUBMITTED.address(namespace), some.a_submitted(), "x")
        )
    consumer = make_consumer(either_settings, "test", group(namespace, Reader.CLASSIFIER))
    await consumer.start()
    try:
        where = TopicPartition(placed.topic, placed.partition)
        consumer.assign([where])
        await consumer.commit({where: placed.offset - 1})
    finally:
        await consumer.stop()
    found = {lag.reader: lag for lag in await lags(either_settings)}
    assert found["classifier"].records == 2
    assert found["classifier-security"].records == 3
    assert found["router"].records == 0
    assert found["classifier"].seconds is not None
    assert 0 <= found["classifier"].seconds < 60


async def test_watch_answers_for_a_ticket_and_shows_depth_and_dead_letters(
    either_settings: KafkaSettings, either_producer: AIOKafkaProducer
) -> None:
    namespace = either_settings.triage_namespace
    await an_ordinary_way(either_producer, namespace)
    bad = some.a_record(b"{", topic=SUBMITTED.address(namespace), key=b"k")
    why = Permanent("broken_json", "line 1")
    letter = parked(bad, why, source=SUBMITTED, reader=Reader.CLASSIFIER, namespace=namespace)
    await write(either_producer, letter)
    async with watching(either_settings) as ask:
        await following(ask)
        told = (await ask.get(f"/tickets/{TICKET}")).json()
        assert (told["queue"], told["revision"], len(told["stages"])) == ("extensions", 1, 5)
        unknown = await ask.get("/tickets/00000000-0000-5000-8000-000000000000")
        assert unknown.status_code == 404
        assert unknown.headers["content-type"] == "application/problem+json"
        overview = (await ask.get("/api/overview")).json()
        depth = {queue["queue"]: queue["live"] for queue in overview["queues"]}
        assert depth["extensions"] == 1
        assert sum(depth.values()) == 1
        assert [d["reason"] for d in overview["dead_letters"]] == ["broken_json"]
        taken = StatusChanged(ticket_id=some.TICKET, status=TicketStatus.TAKEN, by="Ann", at=NOW)
        await write(either_producer, fact(STATUS.address(namespace), taken, "taken"))
        await until_waiting(ask, "extensions", 0)


async def test_watch_looks_up_a_ticket_that_it_no_longer_remembers(
    either_settings: KafkaSettings, either_producer: AIOKafkaProducer
) -> None:
    await an_ordinary_way(either_producer, either_settings.triage_namespace)
    async with watching(either_settings, watch_records_per_partition=1) as ask:
        await following(ask)
        told = (await ask.get(f"/tickets/{TICKET}")).json()
        assert told["queue"] == "extensions"


@pytest.mark.embedded
async def test_figures_are_stale_while_kafka_is_away_and_come_back_by_themselves(
    work: Path,
) -> None:
    with EmbeddedKafka(fresh_folder(work)) as kafka:
        settings = await provisioned(kafka, "support", partitions=4)
        async with watching(settings) as ask:
            await following(ask)
            kafka.pause()
            await until_stale(ask, stale=True)
            kafka.resume()
            await until_stale(ask, stale=False)
            producer = make_producer(settings, "test")
            await producer.start()
            await an_ordinary_way(producer, "support")
            await producer.stop()
            told = (await ask.get(f"/tickets/{TICKET}")).json()
            assert len(told["stages"]) >= 1


class watching:  # noqa: N801  # reads as what it does
    """Watch on these settings, asked without a network."""

    def __init__(self, settings: KafkaSettings, **more: Any) -> None:
        fields: dict[str, Any] = settings.model_dump() | more
        self._app = Watch(Settings(**fields)).app()

    async def __aenter__(self) -> httpx.AsyncClient:
        self._running = self._app.router.lifespan_context(self._app)
        await self._running.__aenter__()
        transport = httpx.ASGITransport(self._app)
        self._client = httpx.AsyncClient(transport=transport, base_url="http://watch")
        return self._client

    async def __aexit__(self, *error: object) -> None:
        await self._client.aclose()
        await self._running.__aexit__(None, None, None)


async def following(ask: httpx.AsyncClient) -> None:
    async def ready() -> bool:
        return (await ask.get("/readyz")).status_code == 200

    await eventually(ready, 20)


async def until_waiting(ask: httpx.AsyncClient, queue: str, count: int) -> None:
    async def so_many() -> bool:
        figures = (await ask.get("/api/overview")).json()
        return bool(next(q for q in figures["queues"] if q["queue"] == queue)["waiting"] == count)

    await eventually(so_many, 20)


async def until_stale(ask: httpx.AsyncClient, *, stale: bool) -> None:
    async def so() -> bool:
        return bool((await ask.get("/api/overview")).json()["stale"] is stale)

    await eventually(so, 60)


async def test_no_report_is_forgotten_however_little_of_the_topics_is_read_again(
    either_settings: KafkaSettings, either_producer: AIOKafkaProducer
) -> None:
    queue = QUEUES[Queue.SECURITY].address(either_settings.triage_namespace)
    for name in ("first", "second", "third"):
        await write(either_producer, fact(queue, some.a_report_routed(), name))
    async with watching(either_settings, watch_records_per_partition=1) as ask:
        await following(ask)
        await until_waiting(ask, "security", 3)
