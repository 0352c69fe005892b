"""Which servers do tests run against? Real ones where the machine has them, found once a run.

`kafka` and `postgres` are real servers for the whole run, `embedded_kafka` is librdkafka's. Each
test has a namespace and a database of its own, so tests need not tidy up. A test that harms a
server (stop, kill, pause) takes `own_kafka` or `own_postgres`, which nobody else uses.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import tempfile
import uuid
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import NoReturn
from urllib.parse import urlsplit, urlunsplit

import asyncpg
import pytest

from deploy.local import kafka as kafka_here
from deploy.local import postgres as postgres_here
from deploy.local.embedded_broker import PARTITIONS
from deploy.local.server import GivenServer, Server, ServerFailed
from deploy.topics import apply_topics
from shared.settings import KafkaSettings

missing: dict[str, str] = {}
"""What tests were skipped for, with what each server lacks; told at the end of the run."""


def absent(name: str, why: object) -> NoReturn:
    """Fail where everything must run; elsewhere skip, to be told loudly at the end."""
    if os.environ.get("CI") == "true":
        pytest.fail(f"CI=true, and {why}")
    missing[name] = str(why)
    pytest.skip(str(why))


@pytest.fixture(scope="session")
def work() -> Iterator[Path]:
    """A short path for sockets, data and logs, that a server's own account may enter."""
    folder = Path(tempfile.mkdtemp(prefix="triage-tests-"))
    folder.chmod(0o711)
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


def fresh_folder(work: Path) -> Path:
    folder = Path(tempfile.mkdtemp(dir=work))
    folder.chmod(0o711)
    return folder


def _serving(server: Server) -> Iterator[Server]:
    with server:
        yield server


def _real_kafka(work: Path) -> Server:
    try:
        return kafka_here.choose_kafka(fresh_folder(work), kafka_here.REAL, os.environ)
    except ServerFailed as error:
        absent("Apache Kafka", error)
        raise


def _real_postgres(work: Path) -> Server:
    try:
        return postgres_here.choose_postgres(fresh_folder(work), postgres_here.REAL, os.environ)
    except ServerFailed as error:
        absent("PostgreSQL", error)
        raise


@pytest.fixture(scope="session")
def kafka(work: Path) -> Iterator[Server]:
    """Apache Kafka."""
    yield from _serving(_real_kafka(work))


@pytest.fixture(scope="session")
def postgres(work: Path) -> Iterator[Server]:
    """PostgreSQL."""
    yield from _serving(_real_postgres(work))


@pytest.fixture(scope="session")
def embedded_kafka(work: Path) -> Iterator[Server]:
    """librdkafka's broker: 4 partitions each, one member per group, nothing on disk."""
    yield from _serving(kafka_here.EmbeddedKafka(fresh_folder(work)))


@pytest.fixture(scope="module")
def harmed_kafka(work: Path) -> Iterator[Server]:
    """A Kafka for the tests of one module."""
    yield from _serving(_ours(_real_kafka(work), "KAFKA_BOOTSTRAP_SERVERS"))


@pytest.fixture(scope="module")
def harmed_postgres(work: Path) -> Iterator[Server]:
    """A PostgreSQL for the tests of one module."""
    yield from _serving(_ours(_real_postgres(work), "DATABASE_URL"))


@pytest.fixture
def own_kafka(harmed_kafka: Server) -> Iterator[Server]:
    """A Kafka that the test may stop, kill and freeze; afterwards it runs again."""
    yield harmed_kafka
    _heal(harmed_kafka)


@pytest.fixture
def own_postgres(harmed_postgres: Server) -> Iterator[Server]:
    """A PostgreSQL that the test may stop, kill and freeze; afterwards it runs again."""
    yield harmed_postgres
    _heal(harmed_postgres)


def _ours(server: Server, setting: str) -> Server:
    if isinstance(server, GivenServer):
        pytest.skip(f"{setting} names a server that is not ours to harm")
    return server


def _heal(server: Server) -> None:
    server.resume()
    server.start()


@pytest.fixture
def namespace() -> str:
    """A namespace of topics and groups that no other test uses."""
    return f"t{uuid.uuid4().hex[:12]}"


@pytest.fixture
async def kafka_settings(kafka: Server, namespace: str) -> KafkaSettings:
    """Settings for real Kafka, with all topics there."""
    return await provisioned(kafka, namespace, partitions=6)


@pytest.fixture
async def embedded_settings(embedded_kafka: Server, namespace: str) -> KafkaSettings:
    """Settings for the embedded broker, with all topics there."""
    return await provisioned(embedded_kafka, namespace, partitions=PARTITIONS)


async def provisioned(kafka: Server, namespace: str, partitions: int) -> KafkaSettings:
    """Settings for a namespace on this server, after its topics were made."""
    settings = KafkaSettings(
        kafka_bootstrap_servers=kafka.address,
        triage_namespace=namespace,
        triage_partitions=partitions,
    )
    await apply_topics(settings)
    return settings


@pytest.fixture
async def database_url(postgres: Server) -> AsyncIterator[str]:
    """An empty database of this test alone."""
    async with a_database(postgres) as url:
        yield url


@pytest.fixture
async def other_database_url(postgres: Server) -> AsyncIterator[str]:
    """A second one, for a test that plays the same thing twice."""
    async with a_database(postgres) as url:
        yield url


@asynccontextmanager
async def a_database(postgres: Server) -> AsyncIterator[str]:
    name = f"test_{uuid.uuid4().hex[:12]}"
    await _execute(postgres.address, f"create database {name}")
    yield database_named(postgres.address, name)
    await _execute(postgres.address, f"drop database {name} with (force)")


def database_named(dsn: str, name: str) -> str:
    """The same server's connection string for another database."""
    return urlunsplit(urlsplit(dsn)._replace(path=f"/{name}"))


async def _execute(dsn: str, sql: str) -> None:
    connection = await asyncpg.connect(dsn, timeout=10)
    try:
        await connection.execute(sql)
    finally:
        await connection.close()


def pytest_collection_finish(session: pytest.Session) -> None:
    """Fetch images and jars before the first test's clock runs; what fails is told by the test."""
    if session.config.option.collectonly:
        return
    if any(item.get_closest_marker("real") for item in session.items):
        with contextlib.suppress(ServerFailed):
            kafka_here.choose_kafka(Path(), kafka_here.REAL, os.environ).fetch()


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say loudly which servers were missing, since a run without them shows little."""
    if missing:
        terminalreporter.section("NOT RUN: servers are missing", sep="!", red=True, bold=True)
        for name, why in missing.items():
            terminalreporter.line(f"{name}: {why}", red=True)
