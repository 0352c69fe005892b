"""Which figures are measured, in the order of the table?"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from tests.bench.figures import Result
from tests.bench.place import Place
from tests.bench.rows import (
    classifier,
    engine,
    fast_lane,
    history,
    intake,
    latency,
    pipeline,
    stages,
)

ROWS: Mapping[str, Callable[[Place], Result]] = {
    "latency": latency.measure,
    "fast_lane": fast_lane.measure,
    "stages": stages.measure,
    "engine": engine.measure,
    "classifier": classifier.measure,
    "pipeline": pipeline.measure,
    "intake": intake.measure,
    "history": history.measure,
}
"""By the name that `python -m tests.bench NAME` takes."""
