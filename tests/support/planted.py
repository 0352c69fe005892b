"""Which secrets did an independent author plant, and in which tickets?"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parents[1] / "data" / "secrets" / "eleventh"
"""The set that nobody who mends the patterns has read."""


@dataclass(frozen=True, slots=True)
class Planted:
    """A ticket with a secret in it. `telling`: the part that must not survive anywhere."""

    id: str
    kind: str
    subject: str
    body: str
    telling: str


def planted() -> Iterator[Planted]:
    """All planted tickets, their parts put together."""
    with (FOLDER / "planted.jsonl").open(encoding="utf-8") as lines:
        for line in map(json.loads, lines):
            secret = joined(line["secret"])
            telling = joined(line["telling"]) if "telling" in line else secret
            fills = {name: joined(value) for name, value in line.get("fill", {}).items()}
            fills["SECRET"] = secret
            yield Planted(
                line["id"],
                line["kind"],
                filled(line["subject"], fills),
                filled(line["body"], fills),
                telling,
            )


def joined(parts: Any) -> str:
    return parts if isinstance(parts, str) else "".join(parts)


def filled(text: str, fills: dict[str, str]) -> str:
    for name, value in fills.items():
        text = text.replace("{{" + name + "}}", value)
    return text
