"""Where does Kafka come from on this machine? Given, in Docker, on Java, or embedded."""

from __future__ import annotations

import fcntl
import os
import re
import shutil
import subprocess
import sys
import tempfile
import uuid
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from confluent_kafka import KafkaException
from confluent_kafka.admin import AdminClient
from typing_extensions import override

from deploy.failure import WrongSetting
from deploy.local.children import free_port, start_child
from deploy.local.container import ContainerServer, docker_lacks, publish
from deploy.local.server import ChildServer, GivenServer, Kind, Server, ServerFailed

if TYPE_CHECKING:
    from testcontainers.core.container import DockerContainer

VERSION = "4.3.0"
JAVA_LEAST = 17
POM = Path(__file__).with_name("kafka.pom.xml")
SETTINGS = {
    "auto.create.topics.enable": "false",
    # A killed broker may come back once its last registration has run out; a shorter one would
    # put a broker out that a busy machine has kept waiting.
    "broker.heartbeat.interval.ms": "500",
    "broker.session.timeout.ms": "6000",
    "group.initial.rebalance.delay.ms": "0",
    "group.min.session.timeout.ms": "1000",
    "offsets.topic.num.partitions": "8",
    "offsets.topic.replication.factor": "1",
    "share.coordinator.state.topic.replication.factor": "1",
    "share.coordinator.state.topic.min.isr": "1",
    "transaction.state.log.replication.factor": "1",
    "transaction.state.log.min.isr": "1",
}
"""What a single broker for tests needs beside its addresses, in Docker as on Java."""

REAL = (Kind.GIVEN, Kind.DOCKER, Kind.JAVA)
BROUGHT_ALONG = (Kind.GIVEN, Kind.EMBEDDED)


def choose_kafka(work: Path, order: Sequence[Kind], environment: Mapping[str, str]) -> Server:
    """The first of `order` that this machine has; raises ServerFailed saying what each lacks.

    `KAFKA_BOOTSTRAP_SERVERS` always wins; `TRIAGE_KAFKA` (docker, java, embedded) replaces the
    order. `work` is a folder for data and logs. The server is not started.
    """
    if addresses := environment.get("KAFKA_BOOTSTRAP_SERVERS"):
        return GivenServer(
            addresses, setting="KAFKA_BOOTSTRAP_SERVERS", hosts=parse_addresses(addresses)
        )
    lacking = ["KAFKA_BOOTSTRAP_SERVERS is not set"]
    for kind in _wanted(order, environment):
        match kind:
            case Kind.DOCKER if not (missing := docker_lacks(DockerKafka.image)):
                return DockerKafka()
            case Kind.DOCKER:
                lacking.append(missing)
            case Kind.JAVA if not (missing := _java_lacks()):
                return JavaKafka(work, Path.home() / ".cache" / "triage")
            case Kind.JAVA:
                lacking.append(missing)
            case Kind.EMBEDDED:
                return EmbeddedKafka(work)
            case _:
                pass
    raise ServerFailed("no Kafka on this machine: " + "; ".join(lacking))


def parse_addresses(addresses: str) -> list[tuple[str, int]]:
    """`host:port,host:port` as pairs; raises WrongSetting."""
    found = []
    for address in addresses.split(","):
        host, _, port = address.strip().rpartition(":")
        if not host or not port.isdecimal():
            raise WrongSetting(
                f"KAFKA_BOOTSTRAP_SERVERS: {address.strip()!r} is not host:port,"
                " as in localhost:9092"
            )
        found.append((host.strip("[]"), int(port)))
    return found


def _wanted(order: Sequence[Kind], environment: Mapping[str, str]) -> Sequence[Kind]:
    wish = environment.get("TRIAGE_KAFKA")
    if not wish:
        return order
    if wish not in {Kind.DOCKER, Kind.JAVA, Kind.EMBEDDED}:
        raise WrongSetting(f"TRIAGE_KAFKA: {wish!r} is none of docker, java, embedded")
    return (Kind(wish),)


def _java_lacks() -> str:
    """What keeps Kafka from running on Java here; empty if nothing does."""
    java = shutil.which("java")
    if java is None:
        return f"no java (Java {JAVA_LEAST} or later) on the PATH"
    said = subprocess.run([java, "-version"], capture_output=True, text=True, check=False).stderr
    version = re.search(r'version "(\d+)', said)
    if version is None or int(version[1]) < JAVA_LEAST:
        return f"the java on the PATH is older than {JAVA_LEAST}"
    if shutil.which("mvn") is None and not _jars(Path.home() / ".cache" / "triage").is_dir():
        return "no mvn (Maven) on the PATH"
    return ""


def _jars(cache: Path) -> Path:
    return cache / f"kafka-{VERSION}"


def _serves(address: str) -> bool:
    """Whether a broker at this address is up and takes part."""
    admin = AdminClient({"bootstrap.servers": address, "log_level": 0, "socket.timeout.ms": 1000})
    try:
        return bool(admin.list_topics(timeout=1.0).brokers)
    except KafkaException:
        return False


class JavaKafka(ChildServer):
    """Apache Kafka, a single node of KRaft, from the jars of Maven Central."""

    kind = Kind.JAVA
    name = f"Apache Kafka {VERSION} on Java"

    def __init__(self, work: Path, cache: Path) -> None:
        self._folder = work / "kafka"
        self._cache = cache
        self.log = work / "logs" / "kafka.log"
        self._port, self._controller_port = free_port(), free_port()
        self.address = f"127.0.0.1:{self._port}"

    @override
    def fetch(self) -> None:
        fetch_jars(self._cache)

    @override
    def _launch(self) -> subprocess.Popen[bytes]:
        jars = fetch_jars(self._cache)
        settings = self._folder / "server.properties"
        if not settings.exists():
            self._folder.mkdir(parents=True, exist_ok=True)
            settings.write_text(self._properties(), encoding="utf-8")
            self._format(jars, settings)
        java = ["java", "-Xms256m", "-Xmx512m", "-cp", f"{jars}/*"]
        return start_child([*java, "kafka.Kafka", str(settings)], log=self.log)

    def _properties(self) -> str:
        own = {
            "process.roles": "broker,controller",
            "node.id": "1",
            "controller.quorum.voters": f"1@127.0.0.1:{self._controller_port}",
            "controller.listener.names": "CONTROLLER",
            "listeners": f"PLAINTEXT://127.0.0.1:{self._port},"
            f"CONTROLLER://127.0.0.1:{self._controller_port}",
            "log.dirs": str(self._folder / "data"),
        }
        return "".join(f"{key}={value}\n" for key, value in (own | SETTINGS).items())

    def _format(self, jars: Path, settings: Path) -> None:
        tool = ["java", "-cp", f"{jars}/*", "kafka.tools.StorageTool", "format"]
        done = subprocess.run(
            [*tool, "-t", str(uuid.uuid4()), "-c", str(settings)],
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode != 0:
            raise ServerFailed(f"Kafka's storage cannot be formatted: {done.stderr.strip()}")

    @override
    def _answers(self) -> bool:
        return _serves(self.address)


def fetch_jars(cache: Path) -> Path:
    """The folder with Kafka's jars, filled once per machine from Maven Central."""
    jars = _jars(cache)
    cache.mkdir(parents=True, exist_ok=True)
    with (cache / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not jars.is_dir():
            with tempfile.TemporaryDirectory(dir=cache) as fresh:
                _copy_dependencies(Path(fresh) / "jars")
                os.replace(Path(fresh) / "jars", jars)  # noqa: PTH105  # atomic
    return jars


def _copy_dependencies(target: Path) -> None:
    done = subprocess.run(
        [
            *("mvn", "-q", "-B", "-f", str(POM)),
            "org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy-dependencies",
            f"-DoutputDirectory={target}",
        ],
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        why = next((line for line in done.stdout.splitlines() if "[ERROR]" in line), "no reason")
        raise ServerFailed(f"Maven cannot fetch Kafka {VERSION}: {why}")


class DockerKafka(ContainerServer):
    """Apache Kafka from its public image."""

    image = f"apache/kafka:{VERSION}"

    def __init__(self) -> None:
        self._port = free_port()
        self.address = f"127.0.0.1:{self._port}"

    @override
    def _describe(self, container: DockerContainer) -> None:
        own = {
            "process.roles": "broker,controller",
            "node.id": "1",
            "controller.quorum.voters": "1@localhost:9093",
            "controller.listener.names": "CONTROLLER",
            "listeners": f"PLAINTEXT://:{self._port},CONTROLLER://:9093",
            "advertised.listeners": f"PLAINTEXT://{self.address}",
            "listener.security.protocol.map": "CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT",
        }
        for key, value in (own | SETTINGS).items():
            container.with_env("KAFKA_" + key.replace(".", "_").upper(), value)
        container.with_env("KAFKA_HEAP_OPTS", "-Xms256m -Xmx512m")
        publish(container, self._port, self._port)

    @override
    def _answers(self) -> bool:
        return _serves(self.address)


class EmbeddedKafka(ChildServer):
    """librdkafka's broker in a process of its own. Ended, it forgets everything."""

    kind = Kind.EMBEDDED
    name = "the embedded broker"
    start_seconds = 20.0

    def __init__(self, work: Path) -> None:
        self.log = work / "logs" / "kafka.log"
        self.address = ""

    @override
    def _launch(self) -> subprocess.Popen[bytes]:
        self.log.unlink(missing_ok=True)
        return start_child([sys.executable, "-m", "deploy.local.embedded_broker"], log=self.log)

    @override
    def _answers(self) -> bool:
        said = self.log.read_text(encoding="utf-8") if self.log.exists() else ""
        if found := re.search(r"serving at (\S+)\n", said):
            self.address = found[1]
        return bool(self.address)
