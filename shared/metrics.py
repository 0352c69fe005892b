"""Which figures does every process show? The one list of metric names with their meanings."""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter as Tally
from collections.abc import Sequence

from prometheus_client import Counter, Gauge, Histogram


class BatchHistogram(Histogram):
    """A histogram that takes a whole batch at once: each bucket is locked once, not per record."""

    def observe_all(self, amounts: Sequence[float]) -> None:
        """The same as `observe` for each of them."""
        self._sum.inc(sum(amounts))
        tally = Tally([bisect_left(self._upper_bounds, amount) for amount in amounts])
        for bucket, count in tally.items():
            self._buckets[bucket].inc(count)


_STAGE = ("stage",)
_FAST = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 3600)

CONSUMED = Counter("triage_records_consumed", "Records read and worked through.", _STAGE)
PRODUCED = Counter("triage_records_produced", "Records written and acknowledged.", _STAGE)
PARKED = Counter("triage_records_parked", "Records put into the dead letters.", ("stage", "reason"))
BATCH_SECONDS = Histogram("triage_batch_seconds", "Time for one batch.", _STAGE, buckets=_FAST)
BATCH_RECORDS = Histogram(
    "triage_batch_records",
    "Records in one batch.",
    _STAGE,
    buckets=(1, 2, 5, 10, 25, 50, 100, 250, 500),
)
AGE_SECONDS = BatchHistogram(
    "triage_age_seconds",
    "Age of a record when it was worked through.",
    _STAGE,
    buckets=_FAST,
)
LAG = Gauge("triage_lag_records", "Records waiting in the partitions of this process.", _STAGE)
OLDEST_SECONDS = Gauge("triage_lag_seconds", "How far behind the stage is.", _STAGE)
WATCHDOG_EXITS = Counter("triage_watchdog_exits", "Wedges found by the watchdog.", ("stage", "why"))
