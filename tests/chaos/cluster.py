"""How do three brokers run here as one Kafka? Nodes of KRaft, broker and controller each, on Java."""

from __future__ import annotations

import subprocess
import time
import uuid
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from pathlib import Path

from confluent_kafka import KafkaException
from confluent_kafka.admin import AdminClient
from typing_extensions import override

from deploy.local.children import free_port, start_child
from deploy.local.kafka import SETTINGS, choose_kafka, fetch_jars
from deploy.local.server import ChildServer, GivenServer, Kind, Server, ServerFailed, wait_for
from tests.chaos.servers import START_SECONDS

COUNT = 3
HEAP = "256m"
COPIED = {
    "default.replication.factor": "3",
    "min.insync.replicas": "2",
    "offsets.topic.replication.factor": "3",
    "transaction.state.log.replication.factor": "3",
    "transaction.state.log.min.isr": "2",
    "share.coordinator.state.topic.replication.factor": "3",
    "share.coordinator.state.topic.min.isr": "2",
}
ASK_SECONDS = 2.0
WHOLE_SECONDS = 240.0


class Node(ChildServer):
    """One broker, which is one of the three controllers as well."""

    kind = Kind.JAVA
    start_seconds = START_SECONDS

    def __init__(self, number: int, work: Path, cluster: str, controllers: Sequence[int]) -> None:
        self.number = number
        self.name = f"broker {number}"
        self._folder = work / f"broker-{number}"
        self._cluster = cluster
        self._controllers = controllers
        self._port = free_port()
        self.log = work / "logs" / f"broker-{number}.log"
        self.address = f"127.0.0.1:{self._port}"

    @override
    def _launch(self) -> subprocess.Popen[bytes]:
        jars = fetch_jars(Path.home() / ".cache" / "triage")
        settings = self._folder / "server.properties"
        if not settings.exists():
            self._folder.mkdir(parents=True)
            settings.write_text(self._properties(), encoding="utf-8")
            self._format(jars, settings)
        java = ["java", f"-Xms{HEAP}", f"-Xmx{HEAP}", "-cp", f"{jars}/*"]
        return start_child([*java, "kafka.Kafka", str(settings)], log=self.log)

    def _properties(self) -> str:
        voters = (f"{n}@127.0.0.1:{port}" for n, port in enumerate(self._controllers, start=1))
        own = {
            "process.roles": "broker,controller",
            "node.id": str(self.number),
            "controller.quorum.voters": ",".join(voters),
            "controller.listener.names": "CONTROLLER",
            "listeners": f"PLAINTEXT://{self.address},"
            f"CONTROLLER://127.0.0.1:{self._controllers[self.number - 1]}",
            "log.dirs": str(self._folder / "data"),
        }
        return "".join(f"{key}={value}\n" for key, value in (SETTINGS | COPIED | own).items())

    def _format(self, jars: Path, settings: Path) -> None:
        tool = ["java", "-cp", f"{jars}/*", "kafka.tools.StorageTool", "format"]
        done = subprocess.run(
            [*tool, "-t", self._cluster, "-c", str(settings)],
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode != 0:
            raise ServerFailed(f"{self.name}: its storage cannot be formatted: {done.stderr}")

    @override
    def _answers(self) -> bool:
        return self.number in brokers_of(self.address)


def _admin(address: str) -> AdminClient:
    return AdminClient({"bootstrap.servers": address, "log_level": 0, "socket.timeout.ms": 1000})


def brokers_of(address: str) -> set[int]:
    """The brokers that take part, as this address sees it; none if it does not answer."""
    try:
        return set(_admin(address).list_topics(timeout=ASK_SECONDS).brokers)
    except KafkaException:
        return set()


class Cluster:
    """Three nodes that a test may kill and start again, one by one."""

    def __init__(self, work: Path) -> None:
        cluster = str(uuid.uuid4())
        controllers = [free_port() for _ in range(COUNT)]
        self.nodes = [Node(n, work, cluster, controllers) for n in range(1, COUNT + 1)]
        self.address = ",".join(node.address for node in self.nodes)

    def for_clients(self) -> Server:
        hosts = [("127.0.0.1", int(node.address.rpartition(":")[2])) for node in self.nodes]
        return GivenServer(self.address, setting="the cluster", hosts=hosts)

    def behind(self) -> int:
        """Partitions without all of their replicas in step; all of them if nobody answers."""
        try:
            topics = _admin(self.address).list_topics(timeout=ASK_SECONDS).topics.values()
        except KafkaException:
            return -1
        partitions = [partition for topic in topics for partition in topic.partitions.values()]
        return sum(len(partition.isrs) < COUNT for partition in partitions)

    def wait_whole(self) -> float:
        """Wait until every replica is in step; the seconds it took."""
        began = time.monotonic()
        wait_for(
            lambda: self.behind() == 0,
            WHOLE_SECONDS,
            lambda: f"{self.behind()} partitions lack replicas after {WHOLE_SECONDS:.0f} s",
        )
        return time.monotonic() - began


@contextmanager
def three_brokers(work: Path) -> Iterator[Cluster]:
    """A cluster that serves; raises ServerFailed where this machine has no Java for it."""
    choose_kafka(work, (Kind.JAVA,), {})
    cluster = Cluster(work)
    with ExitStack() as stack, ThreadPoolExecutor(COUNT) as at_once:
        for node in cluster.nodes:
            stack.callback(node.close)
        # Together: a majority must be there before the first one answers.
        list(at_once.map(lambda node: node.start(), cluster.nodes))
        wait_for(
            lambda: len(brokers_of(cluster.address)) == COUNT,
            WHOLE_SECONDS,
            lambda: "the brokers do not find each other",
        )
        yield cluster
