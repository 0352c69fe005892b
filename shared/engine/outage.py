"""How is an outage waited out? In place, with growing pauses, until it ends or we must let go."""

from __future__ import annotations

import random
from collections.abc import Awaitable, Callable
from typing import TypeVar

import structlog

from shared.engine.progress import Progress
from shared.failures import Transient, is_transient

FIRST_PAUSE_SECONDS = 0.05
LONGEST_PAUSE_SECONDS = 1.0

ResultT = TypeVar("ResultT")
log = structlog.get_logger()


async def wait_out(
    work: Callable[[], Awaitable[ResultT]],
    *,
    progress: Progress,
    let_go: Callable[[], bool],
    pause: Callable[[float], Awaitable[None]],
) -> ResultT:
    """The result of `work`, tried again while a dependency is away.

    Raises Transient when `let_go` says so (the process stops, or the partitions move on);
    anything but an outage is raised at once.
    """
    seconds = FIRST_PAUSE_SECONDS
    while True:
        try:
            result = await work()
        except Exception as error:
            if not is_transient(error):
                raise
            if let_go():
                raise Transient(type(error).__name__) from error
            if progress.waiting_for is None:
                log.warning("dependency.away", error=type(error).__name__, stage=progress.stage)
            progress.waiting_for = type(error).__name__
            await pause(seconds * random.uniform(0.5, 1.0))  # noqa: S311  # jitter, no secret
            seconds = min(seconds * 2, LONGEST_PAUSE_SECONDS)
        else:
            if progress.waiting_for is not None:
                log.info("dependency.back", stage=progress.stage)
            progress.waiting_for = None
            return result
