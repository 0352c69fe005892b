"""Which figures are measured, in the order of the table?"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from tests.bench.figures import Result
from tests.bench.place import Place
from tests.bench.rows import engine, stages

ROWS: Mapping[str, Callable[[Place], Result]] = {
    "stages": stages.measure,
    "engine": engine.measure,
}
"""By the name that `python -m tests.bench NAME` takes."""
