"""Does the router, on real Kafka and PostgreSQL, tell each decision once, whatever happens?"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import AsyncIterator
from uuid import UUID

import asyncpg
import pytest

from services.router.fast_lane import fast_lane_work
from services.router.handlers import Deciding, corrections_work, ordinary_work, security_work
from shared.contracts import Corrected, Queue, Routed
from shared.engine.steps import Step
from shared.envelope import Outgoing
from shared.kafka import make_producer
from shared.process import started
from shared.settings import KafkaSettings
from shared.topics import QUEUES, SECURITY
from tests.support.builders import NOW, a_suspected, an_accepted, an_entitled
from tests.support.queues import live_records
from tests.support.router import (
    on_corrections,
    on_entitled,
    on_security,
    replica,
    with_schema,
)
from tests.support.stages import everything_on, publish, running
from tests.support.waiting import eventually

pytestmark = [pytest.mark.real, pytest.mark.timeout(300)]
Standing = dict[Queue, list[Routed]]


class Died(BaseException):
    """Stands for the end of a process."""


@pytest.fixture
async def dsn(database_url: str) -> str:
    return await with_schema(database_url)


@pytest.fixture
async def router(dsn: str, kafka_settings: KafkaSettings) -> AsyncIterator[Deciding]:
    async with replica(dsn, kafka_settings.triage_namespace) as deciding:
        yield deciding


def ticket(settings: KafkaSettings, number: int, fingerprint: str | None = None) -> Outgoing:
    accepted = an_accepted(ticket_id=UUID(int=number), fingerprint=fingerprint or f"{number:064x}")
    return on_entitled(settings.triage_namespace, an_entitled(accepted))


async def standing(settings: KafkaSettings, *queues: Queue) -> Standing:
    """What stands live on these queues, by the topics alone."""
    names = {QUEUES[queue].address(settings.triage_namespace): queue for queue in queues}
    records = [
        (record.topic, record.headers, record.value)
        for topic in names
        for record in await everything_on(settings, topic)
    ]
    live = live_records(records)
    return {
        queue: [Routed.model_validate(data) for data in live.get(topic, {}).values()]
        for topic, queue in names.items()
    }


async def eventually_on(settings: KafkaSettings, queue: Queue, count: int) -> list[Routed]:
    async def there() -> Standing | None:
        found = await standing(settings, queue)
        return found if len(found[queue]) == count else None

    found: Standing = await eventually(there, 60, f"{count} live in {queue}")
    return found[queue]


async def rows(dsn: str) -> list[asyncpg.Record]:
    connection = await asyncpg.connect(dsn)
    try:
        return list(await connection.fetch("select * from router.decisions order by ticket_id"))
    finally:
        await connection.close()


@pytest.mark.parametrize(
    ("step", "times_told"),
    [((Step.DECIDE, "after"), 1), ((Step.PRODUCE, "after"), 2), ((Step.SETTLE, "after"), 1)],
    ids=["after the transaction", "after the acknowledgement", "before the commit"],
)
async def test_a_crash_tells_the_stored_record_again_and_never_decides_again(
    router: Deciding,
    dsn: str,
    kafka_settings: KafkaSettings,
    step: tuple[Step, str],
    times_told: int,
) -> None:
    async def die(at: Step, moment: str) -> None:
        if (at, moment) == step:
            raise Died

    await publish(kafka_settings, [ticket(kafka_settings, n) for n in range(5)])
    async with running(kafka_settings, ordinary_work(router), die) as (_, task):
        await eventually(task.done, 30, "the stage to die")
        assert isinstance(task.exception(), Died)
    stored = {row["message_id"]: row["record"] for row in await rows(dsn)}
    topic = QUEUES[Queue.EXTENSIONS].address(kafka_settings.triage_namespace)
    async with running(kafka_settings, ordinary_work(router)):

        async def all_marked() -> bool:
            found = await rows(dsn)
            return len(found) == 5 and all(row["published_at"] for row in found)

        await eventually(all_marked, 30, "every decision acknowledged")
        # A ticket behind them, so that what was repeated has been worked through.
        await publish(kafka_settings, [ticket(kafka_settings, 99)])
        await eventually_on(kafka_settings, Queue.EXTENSIONS, 6)
    told = [
        (dict(record.headers)["ce_id"].decode(), record.value)
        for record in await everything_on(kafka_settings, topic)
    ]
    for message_id, record in stored.items():
        copies = [value for id_, value in told if id_ == message_id]
        assert copies == [record] * times_told
    assert [row["revision"] for row in await rows(dsn)] == [1] * 6


async def test_a_late_finding_takes_the_ticket_out_of_its_queue_and_a_person_puts_it_back(
    router: Deciding, kafka_settings: KafkaSettings
) -> None:
    namespace = kafka_settings.triage_namespace
    accepted = an_accepted(ticket_id=UUID(int=7))
    lane = fast_lane_work(namespace, lambda: NOW)
    async with (
        running(kafka_settings, ordinary_work(router)),
        running(kafka_settings, security_work(router)),
        running(kafka_settings, corrections_work(router)),
        running(kafka_settings, lane),
    ):
        await publish(kafka_settings, [on_entitled(namespace, an_entitled(accepted))])
        await eventually_on(kafka_settings, Queue.EXTENSIONS, 1)
        await publish(kafka_settings, [on_security(namespace, a_suspected(accepted))])
        await eventually_on(kafka_settings, Queue.EXTENSIONS, 0)
        (report,) = await eventually_on(kafka_settings, Queue.SECURITY, 1)
        assert report.ticket_id == UUID(int=7)
        said = Corrected(ticket_id=UUID(int=7), security=False, by="Ada", reason="a question")
        await publish(kafka_settings, [on_corrections(namespace, said, "c1")])
        await eventually_on(kafka_settings, Queue.SECURITY, 0)
        (back,) = await eventually_on(kafka_settings, Queue.EXTENSIONS, 1)
        assert back.revision == 3
        # The same ticket again: what a person cleared stays cleared.
        await publish(
            kafka_settings,
            [
                on_security(namespace, a_suspected(accepted)),
                on_entitled(namespace, an_entitled(accepted)),
                ticket(kafka_settings, 8),
            ],
        )
        await eventually_on(kafka_settings, Queue.EXTENSIONS, 2)
        await eventually_on(kafka_settings, Queue.SECURITY, 0)


async def test_what_the_fast_lane_cannot_read_reaches_people_with_its_origin(
    kafka_settings: KafkaSettings,
) -> None:
    topic = SECURITY.address(kafka_settings.triage_namespace)
    async with running(
        kafka_settings, fast_lane_work(kafka_settings.triage_namespace, lambda: NOW)
    ):
        async with started(lambda: make_producer(kafka_settings, "test.bad")) as producer:
            places = [
                await producer.send_and_wait(topic, value, key=b"bad", partition=3)
                for value in (b"{ not json", None, b"\xff\xfe")
            ]
        await publish(kafka_settings, [on_security(kafka_settings.triage_namespace, a_suspected())])
        found = await eventually_on(kafka_settings, Queue.SECURITY, 4)
    unread = {routed.origin.offset: routed for routed in found if routed.origin is not None}
    assert set(unread) == {place.offset for place in places}
    for routed in unread.values():
        assert routed.origin is not None
        assert (routed.origin.topic, routed.origin.partition) == (topic, 3)
        assert routed.security.reasons[0] == "unparsed"
        assert (routed.ticket_id, routed.ticket, routed.coverage) == (None, None, None)


def test_a_policy_that_fails_keeps_the_router_from_starting_with_its_reason() -> None:
    broken = "tests/data/policies/bug-refused.yaml"
    ended = subprocess.run(
        [sys.executable, "-m", "services.router", "decisions"],
        env={
            **os.environ,
            "TRIAGE_POLICY_FILE": broken,
            "KAFKA_BOOTSTRAP_SERVERS": "127.0.0.1:1",
            "DATABASE_URL": "postgresql://nobody@127.0.0.1:1/none",
        },
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert ended.returncode == 2
    assert ended.stderr.startswith(f"{broken}, line 106: a bug is refused")
    assert "Traceback" not in ended.stderr
