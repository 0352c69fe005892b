"""Has Kafka got it? Writes a ticket within a deadline, and knows when Kafka is away."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from typing import Protocol

import structlog

from shared.envelope import Outgoing
from shared.failures import StopTheLine

log = structlog.get_logger()


class Publishes(Protocol):
    async def publish(self, records: Sequence[Outgoing]) -> int: ...


class KafkaAway(Exception):
    """Kafka did not acknowledge in time, or is known to be away. Nothing may be promised."""


class Writer:
    """Writes reports through a producer of their own, then tickets; both acknowledged.

    aiokafka may still deliver what timed out here once Kafka is back: the caller's repeat
    has the same ids, so that is harmless.
    """

    def __init__(
        self,
        ordinary: Publishes,
        urgent: Publishes,
        *,
        seconds: float,
        failed: Callable[[StopTheLine], None],
    ) -> None:
        self._ordinary = ordinary
        self._urgent = urgent
        self._seconds = seconds
        self._failed = failed
        self._unfinished: set[asyncio.Task[None]] = set()
        self.away = False

    async def write(self, urgent: Sequence[Outgoing], ordinary: Sequence[Outgoing]) -> None:
        """Return when all is acknowledged; raises KafkaAway otherwise, at once in an outage.

        While Kafka is away, what is already under way finds out when it is back.
        """
        if self.away:
            raise KafkaAway
        task = asyncio.create_task(self._publish(urgent, ordinary))
        self._unfinished.add(task)
        task.add_done_callback(self._settled)
        done, _ = await asyncio.wait({task}, timeout=self._seconds)
        if not done:
            if not self.away:
                log.warning("kafka.away", seconds=self._seconds)
            self.away = True
            raise KafkaAway
        try:
            task.result()
        except StopTheLine:
            raise KafkaAway from None

    async def _publish(self, urgent: Sequence[Outgoing], ordinary: Sequence[Outgoing]) -> None:
        if urgent:
            await self._urgent.publish(urgent)
        await self._ordinary.publish(ordinary)

    def _settled(self, task: asyncio.Task[None]) -> None:
        self._unfinished.discard(task)
        if task.cancelled():
            return
        error = task.exception()
        if isinstance(error, StopTheLine):
            self.away = True
            self._failed(error)
        elif error is None and self.away:
            self.away = False
            log.info("kafka.back")
