"""What do people outside rely on already, and does what we have now still serve them?"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Any

import orjson

from deploy.contracts.evolution import breaks
from deploy.contracts.examples import CONTRACTS, examples
from deploy.contracts.schemas import ID, schemas

RELEASED = CONTRACTS / "released"
"""Schemas and examples as they stood at the last release, one a line; only a release writes."""

Json = dict[str, Any]


@cache
def released_schemas(folder: Path = RELEASED) -> dict[str, Json]:
    """The schemas of the last release by event type."""
    return {schema["$id"].removeprefix(ID): schema for schema in _lines(folder / "schemas.jsonl")}


@cache
def released_examples(folder: Path = RELEASED) -> list[Json]:
    """The examples of the last release: `type`, `name`, `data`."""
    return _lines(folder / "examples.jsonl")


def broken_promises(released: dict[str, Json], now: dict[str, Json]) -> list[str]:
    """Every way in which the schemas fail those who know the released ones, in words."""
    found = []
    for event_type, schema in released.items():
        if event_type not in now:
            found.append(f"{event_type}: no longer there")
        else:
            found.extend(f"{event_type}: {harm}" for harm in breaks(schema, now[event_type]))
    return found


def release(folder: Path = RELEASED) -> None:
    """Freeze the schemas and examples as they stand as what others rely on."""
    folder.mkdir(exist_ok=True)
    _write(folder / "schemas.jsonl", schemas().values())
    _write(
        folder / "examples.jsonl",
        (
            {"type": e.event_type, "name": f"{e.topic.name}/{e.name}", "data": e.data}
            for e in examples()
        ),
    )


def _lines(path: Path) -> list[Json]:
    return [orjson.loads(line) for line in path.read_bytes().splitlines()]


def _write(path: Path, documents: Iterable[Json]) -> None:
    path.write_bytes(b"".join(orjson.dumps(one) + b"\n" for one in documents))
