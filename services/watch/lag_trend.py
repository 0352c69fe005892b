"""How far behind is a group, and does that grow? Measurements, and their trend."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum

TREND_OVER = timedelta(seconds=60)
LEAST_SECONDS = 1.0
LEAST_SHARE = 0.1
"""A change below one second, or below a tenth, is no trend."""


class Trend(StrEnum):
    RISING = "rising"
    STEADY = "steady"
    FALLING = "falling"


@dataclass(frozen=True, slots=True)
class PartitionLag:
    """One partition: the next record to be written, what the group has committed, who reads it.

    `committed`: None where the group never committed; `reader`: a client id, None where the
    broker does not say.
    """

    partition: int
    end: int
    committed: int | None
    records: int
    reader: str | None = None


@dataclass(frozen=True, slots=True)
class Lag:
    """One group on one topic. `members`: None where the broker does not say; `seconds`: age of
    the oldest record not yet committed when it was measured, None where it could not be read in
    time; `oldest`: since when that record stands.
    """

    group: str
    reader: str
    topic: str
    records: int
    seconds: float | None
    members: int | None
    oldest: datetime | None = None
    trend: Trend | None = None
    partitions: tuple[PartitionLag, ...] = ()

    def oldest_seconds(self, now: datetime) -> float | None:
        """How long the oldest record has waited by now."""
        if self.oldest is None:
            return 0.0 if self.records == 0 else None
        return round(max(0.0, (now - self.oldest).total_seconds()), 1)


@dataclass(slots=True)
class Trends:
    """What was measured within the last minute, per group and topic."""

    _before: dict[tuple[str, str], deque[tuple[datetime, float]]] = field(default_factory=dict)

    def told(self, lags: Iterable[Lag], now: datetime) -> list[Lag]:
        """The measurements with their trend: against the oldest one of the last minute."""
        return [replace(lag, trend=self._trend(lag, now)) for lag in lags]

    def _trend(self, lag: Lag, now: datetime) -> Trend | None:
        if lag.seconds is None:
            return None
        before = self._before.setdefault((lag.group, lag.topic), deque())
        while before and now - before[0][0] > TREND_OVER:
            before.popleft()
        then = before[0][1] if before else None
        before.append((now, lag.seconds))
        return None if then is None else trend(then, lag.seconds)


def trend(then: float, now: float) -> Trend:
    """Whether a lag in seconds grows."""
    if abs(now - then) < max(LEAST_SECONDS, LEAST_SHARE * max(then, now)):
        return Trend.STEADY
    return Trend.RISING if now > then else Trend.FALLING
