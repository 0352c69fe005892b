"""Does a process grow while it works? Its resident memory, read every few seconds."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from time import monotonic

import psutil

from deploy.local.processes import Process

EVERY_SECONDS = 2.0
WARM_SECONDS = 30.0
"""A process is measured from here on: before, it still loads."""
MB = 1024 * 1024


@dataclass(slots=True)
class Life:
    """Resident bytes of one process id, with the seconds since it was first seen."""

    samples: list[tuple[float, int]] = field(default_factory=list)

    @property
    def seconds(self) -> float:
        return self.samples[-1][0] if self.samples else 0.0

    @property
    def warm(self) -> int:
        """Bytes when it had been up for half a minute; at its end, if it did not live so long."""
        return next((rss for at, rss in self.samples if at >= WARM_SECONDS), self.last)

    @property
    def last(self) -> int:
        return self.samples[-1][1]

    @property
    def most(self) -> int:
        return max(rss for _, rss in self.samples)


@dataclass(slots=True)
class MemoryMeter:
    """Reads the memory of every process until it is cancelled; a restart is another life."""

    processes: Mapping[str, Process]
    lives: dict[str, dict[int, Life]] = field(default_factory=dict)
    _seen: dict[int, float] = field(default_factory=dict)

    async def run(self) -> None:
        while True:
            self.read()
            await asyncio.sleep(EVERY_SECONDS)

    def read(self) -> None:
        """One reading of every process that runs."""
        for name, process in self.processes.items():
            pid = process.pid
            if pid is None:
                continue
            with suppress(psutil.NoSuchProcess):
                rss = psutil.Process(pid).memory_info().rss
                if not rss:
                    continue  # it has just ended
                since = self._seen.setdefault(pid, monotonic())
                life = self.lives.setdefault(name, {}).setdefault(pid, Life())
                life.samples.append((monotonic() - since, rss))

    def longest(self) -> Mapping[str, Life]:
        """The longest life of each process."""
        return {
            name: max(lives.values(), key=lambda life: life.seconds)
            for name, lives in self.lives.items()
        }


def in_mb(size: int) -> str:
    return f"{size / MB:.0f}"
