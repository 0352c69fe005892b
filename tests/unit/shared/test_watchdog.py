"""Does the watchdog end a loop that stands still, and nothing else?"""

from __future__ import annotations

import asyncio
import threading
import time

import pytest

from shared.engine import watchdog
from shared.engine.watchdog import Watchdog


async def answers() -> bool:
    return True


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watchdog, "CHECK_SECONDS", 0.01)
    monkeypatch.setattr(watchdog, "FROZEN_LOOP_SECONDS", 0.2)


async def test_a_loop_that_stands_still_is_ended() -> None:
    ended = threading.Event()
    task = asyncio.create_task(Watchdog([], answers, ended.set).run())
    await asyncio.sleep(0)
    seen = time.monotonic() + 10
    while not ended.is_set() and time.monotonic() < seen:
        ended.wait(0.05)  # this blocks the loop: nothing else turns in it
    task.cancel()
    assert ended.is_set()


async def test_a_watchdog_that_was_stopped_ends_nobody() -> None:
    ended = threading.Event()
    task = asyncio.create_task(Watchdog([], answers, ended.set).run())
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert not ended.wait(0.6)
