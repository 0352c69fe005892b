"""What did a run of the bench show? As Markdown for people, as JSON for whoever compares runs."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Mapping
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path

from tests.bench.figures import Result
from tests.bench.machine import facts
from tests.bench.place import BENCH, Place
from tests.bench.table import table_of

HERE = Path(__file__).parent
REPORT = HERE / "report.md"
PLOTS = HERE / "plots"
TRIED = HERE / "tried.md"


ABOUT = """\
Written by `make bench`. Ours and each peer ran in the same run on the same servers, one right after
the other in rounds or in the same moment; the ratio is the median of the rounds' ratios, the least
and the greatest in brackets.
"""


def write_report(results: Mapping[str, Result], place: Place) -> Path:
    """Both files; returns the one for people."""
    machine = facts(place)
    data = {
        "measured": datetime.now(UTC).isoformat(timespec="seconds"),
        "machine": machine,
        "rows": {
            name: {
                "figures": [
                    {**asdict(f), "ours": f.ours, "theirs": f.theirs, "ratio": f.ratio}
                    | {"verdict": f.verdict, "used_up": f.used_up}
                    for f in result.figures
                ],
                "curves": {
                    name: [round(each, 2) for each in curve]
                    for name, curve in result.curves.items()
                },
            }
            for name, result in results.items()
        },
    }
    figures = REPORT.with_suffix(".json")
    figures.write_text(json.dumps(data, indent=1) + "\n", encoding="utf-8")
    REPORT.write_text(as_markdown(results, machine), encoding="utf-8")
    subprocess.run([BENCH, "-m", "tests.bench.plots", figures, PLOTS], check=True)
    return REPORT


def as_markdown(results: Mapping[str, Result], machine: Mapping[str, str]) -> str:
    parts = [
        "# How fast is it?\n",
        ABOUT,
        "| | |\n|---|---|\n"
        + "".join(f"| {name} | {value} |\n" for name, value in machine.items()),
    ]
    parts.append("![Ratios](plots/ratios.svg)\n")
    for name, result in results.items():
        parts.append(f"## {name}\n\n{table_of(result.figures)}")
        if result.curves:
            parts.append(f"![{name}](plots/{name}.svg)\n")
        parts += [f"- {note}" for note in result.notes]
        parts.append("")
    if TRIED.exists():
        parts.append(TRIED.read_text(encoding="utf-8"))
    return "\n".join(parts)
