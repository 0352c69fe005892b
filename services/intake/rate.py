"""Does a source send more than agreed? A token bucket in bytes per source."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(slots=True)
class Bucket:
    """`level`: bytes that may come at once; below zero after a flagged ticket beyond the rate."""

    bytes_per_second: float
    burst_bytes: float
    level: float = field(init=False)
    filled_at: float | None = None

    def __post_init__(self) -> None:
        self.level = self.burst_bytes

    def take(self, size: int, now: float) -> float:
        """0.0 where `size` bytes fit (they are taken), else the seconds until they will.

        `now`: seconds of a monotonic clock. What is larger than the bucket waits for a full one.
        """
        self._fill(now)
        needed = min(float(size), self.burst_bytes)
        if self.level >= needed:
            self.level -= size
            return 0.0
        return (needed - self.level) / self.bytes_per_second

    def force(self, size: int, now: float) -> None:
        """Take the bytes of a ticket that is never refused; at most one burst is owed."""
        self._fill(now)
        self.level = max(self.level - size, -self.burst_bytes)

    def _fill(self, now: float) -> None:
        if self.filled_at is not None:
            gained = max(0.0, now - self.filled_at) * self.bytes_per_second
            self.level = min(self.burst_bytes, self.level + gained)
        self.filled_at = now
