"""What did the processes log in a while? Each event once, with how often, and with what reason."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path

from deploy.local.processes import Process

LOUD = frozenset({"warning", "error", "critical"})
REASONS = ("reason", "error", "why", "cause")


class Ears:
    """Hears what is logged from now on."""

    def __init__(self, processes: Mapping[str, Process]) -> None:
        self._logs = {name: process.log for name, process in processes.items()}
        self._from = {name: _size(log) for name, log in self._logs.items()}

    def heard(self) -> Iterator[tuple[str, str, str, int]]:
        """Process, level, event with its reason, how often; warnings and errors alone."""
        for name, log in self._logs.items():
            with log.open(encoding="utf-8", errors="replace") as file:
                file.seek(self._from[name])
                found = Counter(line for text in file for line in [_loud(text)] if line)
            for (level, event), count in found.most_common():
                yield name, level, event, count


def _size(log: Path) -> int:
    return log.stat().st_size if log.exists() else 0


def _loud(text: str) -> tuple[str, str] | None:
    try:
        line = json.loads(text)
    except ValueError:
        return "not JSON", text.strip()[:120]
    if line.get("level") not in LOUD:
        return None
    reason = next((str(line[name]) for name in REASONS if line.get(name)), "")
    return str(line["level"]), ": ".join(filter(None, (str(line.get("event")), reason)))
