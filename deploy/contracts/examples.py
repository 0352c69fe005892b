"""Which example payloads are there?"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import orjson

import shared.contracts
from shared.topics import TOPICS, Topic

CONTRACTS = Path(shared.contracts.__file__).parent
FOLDER = CONTRACTS / "examples"


@dataclass(frozen=True, slots=True)
class Example:
    """One record: headers as text, key, JSON value; `about` says which branch it shows."""

    topic: Topic
    name: str
    about: str
    headers: dict[str, str]
    key: str | None
    value: dict[str, Any]

    @property
    def event_type(self) -> str:
        """The CloudEvents type, from the headers or, in structured mode, from the document."""
        return self.headers.get("ce_type") or str(self.value["type"])

    @property
    def structured(self) -> bool:
        return "ce_type" not in self.headers

    @property
    def data(self) -> dict[str, Any]:
        """The event's data in either mode."""
        return dict(self.value["data"]) if self.structured else self.value


@cache
def examples() -> tuple[Example, ...]:
    """Every example, in the registry's order of topics, then by name."""
    return tuple(
        _load(topic, path)
        for topic in TOPICS
        for path in sorted((FOLDER / topic.name).glob("*.json"))
    )


def _load(topic: Topic, path: Path) -> Example:
    found = orjson.loads(path.read_bytes())
    return Example(
        topic=topic,
        name=path.stem,
        about=found["about"],
        headers=found["headers"],
        key=found["key"],
        value=found["value"],
    )
