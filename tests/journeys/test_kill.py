"""Is anything lost or decided twice when processes are killed at work?"""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path
from random import Random

import pytest

from deploy.local.server import Server
from tests.chaos.kills import Killer
from tests.chaos.load import Load, Mix
from tests.chaos.pipeline import INTAKE, READERS, running_pipeline
from tests.chaos.verification import Ended, verify
from tests.support.servers import fresh_folder

SECONDS = 60.0
MOST_SECONDS = 180.0
"""A busy machine takes longer to start what was killed."""
KILLS = 20
BATCH = 500
SEED = 1


@pytest.mark.real
@pytest.mark.timeout(900)
async def test_no_ticket_is_lost_or_decided_twice_when_processes_are_killed(
    kafka: Server,
    database_url: str,
    namespace: str,
    work: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    with running_pipeline(fresh_folder(work), kafka, database_url, namespace=namespace) as pipeline:
        async with Load(pipeline.target, Mix(seconds=MOST_SECONDS, reports=0.05), SEED) as load:
            arriving = asyncio.create_task(load.run())
            killer = Killer(pipeline, load, Random(SEED))
            await killer.run(SECONDS, MOST_SECONDS, KILLS)
            load.end()
            await arriving
            ended = await verify(pipeline.target, load)
    with capsys.disabled():
        sys.stdout.write(told(ended, killer))
    assert ended.verdict.holds, ended.verdict.words()
    assert set(killer.by_process()) == {INTAKE, *READERS}
    assert len(killer.kills) >= KILLS
    assert ended.verdict.figures["raw repeats on queues"] <= BATCH * len(killer.kills)


def told(ended: Ended, killer: Killer) -> str:
    """The figures of the run, for whoever reads the test's output."""
    lines = [f"kills, each with records in flight: {len(killer.kills)}"]
    for process, count in sorted(killer.by_process().items()):
        cut_off = [kill.in_flight for kill in killer.kills if kill.process == process]
        lines.append(f"  {process}: {count}, records in flight {cut_off}")
    lines += [f"  {name}: {figure}" for name, figure in ended.verdict.figures.items()]
    lines += [f"  settled after {ended.settle_seconds:.1f} s", ended.verdict.words()]
    return "\n" + "\n".join(lines) + "\n"
