"""On which servers does the storm rage? Our own Kafka and PostgreSQL, each behind a proxy."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import asyncpg
from testcontainers.core.container import DockerContainer
from typing_extensions import override

from deploy.local.kafka import DockerKafka, JavaKafka, choose_kafka
from deploy.local.postgres import choose_postgres
from deploy.local.server import GivenServer, Kind, Server
from tests.chaos.proxy import Proxy

START_SECONDS = 240.0
"""After a kill, with the whole pipeline waiting for it, on a machine that has other work too."""


class AdvertisedJava(JavaKafka):
    """Kafka on Java that tells its clients to come through a proxy."""

    advertised = ""
    start_seconds = START_SECONDS

    @override
    def _properties(self) -> str:
        return super()._properties() + f"advertised.listeners=PLAINTEXT://{self.advertised}\n"


class AdvertisedDocker(DockerKafka):
    """Kafka in Docker that tells its clients to come through a proxy."""

    advertised = ""

    @override
    def _describe(self, container: DockerContainer) -> None:
        super()._describe(container)
        container.with_env("KAFKA_ADVERTISED_LISTENERS", f"PLAINTEXT://{self.advertised}")


@dataclass(frozen=True, slots=True)
class Servers:
    """The servers themselves, and the proxies that everybody but the checker goes through."""

    kafka: Server
    postgres: Server
    kafka_proxy: Proxy
    postgres_proxy: Proxy

    def kafka_for_clients(self) -> Server:
        address = self.kafka_proxy.address
        return GivenServer(
            address, setting="the proxy", hosts=[("127.0.0.1", self.kafka_proxy.port)]
        )

    def dsn_for_processes(self) -> str:
        """The DSN by way of the proxy."""
        parts = urlsplit(self.postgres.address)
        login = parts.netloc.rpartition("@")[0]
        netloc = f"{login}@127.0.0.1:{self.postgres_proxy.port}"
        return urlunsplit(parts._replace(netloc=netloc))


@contextmanager
def proxied_servers(work: Path) -> Iterator[Servers]:
    """Servers that nobody else uses, so that they may be harmed."""
    kafka = _advertised_kafka(work)
    postgres = choose_postgres(work, (Kind.INSTALLED, Kind.EMBEDDED, Kind.DOCKER), {})
    kafka_port = int(kafka.address.rpartition(":")[2])
    with Proxy("127.0.0.1", kafka_port) as kafka_proxy:
        kafka.advertised = kafka_proxy.address
        with kafka, postgres:
            asyncio.run(_not_in_vain(postgres.address))
            port = urlsplit(postgres.address).port or 5432
            with Proxy("127.0.0.1", port) as postgres_proxy:
                yield Servers(kafka, postgres, kafka_proxy, postgres_proxy)


def _advertised_kafka(work: Path) -> AdvertisedJava | AdvertisedDocker:
    match choose_kafka(work, (Kind.JAVA, Kind.DOCKER), {}):
        case DockerKafka():
            return AdvertisedDocker()
        case _:
            return AdvertisedJava(work, Path.home() / ".cache" / "triage")


async def _not_in_vain(dsn: str) -> None:
    """A server that forgets what it has committed when it is killed would prove nothing."""
    connection = await asyncpg.connect(dsn, timeout=10)
    try:
        for setting in ("fsync", "synchronous_commit"):
            if await connection.fetchval(f"show {setting}") != "on":
                raise ValueError(f"PostgreSQL runs with {setting} off: a kill would lose commits")
    finally:
        await connection.close()
