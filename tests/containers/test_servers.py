"""Do tests get their servers from containers where a Docker engine answers, and leave none?"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from deploy.local.kafka import REAL, DockerKafka, choose_kafka
from shared.envelope import Outgoing
from tests.containers.compose import ROOT
from tests.support.servers import provisioned
from tests.support.stages import everything_on, publish
from tests.support.waiting import eventually

pytestmark = [pytest.mark.containers, pytest.mark.real, pytest.mark.usefixtures("engine")]

SERVES_UNTIL_KILLED = """
import sys
from deploy.local.postgres import DockerPostgres
with DockerPostgres() as server:
    print(server.address, flush=True)
    sys.stdin.read()
"""


@pytest.fixture
def another_run() -> Iterator[subprocess.Popen[str]]:
    """A run of its own, with a PostgreSQL in a container."""
    command = [sys.executable, "-c", SERVES_UNTIL_KILLED]
    with subprocess.Popen(
        command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as run:
        yield run
        run.kill()


async def test_kafka_is_apache_kafka_in_a_container_and_leaves_nothing(
    work: Path, namespace: str
) -> None:
    chosen = choose_kafka(work, REAL, {})
    assert isinstance(chosen, DockerKafka)
    with chosen:
        assert containers_on(chosen.address) == [DockerKafka.image]
        settings = await provisioned(chosen, namespace, partitions=1)
        topic = f"{namespace}.inbound.v1"
        await publish(settings, [Outgoing(topic, b"key", b"there and back", ())])
        assert [record.value for record in await everything_on(settings, topic)] == [
            b"there and back"
        ]
    assert containers_on(chosen.address) == []


async def test_a_container_goes_with_the_run_that_started_it_even_if_that_is_killed(
    another_run: subprocess.Popen[str],
) -> None:
    assert another_run.stdout is not None
    address = another_run.stdout.readline().strip().rpartition("@")[2].partition("/")[0]
    assert containers_on(address) == ["postgres:17"]
    another_run.kill()
    await eventually(lambda: not containers_on(address), 30, f"the container on {address} is gone")


def containers_on(address: str) -> list[str]:
    """The images of the containers that serve at this address."""
    listed = ["docker", "ps", "--all", "--format", "{{.Image}} {{.Ports}}"]
    told = subprocess.run(listed, capture_output=True, text=True, timeout=30, check=True)
    rows = (line.partition(" ") for line in told.stdout.splitlines())
    return [image for image, _, ports in rows if f"{address}->" in ports]
