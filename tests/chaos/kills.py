"""How is a process killed so that it counts? With records in flight that it had not committed."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from random import Random

from deploy.local.processes import Process
from tests.chaos.flight import FlightMeter
from tests.chaos.load import Load
from tests.chaos.pipeline import INTAKE, Pipeline, readers_of

READY_POLL_SECONDS = 0.2
FLIGHT_POLL_SECONDS = 0.005
LONGEST_CALM = 1.5
"""Seconds between a process being ready and the next attempt on it, at most."""


@dataclass(frozen=True, slots=True)
class Kill:
    """One SIGKILL: when (seconds after the start), and how much was cut off by it."""

    at: float
    process: str
    in_flight: int


async def until_ready(process: Process) -> None:
    """Wait, as long as it takes, until the process says that it works."""
    while True:
        if not await asyncio.to_thread(process.not_ready):
            return
        await asyncio.sleep(READY_POLL_SECONDS)


@dataclass(slots=True)
class Killer:
    """Kills every process again and again, each as soon as it is back and has work in hand."""

    pipeline: Pipeline
    load: Load
    dice: Random
    kills: list[Kill] = field(default_factory=list)
    idle: int = 0
    """Kills that hit nothing, which don't count."""

    async def run(self, seconds: float) -> None:
        began = time.monotonic()
        async with FlightMeter(self.pipeline.target) as meter:
            tasks = [
                asyncio.create_task(self._hunt(name, process, meter, began))
                for name, process in self.pipeline.processes.items()
                if name == INTAKE or readers_of(name)
            ]
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(asyncio.gather(*tasks), seconds)

    def by_process(self) -> Mapping[str, int]:
        return Counter(kill.process for kill in self.kills)

    async def _hunt(self, name: str, process: Process, meter: FlightMeter, began: float) -> None:
        while True:
            await until_ready(process)
            await asyncio.sleep(self.dice.uniform(0.0, LONGEST_CALM))
            cut_off = await self._kill(name, process, meter)
            if cut_off:
                self.kills.append(Kill(time.monotonic() - began, name, cut_off))
            else:
                self.idle += 1

    async def _kill(self, name: str, process: Process, meter: FlightMeter) -> int:
        """SIGKILL as soon as there is work in hand; returns what was not finished by then."""
        while True:
            if name == INTAKE and (cut_off := self.load.in_flight):
                process.kill()
                return cut_off
            for reader in readers_of(name):
                if ends := await meter.in_flight(reader):
                    process.kill()
                    return await meter.unfinished(reader, ends)
            await asyncio.sleep(FLIGHT_POLL_SECONDS)
