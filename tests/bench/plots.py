"""How do the figures of a report look? SVG, drawn from its JSON by pygal.

`python -m tests.bench.plots REPORT.json FOLDER`, in the environment of requirements/bench.txt.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pygal
from pygal.style import CleanStyle

from tests.bench.figures import by_percentile

PERCENTS = (*range(0, 100, 2), 99, 99.5, 100)
LOOK = {"style": CleanStyle(font_family="sans-serif"), "js": (), "show_legend": True}


def draw(report: Mapping[str, Any], folder: Path) -> None:
    """The ratios of all figures with a promise, and the curves of each row that has some."""
    folder.mkdir(exist_ok=True)
    rows = report["rows"]
    figures = [f for row in rows.values() for f in row["figures"] if f["promised"] is not None]
    _write(_ratios(figures), folder / "ratios.svg")
    for name, row in rows.items():
        if row["curves"]:
            _write(_curves(row["curves"]), folder / f"{name}.svg")


def _ratios(figures: Sequence[Mapping[str, Any]]) -> Any:
    """Per figure, how much of its promise is used up: over 1 it is broken."""
    chart = pygal.HorizontalBar(
        **LOOK,
        title="How much of each promise is used up (1: just kept)",
        height=60 + 28 * len(figures),
        logarithmic=False,
    )
    chart.x_labels = [f"{each['what']} / {each['peer']}"[:90] for each in figures]
    chart.add("used up", [round(each["used_up"], 3) for each in figures])
    return chart


def _curves(curves: Mapping[str, Sequence[float]]) -> Any:
    chart = pygal.XY(
        **LOOK, title="Milliseconds (logarithmic), by percentile", logarithmic=True, dots_size=1
    )
    for name, samples in curves.items():
        chart.add(name, by_percentile(samples, PERCENTS))
    return chart


def _write(chart: Any, path: Path) -> None:
    path.write_bytes(chart.render())


if __name__ == "__main__":
    source, target = map(Path, sys.argv[1:])
    draw(json.loads(source.read_text(encoding="utf-8")), target)
