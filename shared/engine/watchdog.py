"""Is a process wedged? Ends one that looks alive and does nothing.

aiokafka's background tasks can die while heartbeats go on (aio-libs/aiokafka#1154 and its
kin), so liveness is judged by progress, never by a ping. An outage is no wedge: while Kafka
does not answer, waiting is right.
"""

from __future__ import annotations

import asyncio
import os
import threading
import time
from collections.abc import Awaitable, Callable, Iterable
from typing import TYPE_CHECKING, Any

import structlog

from shared import metrics

if TYPE_CHECKING:
    from shared.engine.stage import Stage

EXIT_CODE = 70
CHECK_SECONDS = 1.0
DEAD_TASK_SECONDS = 3.0
STUCK_SECONDS = 60.0
"""A batch or a poll that takes longer, with Kafka answering and no outage known, is stuck."""
FROZEN_LOOP_SECONDS = 60.0

log = structlog.get_logger()


class Watchdog:
    """Watches the stages of one process; `answers` says whether Kafka answers at all."""

    def __init__(
        self,
        stages: Iterable[Stage[Any]],
        answers: Callable[[], Awaitable[bool]],
        end: Callable[[], None] = lambda: os._exit(EXIT_CODE),
    ) -> None:
        self._stages = list(stages)
        self._answers = answers
        self._end = end
        self._suspected: dict[str, float] = {}
        self._ticked = time.monotonic()
        self._ended = threading.Event()
        self.stuck: str | None = None

    async def run(self) -> None:
        self._ticked = time.monotonic()
        threading.Thread(target=self._watch_loop, daemon=True, name="watchdog").start()
        try:
            while True:
                self._ticked = time.monotonic()
                await self._check()
                await asyncio.sleep(CHECK_SECONDS)
        finally:
            self._ended.set()

    async def _check(self) -> None:
        now = time.monotonic()
        symptoms = dict(symptom for stage in self._stages for symptom in symptoms_of(stage, now))
        self._suspected = {why: self._suspected.get(why, now) for why in symptoms}
        for why, since in self._suspected.items():
            if now - since >= symptoms[why] and await self._answers():
                self._report(why)

    def _report(self, why: str) -> None:
        self.stuck = why
        stage, _, what = why.partition(": ")
        metrics.WATCHDOG_EXITS.labels(stage, what).inc()
        log.error("process.wedged", stage=stage, why=what)
        self._end()

    def _watch_loop(self) -> None:
        """In a thread of its own: an event loop that no longer turns can't watch itself."""
        while not self._ended.wait(CHECK_SECONDS):
            if time.monotonic() - self._ticked > FROZEN_LOOP_SECONDS:
                self._report("process: event loop stands still")


def symptoms_of(stage: Stage[Any], now: float) -> Iterable[tuple[str, float]]:
    """What looks wrong with a stage, each with the seconds that it may look so."""
    name = stage.progress.stage
    for task_name, task in background_tasks(stage):
        if task is not None and task.done():
            yield f"{name}: {task_name} died", DEAD_TASK_SECONDS
    if not stage.progress.started or stage.progress.waiting_for is not None:
        return
    since = stage.progress.batch_since
    if since is not None and now - since > STUCK_SECONDS:
        yield f"{name}: batch stuck", CHECK_SECONDS * 3
    if since is None and now - stage.progress.polled_at > STUCK_SECONDS:
        yield f"{name}: poll stuck", CHECK_SECONDS * 3
    if without_position(stage):
        yield f"{name}: partitions without position", STUCK_SECONDS


def background_tasks(stage: Stage[Any]) -> Iterable[tuple[str, asyncio.Task[Any] | None]]:
    """Tasks of aiokafka by their private names: the version is pinned, a test holds the names."""
    coordinator = stage.consumer._coordinator  # noqa: SLF001
    for attribute in ("_coordination_task", "_heartbeat_task", "_commit_refresh_task"):
        yield attribute.strip("_"), getattr(coordinator, attribute, None)
    fetcher = stage.consumer._fetcher  # noqa: SLF001
    yield "fetch_task", getattr(fetcher, "_fetch_task", None)
    for publisher in (stage.publisher, stage.urgent_publisher):
        sender = publisher.producer._sender  # noqa: SLF001
        yield "sender_task", getattr(sender, "_sender_task", None)


def without_position(stage: Stage[Any]) -> bool:
    """Whether an assigned partition does not know where to read: its offset was never fetched."""
    subscription = stage.consumer._subscription.subscription  # noqa: SLF001
    assignment = subscription.assignment if subscription is not None else None
    if assignment is None:
        return False
    return any(not assignment.state_value(tp).has_valid_position for tp in assignment.tps)
