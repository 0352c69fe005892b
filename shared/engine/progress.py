"""How far has a stage come? What probes, metrics and the watchdog read."""

from __future__ import annotations

import time
from dataclasses import dataclass, field


@dataclass(slots=True)
class Progress:
    """Written by the stage alone. Times are seconds of the monotonic clock."""

    stage: str
    started: bool = False
    waiting_for: str | None = None
    """The dependency's error while an outage is waited out."""
    assigned: int = 0
    standby: bool = False
    """In its group, where the others have all partitions: it takes over when one of them goes."""
    polled_at: float = field(default_factory=time.monotonic)
    batch_since: float | None = None
    committed_at: float = field(default_factory=time.monotonic)
    lag: int = 0
    oldest_seconds: float = 0.0
    """Age of the newest record handled last: how far behind the stage is."""

    def polled(self) -> None:
        self.polled_at = time.monotonic()

    def batch_begins(self) -> None:
        self.batch_since = time.monotonic()

    def batch_ends(self) -> None:
        self.batch_since = None
        self.polled_at = time.monotonic()

    def committed(self) -> None:
        self.committed_at = time.monotonic()

    def not_ready(self) -> str | None:
        """Why this stage does not work at the moment, in words; None where it does."""
        if not self.started:
            return f"{self.stage}: waiting for Kafka"
        if self.waiting_for is not None:
            return f"{self.stage}: waiting out {self.waiting_for}"
        if self.assigned == 0 and not self.standby:
            return f"{self.stage}: no partitions assigned"
        return None
