"""Is anything lost or decided twice when a process ends at any step of its work?"""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path
from random import Random

import pytest

from deploy.local.server import Server
from tests.chaos.crash_points import ENGINES, POINTS, crash_everywhere, crashing_parts
from tests.chaos.load import Load, Mix
from tests.chaos.pipeline import running_pipeline
from tests.chaos.verification import verify
from tests.support.servers import fresh_folder

SEED = 6
MIX = Mix(rate=20.0, seconds=600.0, reports=0.15, inbound=0.15)
"""For longer than it can take: the load ends with the last crash."""


@pytest.mark.real
@pytest.mark.timeout(900)
async def test_no_ticket_is_lost_or_decided_twice_when_a_process_ends_at_any_step(
    kafka: Server,
    database_url: str,
    namespace: str,
    work: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    folder = fresh_folder(work)
    orders = folder / "orders"
    with running_pipeline(
        folder, kafka, database_url, namespace=namespace, parts=crashing_parts(orders)
    ) as pipeline:
        async with Load(pipeline.target, MIX, SEED) as load:
            arriving = asyncio.create_task(load.run())
            crashes = await crash_everywhere(
                pipeline, orders, dict.fromkeys(ENGINES, 1), Random(SEED)
            )
            load.end()
            await arriving
            ended = await verify(pipeline.target, load)
    figures = ended.verdict.figures
    with capsys.disabled():
        sys.stdout.write(
            f"\n{sum(crashes.values())} crashes at {len(POINTS)} points of {len(crashes)}"
            f" processes, {figures['accepted']} tickets,"
            f" {figures['raw repeats on queues']} raw repeats,"
            f" settled after {ended.settle_seconds:.1f} s\n"
        )
    assert ended.verdict.holds, ended.verdict.words()
    assert set(crashes.values()) == {len(POINTS)}
