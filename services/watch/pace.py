"""How much came lately, and how long did it take? Counts by second, and spreads."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

WINDOW = timedelta(seconds=60)
"""Over which rates are taken; a minute, so that a count is a rate per minute."""
BUCKET_SECONDS = 5
BUCKETS = 24
"""Of the little graphs: two minutes."""
LATENCIES = 1_000
"""Spreads are of the last so many tickets."""


@dataclass(slots=True)
class Pace:
    """Records by name and second of their own timestamps; times taken by name."""

    _counts: dict[str, Counter[int]] = field(default_factory=dict)
    _took: dict[str, deque[float]] = field(default_factory=dict)

    def count(self, name: str, at: datetime) -> None:
        counts = self._counts.setdefault(name, Counter())
        counts[int(at.timestamp())] += 1
        if len(counts) > 4 * WINDOW.total_seconds():
            for oldest in sorted(counts)[: len(counts) // 2]:
                del counts[oldest]

    def took(self, name: str, seconds: float) -> None:
        self._took.setdefault(name, deque(maxlen=LATENCIES)).append(max(0.0, seconds))

    def lately(self, names: Iterable[str], now: datetime) -> int:
        """How many came within the window."""
        since = int((now - WINDOW).timestamp())
        return sum(
            n
            for name in names
            for second, n in self._counts.get(name, Counter()).items()
            if second > since
        )

    def per_second(self, names: Iterable[str], now: datetime) -> float:
        return round(self.lately(names, now) / WINDOW.total_seconds(), 2)

    def recent(self, names: Iterable[str], now: datetime) -> list[int]:
        """Counts of five seconds each over the last two minutes, the oldest first."""
        end = int(now.timestamp())
        buckets = [0] * BUCKETS
        for name in names:
            for second, n in self._counts.get(name, Counter()).items():
                ago = (end - second) // BUCKET_SECONDS
                if 0 <= ago < BUCKETS:
                    buckets[BUCKETS - 1 - ago] += n
        return buckets

    def spread(self, name: str) -> dict[str, object]:
        """Median, 95th percentile and worst of the last times taken, in seconds."""
        ordered = sorted(self._took.get(name, ()))
        if not ordered:
            return {"p50_seconds": None, "p95_seconds": None, "worst_seconds": None}
        return {
            "p50_seconds": round(ordered[len(ordered) // 2], 3),
            "p95_seconds": round(ordered[min(len(ordered) - 1, len(ordered) * 95 // 100)], 3),
            "worst_seconds": round(ordered[-1], 3),
        }
