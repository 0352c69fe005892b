"""Which pipeline is under test, and which consumer groups has each of its processes?"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from deploy.local.processes import Part, Process
from deploy.local.server import Server
from deploy.local.stack import PARTS, stack_processes
from tests.chaos.target import Target

WITH_TWINS = (
    *PARTS,
    Part("intake-inbound-2", "services.intake", ("inbound",)),
    Part("classifier-2", "services.classifier", ("ordinary",), gives_way=True),
    Part("classifier-security-2", "services.classifier", ("security",)),
    Part("entitlements-2", "services.entitlements", gives_way=True),
    Part("router-2", "services.router", ("decisions",), gives_way=True),
)
"""Two replicas of each ordinary stage. Intake's HTTP has one, for one port; the fast lane too."""
READERS = {
    "intake-inbound": ("intake",),
    "classifier": ("classifier",),
    "classifier-security": ("classifier-security",),
    "entitlements": ("entitlements", "entitlements-licences"),
    "router": ("router", "router-security"),
    "router-fast-lane": ("router-fast-lane",),
}
"""The consumer groups of each process. Corrections are so rare that they are left out."""
INTAKE = "intake-http"
SOURCE = "help-desk"


@dataclass(frozen=True, slots=True)
class Pipeline:
    """A running pipeline: how to reach it from outside, and its processes by name."""

    target: Target
    processes: Mapping[str, Process]


def readers_of(process: str) -> tuple[str, ...]:
    """The groups of a process or of its twin; none for intake's HTTP."""
    return READERS.get(process.removesuffix("-2"), ())


@contextmanager
def running_pipeline(
    work: Path,
    kafka: Server,
    database: str,
    *,
    namespace: str,
    parts: Sequence[Part] = PARTS,
    seen_by_processes: str | None = None,
) -> Iterator[Pipeline]:
    """The pipeline on these servers. `database`: where the checker finds it; the processes find
    it at `seen_by_processes`, if there is something in between."""
    with stack_processes(
        work,
        kafka,
        seen_by_processes or database,
        {"TRIAGE_NAMESPACE": namespace},
        note=lambda _text: None,
        parts=parts,
    ) as stack:
        target = Target(
            kafka=kafka.address,
            intake=stack.intake,
            api_key=stack.keys[SOURCE],
            database=database,
            namespace=namespace,
        )
        yield Pipeline(target, stack.supervisor.processes)
