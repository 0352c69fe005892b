"""Is anything lost or decided twice when a process ends at any step of its work?"""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from deploy.local.server import Server
from tests.chaos.crash_points import POINTS, crashing_parts, run_crash_points
from tests.chaos.pipeline import running_pipeline
from tests.support.servers import fresh_folder

SEED = 6
PROCESSES = ("router", "router-fast-lane")
"""The two that decide; `make chaos CRASHES=1` ends all of them, and these 20 times at each point."""


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
        crashes, ended = await run_crash_points(pipeline, orders, dict.fromkeys(PROCESSES, 1), SEED)
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
