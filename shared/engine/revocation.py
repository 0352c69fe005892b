"""What happens when partitions move on? What is in hand is finished and committed, in time."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

from aiokafka import ConsumerRebalanceListener, TopicPartition

from shared.engine.progress import Progress
from shared.kafka import REBALANCE_MS

HOLD_SECONDS = 0.8 * REBALANCE_MS / 1000


class Revocation(ConsumerRebalanceListener):  # type: ignore[misc]
    """Holds a rebalance until the batch in hand is committed; saves repeats, guarantees nothing.

    `epoch` counts assignments: records polled under an earlier one are dropped, for their
    positions have been reset to what was committed.
    """

    def __init__(
        self,
        progress: Progress,
        topic_exists: Callable[[], bool],
        commit: Callable[[], Awaitable[None]],
    ) -> None:
        self.epoch = 0
        self.asked = False
        self._progress = progress
        self._topic_exists = topic_exists
        self._commit = commit
        self._lock = asyncio.Lock()

    @asynccontextmanager
    async def batch_in_hand(self) -> AsyncIterator[None]:
        async with self._lock:
            yield

    async def on_partitions_revoked(self, revoked: set[TopicPartition]) -> None:
        if not revoked:
            return
        self.asked = True
        try:
            await asyncio.wait_for(self._finished(), HOLD_SECONDS)
        except TimeoutError:
            return
        finally:
            self.asked = False
            self.epoch += 1

    async def _finished(self) -> None:
        async with self._lock:
            await self._commit()

    async def on_partitions_assigned(self, assigned: set[TopicPartition]) -> None:
        self.epoch += 1
        self._progress.assigned = len(assigned)
        self._progress.standby = not assigned and self._topic_exists()
