"""Do the servers of the fault tests come back with their data, whatever is done to them?"""

import asyncio
import time
from pathlib import Path

import asyncpg
import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer

from deploy.local import postgres as postgres_here
from deploy.local.postgres import LocalPostgres
from deploy.local.server import Kind, Server
from deploy.topics import apply_topics
from shared.settings import KafkaSettings
from tests.support.servers import absent

pytestmark = pytest.mark.real
stopped_or_killed = pytest.mark.parametrize("harm", ["stop", "kill"])


@pytest.fixture
async def topic(own_kafka: Server, namespace: str) -> str:
    await apply_topics(
        KafkaSettings(
            kafka_bootstrap_servers=own_kafka.address,
            triage_namespace=namespace,
            triage_partitions=1,
        )
    )
    return f"{namespace}.inbound.v1"


@stopped_or_killed
async def test_kafka_is_away_and_comes_back_with_acknowledged_records(
    own_kafka: Server, topic: str, harm: str
) -> None:
    await produce(own_kafka, topic, b"before")

    getattr(own_kafka, harm)()
    assert own_kafka.ended()
    own_kafka.start()

    assert own_kafka.ended() is None
    assert await read_one(own_kafka, topic) == b"before"


async def test_a_frozen_kafka_answers_again_when_it_thaws(own_kafka: Server, topic: str) -> None:
    own_kafka.pause()
    producing = asyncio.create_task(produce(own_kafka, topic, b"waiting"))
    done, _ = await asyncio.wait({producing}, timeout=1.0)
    assert not done

    own_kafka.resume()
    await asyncio.wait_for(producing, 30)

    assert await read_one(own_kafka, topic) == b"waiting"


@stopped_or_killed
async def test_postgresql_is_away_and_comes_back_with_committed_rows(
    own_postgres: Server, harm: str
) -> None:
    await execute(own_postgres, f"create table kept_{harm} as select 7 as number")

    getattr(own_postgres, harm)()
    assert not postgres_here.answers(own_postgres.address)
    own_postgres.start()

    assert await execute(own_postgres, f"select number from kept_{harm}") == 7


async def test_a_frozen_postgresql_answers_again_when_it_thaws(own_postgres: Server) -> None:
    own_postgres.pause()
    assert not postgres_here.answers(own_postgres.address)

    own_postgres.resume()

    assert await execute(own_postgres, "select 1") == 1


@pytest.mark.parametrize(
    ("kind", "programs"),
    [
        (Kind.INSTALLED, postgres_here.find_installed()),
        (Kind.EMBEDDED, postgres_here.find_wheel()),
    ],
)
async def test_postgresql_from_this_machine_serves_only_those_who_know_the_password(
    work: Path, kind: Kind, programs: Path | None
) -> None:
    if programs is None:
        absent(f"{kind} PostgreSQL", f"there is no {kind} PostgreSQL here")
    folder = work / f"{kind}-postgres"
    folder.mkdir()
    folder.chmod(0o711)

    with LocalPostgres(folder, kind, programs) as server:
        assert await execute(server, "show fsync") == "on"
        with pytest.raises(asyncpg.InvalidPasswordError):
            await asyncpg.connect(server.address.replace("triage:", "triage:not"), timeout=10)

    since = time.monotonic()
    assert not postgres_here.answers(server.address)
    assert time.monotonic() - since < 2


async def produce(kafka: Server, topic: str, value: bytes) -> None:
    async with AIOKafkaProducer(bootstrap_servers=kafka.address, acks="all") as producer:
        await producer.send_and_wait(topic, value)


async def read_one(kafka: Server, topic: str) -> bytes | None:
    async with AIOKafkaConsumer(
        topic, bootstrap_servers=kafka.address, auto_offset_reset="earliest"
    ) as consumer:
        record = await asyncio.wait_for(consumer.getone(), 30)
        return record.value  # type: ignore[no-any-return]


async def execute(postgres: Server, sql: str) -> object:
    connection = await asyncpg.connect(postgres.address, timeout=10)
    try:
        return await connection.fetchval(sql)
    finally:
        await connection.close()
