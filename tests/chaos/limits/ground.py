"""What has every question about limits: servers, a pipeline, sizes of processes, a report."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil

from deploy.local.kafka import choose_kafka
from deploy.local.postgres import choose_postgres
from deploy.local.processes import Part, Process
from deploy.local.server import Kind, Server
from deploy.local.stack import PARTS
from tests.chaos.memory import in_mb
from tests.chaos.pipeline import Pipeline, running_pipeline
from tests.chaos.reader import read_lag
from tests.chaos.report import machine, table
from tests.chaos.target import Target
from tests.chaos.verdict import Verdict

KAFKA = (Kind.JAVA, Kind.DOCKER)
POSTGRES = (Kind.INSTALLED, Kind.EMBEDDED, Kind.DOCKER)
POLL_SECONDS = 1.0


@dataclass(frozen=True, slots=True)
class Answer:
    """What a question came to: tables of figures under a few words, and whether promises held."""

    question: str
    command: str
    lines: Sequence[str]
    verdict: Verdict

    def as_markdown(self) -> str:
        held = "held" if self.verdict.holds else "BROKEN"
        head = [f"# {self.question} {held}", "", f"`{self.command}`", ""]
        told = ["```", self.verdict.words(), "```", ""]
        figures = table(("checked", "value"), self._figures())
        return "\n".join(
            [*head, *self.lines, *told, *figures, *table(("machine", ""), machine().items())]
        )

    def _figures(self) -> Iterator[tuple[str, int]]:
        """What there was none of is left out."""
        yield from ((name, figure) for name, figure in self.verdict.figures.items() if figure)


@contextmanager
def a_pipeline(
    work: Path,
    kafka: Server | None = None,
    postgres: Server | None = None,
    parts: Sequence[Part] = PARTS,
) -> Iterator[Pipeline]:
    """One replica of each stage, on servers of its own where none are given."""
    with (
        kafka or choose_kafka(work, KAFKA, {}) as kafka_here,
        postgres or choose_postgres(work, POSTGRES, {}) as postgres_here,
        running_pipeline(
            work, kafka_here, postgres_here.address, namespace="limits", parts=parts
        ) as pipeline,
    ):
        yield pipeline


def sizes(processes: Mapping[str, Process]) -> dict[str, int]:
    """Resident bytes of every process that runs."""
    return {
        name: psutil.Process(process.pid).memory_info().rss
        for name, process in processes.items()
        if process.pid is not None
    }


def size_rows(*moments: Mapping[str, int]) -> Iterator[tuple[str, ...]]:
    """Each process with its MB at these moments; empty where it did not run."""
    for name in moments[-1]:
        yield name, *(in_mb(sizes[name]) if name in sizes else "" for sizes in moments)


async def until_read(target: Target, readers: Sequence[str], seconds: float) -> float:
    """Wait until these groups have read all there is; the seconds it took. Raises TimeoutError."""
    began = time.monotonic()
    while any((await read_lag(target.kafka, target.namespace, readers)).values()):
        if time.monotonic() - began > seconds:
            raise TimeoutError(f"{', '.join(readers)} still had work after {seconds:.0f} s")
        await asyncio.sleep(POLL_SECONDS)
    return time.monotonic() - began
