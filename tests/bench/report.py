"""What did the bench show? Every row as it was last measured: Markdown for people, JSON for others.

A run replaces the rows that it has measured. Ratios are within a row, and a row is of one run.
"""

from __future__ import annotations

import json
import subprocess
from collections.abc import Mapping
from dataclasses import asdict, fields
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from tests.bench.figures import Better, Figure, Result
from tests.bench.machine import facts, load_of_last_minute
from tests.bench.place import BENCH, Place
from tests.bench.rows import ROWS
from tests.bench.table import table_of

HERE = Path(__file__).parent
REPORT = HERE / "report.md"
PLOTS = HERE / "plots"
TRIED = HERE / "tried.md"
ABOUT = """\
Written by `make bench`. Ours and each peer ran in the same run on the same servers, one right after
the other in rounds or in the same moment; the ratio is the median of the rounds' ratios, the least
and the greatest in brackets. Under each heading stands how busy the machine was: processor time
bears other work, latencies and rates do not.
"""


def write_row(name: str, result: Result, place: Place, load_before: float) -> Path:
    """The row in both files, and the plots; returns the file for people."""
    figures = REPORT.with_suffix(".json")
    kept = json.loads(figures.read_text(encoding="utf-8")) if figures.exists() else {}
    rows = {**kept.get("rows", {}), name: _as_data(result, place, load_before)}
    data = {"machine": facts(place), "rows": {each: rows[each] for each in ROWS if each in rows}}
    figures.write_text(json.dumps(data, indent=1) + "\n", encoding="utf-8")
    REPORT.write_text(as_markdown(data), encoding="utf-8")
    subprocess.run([BENCH, "-m", "tests.bench.plots", figures, PLOTS], check=True)
    return REPORT


def _as_data(result: Result, place: Place, load_before: float) -> dict[str, object]:
    return {
        "measured": datetime.now(UTC).isoformat(timespec="seconds"),
        "load": [round(load_before, 1), round(load_of_last_minute(), 1)],
        "short": place.short,
        "figures": [
            asdict(f) | {"ratio": f.ratio, "verdict": f.verdict, "used_up": f.used_up}
            for f in result.figures
        ],
        "curves": {n: [round(each, 2) for each in c] for n, c in result.curves.items()},
        "notes": list(result.notes),
    }


def as_markdown(data: Mapping[str, Any]) -> str:
    machine = "".join(f"| {name} | {value} |\n" for name, value in data["machine"].items())
    parts = ["# How fast is it?\n", ABOUT, "| | |\n|---|---|\n" + machine]
    parts.append("![Ratios](plots/ratios.svg)\n")
    for name, row in data["rows"].items():
        parts.append(f"## {name}\n\n{_when(row)}\n")
        parts.append(table_of(_figure(each) for each in row["figures"]))
        if row["curves"]:
            parts.append(f"![{name}](plots/{name}.svg)\n")
        parts += [f"- {note}" for note in row["notes"]]
        parts.append("")
    if TRIED.exists():
        parts.append(TRIED.read_text(encoding="utf-8"))
    return "\n".join(parts)


def _when(row: Mapping[str, Any]) -> str:
    before, after = row["load"]
    much = " A short run, with a tenth of the tickets." if row["short"] else ""
    return f"Measured {row['measured']}, load {before} before and {after} after.{much}"


def _figure(kept: Mapping[str, Any]) -> Figure:
    given = {each.name: kept[each.name] for each in fields(Figure)}
    pairs = tuple((ours, theirs) for ours, theirs in given["pairs"])
    return Figure(**{**given, "pairs": pairs, "better": Better(given["better"])})
