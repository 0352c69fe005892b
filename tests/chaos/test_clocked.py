"""Can the wall clock of a process be set while it runs, and its monotonic clock not?"""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

import pytest

from deploy.local.processes import Part
from deploy.local.server import ServerFailed
from tests.chaos.clocked import clock_file, clocked, library, set_clock
from tests.support.servers import absent
from tests.support.waiting import eventually

TELL = "import sys, time\nfor _ in sys.stdin: print(time.time(), time.monotonic(), flush=True)"
PATIENCE = 20.0


@pytest.mark.real
async def test_the_wall_clock_jumps_and_comes_back_and_the_monotonic_clock_stays(
    tmp_path: Path,
) -> None:
    if library() is None:
        absent("libfaketime", ServerFailed("no libfaketime; on Debian: apt-get install faketime"))
    (tmp_path / "teller.py").write_text(TELL, encoding="utf-8")
    (part,) = clocked([Part("teller", "teller")], tmp_path)
    with subprocess.Popen(  # noqa: ASYNC220  # it only answers what it is asked
        [sys.executable, "-m", part.module, *part.arguments],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env={"PYTHONPATH": f"{tmp_path}:{Path.cwd()}"},
    ) as process:
        assert within(1.0, off(process)[0])
        for hour in (3600, -3600, 0):
            set_clock(clock_file(tmp_path, "teller"), hour)
            await eventually(lambda hour=hour: jumped(process, hour), PATIENCE)  # type: ignore[misc]
            assert within(1.0, off(process)[1])
        process.kill()


def off(process: subprocess.Popen[bytes]) -> tuple[float, float]:
    """By how much its wall clock and its monotonic clock differ from ours, in seconds."""
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.write(b"\n")
    process.stdin.flush()
    wall, monotonic = map(float, process.stdout.readline().split())
    return wall - time.time(), monotonic - time.monotonic()


async def jumped(process: subprocess.Popen[bytes], seconds: int) -> bool:
    return within(1.0, off(process)[0] - seconds)


def within(seconds: float, difference: float) -> bool:
    return abs(difference) < seconds
