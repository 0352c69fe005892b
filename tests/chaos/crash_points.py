"""Is anything lost when a process ends before or after any step of the engine?"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Mapping, Sequence
from itertools import product
from pathlib import Path
from random import Random

from deploy.local.kafka import choose_kafka
from deploy.local.postgres import choose_postgres
from deploy.local.processes import Part, Process
from deploy.local.server import Kind
from deploy.local.stack import PARTS
from shared.engine.steps import Step
from tests.chaos.kills import until_ready
from tests.chaos.load import Load, Mix
from tests.chaos.pipeline import READERS, Pipeline, running_pipeline
from tests.chaos.verification import Ended, verify
from tests.support.crashing import CRASHED, crashing

Note = Callable[[str], None]


def silent(_text: str) -> None:
    """For tests, which say at their end what they saw."""


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


LONG = dict.fromkeys(ENGINES, 2) | {"router": 20}
"""How often each process ends at each point in the long run: the ledger's keeper most."""
MIX = Mix(rate=20.0, seconds=7200.0, reports=0.15, inbound=0.15)
"""For longer than it can take: the load ends with the last crash."""


async def run_crash_points(
    pipeline: Pipeline,
    orders: Path,
    times: Mapping[str, int],
    seed: int,
    note: Note = silent,
) -> tuple[Mapping[str, int], Ended]:
    """Crashes under load, then the verdict; returns the crashes of each process with it."""
    async with Load(pipeline.target, MIX, seed) as load:
        arriving = asyncio.create_task(load.run())
        crashes = await crash_everywhere(pipeline, orders, times, Random(seed), note)
        load.end()
        await arriving
        return crashes, await verify(pipeline.target, load)


def long_run(work: Path, seed: int, note: Note) -> tuple[Mapping[str, int], Ended]:
    """The long run, on servers of its own."""
    orders = work / "orders"
    with (
        choose_kafka(work, (Kind.JAVA, Kind.DOCKER), {}) as kafka,
        choose_postgres(work, (Kind.INSTALLED, Kind.EMBEDDED, Kind.DOCKER), {}) as postgres,
        running_pipeline(
            work, kafka, postgres.address, namespace="crashes", parts=crashing_parts(orders)
        ) as pipeline,
    ):
        return asyncio.run(run_crash_points(pipeline, orders, LONG, seed, note))


async def crash_everywhere(
    pipeline: Pipeline, orders: Path, times: Mapping[str, int], dice: Random, note: Note
) -> Mapping[str, int]:
    """End each process at each step as often as said, all at once; returns the crashes of each."""
    counts = await asyncio.gather(
        *(
            _crash(pipeline.processes[name], orders / name, count, dice, note)
            for name, count in times.items()
        )
    )
    return dict(zip(times, counts, strict=True))


async def _crash(process: Process, order: Path, times: int, dice: Random, note: Note) -> int:
    points = [*POINTS] * times
    dice.shuffle(points)
    # Started again here, for the supervisor would wait longer each time.
    process.restart = False
    for number, point in enumerate(points, 1):
        await until_ready(process)
        await asyncio.to_thread(order.write_text, point, encoding="utf-8")
        await _ended(process, point)
        note(f"{process.part.name} {number}/{len(points)}: ended at {point}")
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
