"""What does a measurement say? Ours beside a peer's, pair by pair, against what was promised."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from statistics import median

Pair = tuple[float, float]
"""Ours and the peer's, measured one right after the other, or in the same moment."""


class Better(StrEnum):
    LESS = "less"
    MORE = "more"


class Verdict(StrEnum):
    AIM = "aim met"
    PROMISE = "promise met"
    MISSED = "missed"
    NONE = "no promise"


@dataclass(frozen=True, slots=True)
class Figure:
    """One line of the report. `promised` and `aimed` bound the ratio of ours to the peer's.

    `at_most`: what ours must not exceed by itself, in the figure's unit.
    """

    what: str
    peer: str
    unit: str
    pairs: tuple[Pair, ...]
    better: Better = Better.LESS
    promised: float | None = None
    aimed: float | None = None
    at_most: float | None = None

    @property
    def ours(self) -> float:
        return median(ours for ours, _ in self.pairs)

    @property
    def theirs(self) -> float:
        return median(theirs for _, theirs in self.pairs)

    @property
    def ratios(self) -> tuple[float, ...]:
        """One per pair, so that what the machine did meanwhile touches both sides of each."""
        return tuple(ours / theirs if theirs else math.inf for ours, theirs in self.pairs)

    @property
    def ratio(self) -> float:
        return median(self.ratios)

    @property
    def verdict(self) -> Verdict:
        if self.at_most is not None and self.ours > self.at_most:
            return Verdict.MISSED
        if self.promised is None:
            return Verdict.NONE
        if self.aimed is not None and self._keeps(self.aimed):
            return Verdict.AIM
        return Verdict.PROMISE if self._keeps(self.promised) else Verdict.MISSED

    @property
    def used_up(self) -> float | None:
        """How much of what was promised the ratio takes: 1 is just kept, more is broken."""
        if self.promised is None:
            return None
        if self.better is Better.LESS:
            return self.ratio / self.promised
        return self.promised / self.ratio if self.ratio else math.inf

    def _keeps(self, bound: float) -> bool:
        return self.ratio <= bound if self.better is Better.LESS else self.ratio >= bound


@dataclass(frozen=True, slots=True)
class Result:
    """What a row of the table found. `curves`: by name, samples to be drawn."""

    figures: Sequence[Figure]
    notes: Sequence[str] = ()
    curves: Mapping[str, Sequence[float]] = field(default_factory=dict)


def percentile(samples: Sequence[float], percent: float) -> float:
    """The least sample that at least so many percent of all do not exceed (nearest rank)."""
    if not samples:
        raise ValueError("no samples")
    rank = math.ceil(percent / 100 * len(samples))
    return sorted(samples)[max(rank, 1) - 1]


def per_ticket_us(seconds: float, tickets: int) -> float:
    """Seconds of processor time for so many tickets, as microseconds for one."""
    return seconds / tickets * 1e6


def by_percentile(samples: Sequence[float], percents: Sequence[float]) -> list[Pair]:
    """Percents and samples, for a curve on a logarithmic scale: 0, which has none, counts as 0.1."""
    return [(percent, max(0.1, percentile(samples, percent))) for percent in percents]
