"""What can a fault lay hands on, and what does it say that it did?"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random

from deploy.local.processes import Process
from tests.chaos.flight import FlightMeter
from tests.chaos.load import Load
from tests.chaos.pipeline import INTAKE, Pipeline, readers_of
from tests.chaos.servers import Servers

PAST_THE_SESSION = (11.0, 14.0)
"""Seconds; a member is put out of its group after 10."""
TRIES = 150


@dataclass(frozen=True, slots=True)
class Ground:
    """What a fault can lay hands on."""

    pipeline: Pipeline
    servers: Servers
    load: Load
    meter: FlightMeter
    dice: Random
    clocks: Path
    """The folder with the file of each process' clock."""
    victims: Sequence[str] = ()
    """The processes that may be hit; empty: all that take part in carrying tickets."""

    def a_process(self) -> tuple[str, Process]:
        carrying = [n for n in self.pipeline.processes if n == INTAKE or readers_of(n)]
        name = self.dice.choice(self.victims or carrying)
        return name, self.pipeline.processes[name]


@dataclass(frozen=True, slots=True)
class Harm:
    """Whom a fault hit and what it did, in words. `hit` False: it came too late to hit anything."""

    subject: str
    did: str
    hit: bool = True
    cut_off: int = 0
    """Records or requests in the hands of a killed process."""


Fault = Callable[[Ground], Awaitable[Harm]]
