"""How is a process killed so that it counts? With records in flight that it had not committed."""

from __future__ import annotations

import asyncio
import os
import signal
import time
from asyncio import FIRST_COMPLETED
from collections import Counter
from collections.abc import Mapping
from contextlib import suppress
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
INTAKE_CALM = 12.0
"""Longer, or nothing would come through the only door."""


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
    _began: float = 0.0

    async def run(self, least_seconds: float, most_seconds: float, least_kills: int) -> None:
        """Until the time is up and enough was killed, every process among it, or time is out."""
        self._began = time.monotonic()
        async with FlightMeter(self.pipeline.target) as meter:
            hunts = {
                name: asyncio.create_task(self._hunt(name, process, meter))
                for name, process in self.pipeline.processes.items()
                if name == INTAKE or readers_of(name)
            }
            while True:
                await asyncio.wait(hunts.values(), timeout=1.0, return_when=FIRST_COMPLETED)
                enough = len(self.kills) >= least_kills and self.by_process().keys() == hunts.keys()
                failed = [hunt for hunt in hunts.values() if hunt.done()]
                passed = time.monotonic() - self._began
                if failed or passed > most_seconds or (enough and passed > least_seconds):
                    break
            for hunt in hunts.values():
                hunt.cancel()
            await asyncio.gather(*hunts.values(), return_exceptions=True)
            for hunt in failed:
                hunt.result()

    def by_process(self) -> Mapping[str, int]:
        return Counter(kill.process for kill in self.kills)

    async def _hunt(self, name: str, process: Process, meter: FlightMeter) -> None:
        while True:
            await until_ready(process)
            longest = INTAKE_CALM if name == INTAKE else LONGEST_CALM
            await asyncio.sleep(self.dice.uniform(0.0, longest))
            cut_off = await kill_at_work(name, process, meter, self.load)
            if cut_off:
                self.kills.append(Kill(time.monotonic() - self._began, name, cut_off))


async def kill_at_work(
    name: str, process: Process, meter: FlightMeter, load: Load, seconds: float = 10.0
) -> int:
    """SIGKILL with work in hand; returns how much of it, 0 if none was met in this time.

    The process is frozen first and killed only if it still has work then, so that no kill comes
    too late. Signals go to the process itself: to look for children would take too long.
    """
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        pid = process.pid
        if pid is None:
            return 0
        if name == INTAKE and (cut_off := load.in_flight):
            os.kill(pid, signal.SIGKILL)
            return cut_off
        for reader in readers_of(name):
            ends = await meter.in_flight(reader)
            if not ends:
                continue
            os.kill(pid, signal.SIGSTOP)
            try:
                if cut_off := await meter.unfinished(reader, ends):
                    os.kill(pid, signal.SIGKILL)
                    return cut_off
            finally:
                with suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGCONT)
        await asyncio.sleep(FLIGHT_POLL_SECONDS)
    return 0
