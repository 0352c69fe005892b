"""Where does the bench run? Real Kafka and PostgreSQL of its own, and processes that it starts."""

from __future__ import annotations

import os
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from uuid import uuid4

import asyncpg

from deploy.local import kafka as kafka_here
from deploy.local import postgres as postgres_here
from deploy.local.apart import run_apart
from deploy.local.children import ask_to_end, last_lines, start_child, wait_or_kill
from deploy.local.processes import Part
from deploy.local.server import ChildServer, Kind, Server
from deploy.local.stack import RunningStack, stack_processes
from tests.bench.broker import Broker
from tests.bench.cpu import cpu_seconds, memory_mb
from tests.support.servers import database_named

BENCH = Path(sys.prefix) / "bench" / "bin" / "python"
"""An environment of its own, made of requirements/bench.txt: quixstreams needs one."""
SHORT = 10
"""A short run, which only tries whether all works, has a tenth of the tickets."""


KAFKA = (Kind.GIVEN, Kind.JAVA, Kind.DOCKER)
POSTGRES = (Kind.GIVEN, Kind.INSTALLED, Kind.EMBEDDED, Kind.DOCKER)
"""Where the machine has them, without a network between container and host."""


@dataclass(frozen=True, slots=True)
class Child:
    """A process that is measured, or several as one."""

    name: str
    pids: tuple[int, ...]
    log: Path

    def cpu(self) -> float:
        return sum(map(cpu_seconds, self.pids))

    def memory(self) -> float:
        return sum(map(memory_mb, self.pids))

    def last_words(self) -> str:
        return f"the log of {self.name} ends with:\n{last_lines(self.log)}"


@dataclass(frozen=True, slots=True)
class Place:
    """The servers, and how much is to be measured."""

    folder: Path
    kafka: Server
    postgres: Server
    broker: Broker
    short: bool = False
    long: bool = False
    began: float = field(default_factory=time.monotonic)

    def say(self, text: str) -> None:
        sys.stdout.write(f"{time.monotonic() - self.began:6.1f} s  {text}\n")
        sys.stdout.flush()

    def count(self, full: int) -> int:
        """So many in a full run, a tenth in a short one."""
        return max(1, full // SHORT) if self.short else full

    def namespace(self, what: str) -> str:
        return f"bench-{what}-{uuid4().hex[:6]}"

    def database(self) -> str:
        """A fresh database's DSN."""
        name = f"bench_{uuid4().hex[:12]}"
        run_apart(lambda: _create(self.postgres.address, name))
        return database_named(self.postgres.address, name)

    def postgres_pids(self) -> tuple[int, ...]:
        """The server's process, whose descendants do its work, where it is a child of ours."""
        child = self.postgres._child if isinstance(self.postgres, ChildServer) else None
        return (child.pid,) if child is not None else ()

    @contextmanager
    def child(
        self, name: str, command: Sequence[str], environment: Mapping[str, str] | None = None
    ) -> Iterator[Child]:
        """A process, ended with the context."""
        log = self.folder / "logs" / f"{name}.log"
        process = start_child(command, log=log, environment={**os.environ, **(environment or {})})
        try:
            yield Child(name, (process.pid,), log)
        finally:
            if process.poll() is None:
                ask_to_end(process)
            wait_or_kill(process, 10.0)

    @contextmanager
    def python(
        self,
        module: str,
        *arguments: str,
        environment: Mapping[str, str] | None = None,
        interpreter: Path = Path(sys.executable),
    ) -> Iterator[Child]:
        """`python -m MODULE ARGUMENT...`, which learns of Kafka as our services do."""
        given = {"KAFKA_BOOTSTRAP_SERVERS": self.kafka.address, **(environment or {})}
        name = "-".join((module.rpartition(".")[2], *arguments[:1], uuid4().hex[:4]))
        with self.child(name, [str(interpreter), "-m", module, *arguments], given) as child:
            yield child

    @contextmanager
    def services(
        self, namespace: str, parts: Sequence[Part], database: str | None = None
    ) -> Iterator[RunningStack]:
        """Processes of the pipeline, ready, on topics and tables of their own."""
        folder = self.folder / namespace
        folder.mkdir(mode=0o711)
        with stack_processes(
            folder,
            self.kafka,
            database or self.database(),
            {"TRIAGE_NAMESPACE": namespace, "LOG_LEVEL": "WARNING"},
            note=lambda _text: None,
            parts=parts,
        ) as stack:
            yield stack


async def _create(dsn: str, name: str) -> None:
    connection = await asyncpg.connect(dsn, timeout=10)
    try:
        await connection.execute(f"create database {name}")
    finally:
        await connection.close()


@contextmanager
def a_place(*, short: bool, long: bool) -> Iterator[Place]:
    """Servers for one run of the bench, ended and forgotten with it."""
    with tempfile.TemporaryDirectory(prefix="triage-bench-") as made:
        folder = Path(made)
        folder.chmod(0o711)
        kafka = kafka_here.choose_kafka(folder, KAFKA, os.environ)
        postgres = postgres_here.choose_postgres(folder, POSTGRES, os.environ)
        with kafka, postgres:
            yield Place(folder, kafka, postgres, Broker(kafka.address), short, long)


def services_of(stack: RunningStack) -> dict[str, Child]:
    """The processes of a stack as the bench measures them."""
    return {
        name: Child(name, (process.pid or 0,), process.log)
        for name, process in stack.supervisor.processes.items()
    }
