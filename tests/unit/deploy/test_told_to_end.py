"""Does a command that is told to end put its house in order first?"""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

import pytest

WORKING = """
import asyncio, sys, tempfile
from deploy.local.told_to_end import ended_by_signals

async def work():
    background = asyncio.create_task(busy())
    print(folder, flush=True)
    await background

async def busy():
    while True:
        await asyncio.sleep(0)

with ended_by_signals(), tempfile.TemporaryDirectory() as folder:
    asyncio.run(work())
"""


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_a_command_told_to_end_leaves_nothing_behind_whichever_task_hears_it(
    number: signal.Signals,
) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", WORKING], stdout=subprocess.PIPE, text=True
    ) as working:
        assert working.stdout is not None
        folder = Path(working.stdout.readline().strip())
        assert folder.is_dir()
        working.send_signal(number)
        assert working.wait(30) == 128 + signal.SIGTERM
    assert not folder.exists()
