"""What is done and not yet committed? A commit costs a round trip, so small batches share one."""

from __future__ import annotations

import time
from dataclasses import dataclass, field

from aiokafka import TopicPartition

from shared.engine.batch import Batch

WAIT_SECONDS = 0.1
"""So long may a commit wait for further batches; what a killed process repeats grows by as much."""
MOST_RECORDS = 500
TRY_AGAIN_SECONDS = 1.0


@dataclass(slots=True)
class Done:
    """Where to go on from, per partition, once it is committed."""

    offsets: dict[TopicPartition, int] = field(default_factory=dict)
    _records: int = 0
    _since: float = 0.0

    def add(self, batch: Batch) -> None:
        """All of this batch is written and settled."""
        if not self.offsets:
            self._since = time.monotonic()
        self.offsets.update(batch.next_offsets)
        self._records += len(batch.records)

    def wait(self) -> float:
        """Seconds until a commit is due, 0 where it is; infinite where there is nothing."""
        if not self.offsets:
            return float("inf")
        if self._records >= MOST_RECORDS:
            return 0.0
        return max(0.0, self._since + WAIT_SECONDS - time.monotonic())

    def try_again(self) -> None:
        """Kafka did not take them: once more in a while."""
        self._since = time.monotonic() + TRY_AGAIN_SECONDS
        self._records = 0

    def clear(self) -> None:
        self.offsets.clear()
        self._records = 0
