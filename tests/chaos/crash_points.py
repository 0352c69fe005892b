"""Is anything lost when a process ends before or after any step of the engine?"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping, Sequence
from itertools import product
from pathlib import Path
from random import Random

from deploy.local.processes import Part, Process
from deploy.local.stack import PARTS
from shared.engine.steps import Step
from tests.chaos.kills import until_ready
from tests.chaos.pipeline import READERS, Pipeline
from tests.support.crashing import CRASHED, crashing

POINTS = tuple(f"{step}/{when}" for step, when in product(Step, ("before", "after")))
CRASH_SECONDS = 60.0
"""How long a process may take to come to the step, having work."""
ENGINES = tuple(READERS)
"""The processes that run the engine; intake's HTTP does not."""


def crashing_parts(orders: Path) -> Sequence[Part]:
    """The pipeline, whose engines end where a file of their name in `orders` says."""
    orders.mkdir(parents=True, exist_ok=True)
    return tuple(
        crashing(part, orders / part.name) if part.name in ENGINES else part for part in PARTS
    )


async def crash_everywhere(
    pipeline: Pipeline, orders: Path, times: Mapping[str, int], dice: Random
) -> Mapping[str, int]:
    """End each process at each step as often as said, all at once; returns the crashes of each."""
    counts = await asyncio.gather(
        *(
            _crash(pipeline.processes[name], orders / name, count, dice)
            for name, count in times.items()
        )
    )
    return dict(zip(times, counts, strict=True))


async def _crash(process: Process, order: Path, times: int, dice: Random) -> int:
    points = [*POINTS] * times
    dice.shuffle(points)
    # Started again here, for the supervisor would wait longer each time.
    process.restart = False
    for point in points:
        await until_ready(process)
        await asyncio.to_thread(order.write_text, point, encoding="utf-8")
        await _ended(process, point)
        process.start()
    await until_ready(process)
    process.restart = True
    return len(points)


async def _ended(process: Process, point: str) -> None:
    deadline = time.monotonic() + CRASH_SECONDS
    while process.exit_code is None:
        if time.monotonic() > deadline:
            raise TimeoutError(f"{process.part.name} did not come to {point}")
        await asyncio.sleep(0.05)
    if process.exit_code != CRASHED:
        raise RuntimeError(f"{process.part.name} ended by itself: {process.last_words()}")
