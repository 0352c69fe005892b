"""How does a test drive docker-compose.yml? As a project of its own, on ports of its own."""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import subprocess
import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from deploy.local.children import free_port
from shared.settings import KafkaSettings

ROOT = Path(__file__).parents[2]
NAMESPACE = "support"
PARTITIONS = 6
SERVERS = ("kafka", "postgres")


def why_not() -> str | None:
    """Why containers can't run here; None where they can."""
    if shutil.which("docker") is None:
        return "there is no docker command"
    for command in (["docker", "info"], ["docker", "compose", "version"]):
        asked = subprocess.run(command, capture_output=True, text=True, timeout=30, check=False)
        if asked.returncode:
            said = (asked.stderr.strip() or asked.stdout.strip()).splitlines()
            return f"{' '.join(command)}: {said[-1] if said else asked.returncode}"
    return None


@dataclass(frozen=True, slots=True)
class Compose:
    """One project. `docker` and `compose` return stdout, and raise AssertionError with stderr."""

    project: str
    kafka_port: int
    intake_port: int
    watch_port: int
    version: str = "test"
    files: tuple[str, ...] = ("docker-compose.yml",)

    @classmethod
    def fresh(cls, project: str, *more: str) -> Compose:
        """On ports of its own; `more`: files on top of docker-compose.yml."""
        files = ("docker-compose.yml", *more)
        return cls(project, free_port(), free_port(), free_port(), files=files)

    @property
    def settings(self) -> KafkaSettings:
        return KafkaSettings(
            kafka_bootstrap_servers=f"localhost:{self.kafka_port}",
            triage_namespace=NAMESPACE,
            triage_partitions=PARTITIONS,
        )

    @property
    def intake(self) -> str:
        return f"http://127.0.0.1:{self.intake_port}"

    @property
    def environment(self) -> Mapping[str, str]:
        """What `.env` would say."""
        return {
            **os.environ,
            "COMPOSE_PROJECT_NAME": self.project,
            "COMPOSE_FILE": ":".join(self.files),
            "TRIAGE_VERSION": self.version,
            "TRIAGE_NAMESPACE": NAMESPACE,
            "TRIAGE_PARTITIONS": str(PARTITIONS),
            "KAFKA_PORT": str(self.kafka_port),
            "INTAKE_PORT": str(self.intake_port),
            "WATCH_PORT": str(self.watch_port),
            "WATCH_CANARY_SECONDS": "0",  # so that every ticket is the tests' own
        }

    def compose(self, *arguments: str, seconds: float = 120.0) -> str:
        return self.docker("compose", *arguments, seconds=seconds)

    def docker(self, *arguments: str, seconds: float = 60.0) -> str:
        done = self.tried(*arguments, seconds=seconds)
        assert done.returncode == 0, f"docker {' '.join(arguments)}:\n{done.stderr[-3000:]}"
        return done.stdout

    def tried(self, *arguments: str, seconds: float = 60.0) -> subprocess.CompletedProcess[str]:
        """As `docker`, however it ends."""
        return subprocess.run(
            ["docker", *arguments],
            cwd=ROOT,
            env=self.environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=seconds,
            check=False,
        )

    async def soon(self, *arguments: str, seconds: float = 60.0) -> str:
        """As `docker`, beside what the test does meanwhile."""
        return await asyncio.to_thread(self.docker, *arguments, seconds=seconds)

    def last_words(self) -> str:
        """The state of each container, and the end of its log."""
        return self.compose("ps", "--all") + self.compose("logs", "--no-color", "--tail", "15")

    def containers(self) -> list[dict[str, Any]]:
        """Every container that should run, as compose tells of it."""
        listed = self.compose("ps", "--format", "json").splitlines()
        return [json.loads(line) for line in listed]

    def not_healthy(self) -> list[str]:
        return [c["Name"] for c in self.containers() if c["Health"] != "healthy"]

    def ledger(self) -> list[tuple[str, int, str, bool]]:
        """The view `ledger`: ticket, revision, queue, live."""
        query = "select ticket_id, revision, queue, live from ledger"
        psql = ("psql", "-U", "triage", "-d", "triage", "-At", "-F", "|", "-c", query)
        rows = self.compose("exec", "-T", "postgres", *psql).split()
        cells = (row.split("|") for row in rows)
        return [
            (ticket, int(revision), queue, live == "t") for ticket, revision, queue, live in cells
        ]


@contextmanager
def up_from_nothing(*more: str) -> Iterator[Compose]:
    """The whole pipeline, as `docker compose up --wait` gives it; gone with the context.

    `more`: files on top of docker-compose.yml.
    """
    project = Compose.fresh(f"triage-test-{uuid.uuid4().hex[:8]}", *more)
    project.compose("build", "--quiet", seconds=900)
    try:
        try:
            project.compose("up", "--wait", "--no-build", seconds=300)
        except AssertionError as error:
            error.add_note(project.last_words())
            raise
        yield project
    finally:
        project.compose("--profile", "*", "down", "--volumes", "--timeout", "3")
