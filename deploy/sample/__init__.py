"""What is in the sample, with its times made real?"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import orjson

FOLDER = Path(__file__).parent
_RELATIVE = re.compile(r"now(?:([+-])(\d+)([smhd]))?")
_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}


@dataclass(frozen=True, slots=True)
class SampleTicket:
    """A ticket with the source that sends it: `help-desk`, `web-form` or `inbound`."""

    id: str
    source: str
    submission: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Expected:
    """What should come out for a ticket, decided by hand. `why`: for a support lead."""

    id: str
    queue: str
    why: str


def tickets(now: datetime, *, run: str = "") -> list[SampleTicket]:
    """The tickets, as their sources would send them at `now`.

    `run` is added to each `external_id`: on servers that have seen the sample before, the same
    name with another time would be another text under one key.
    """
    found = []
    for line in _lines("tickets.jsonl"):
        submission = resolved(line["submission"], now)
        submission["external_id"] += run
        found.append(SampleTicket(line["id"], line["source"], submission))
    return found


def licences(now: datetime, *, versions_from: int = 0) -> list[dict[str, Any]]:
    """The licence facts in order, and at the end the heartbeat, as of `now`.

    `versions_from` is added to each version, so that facts which the servers have from an
    earlier run are superseded, not contradicted.
    """
    found = []
    for line in _lines("licences.jsonl"):
        fact = resolved(line, now)
        if "version" in fact:
            fact["version"] += versions_from
        found.append(fact)
    return found


def expected() -> dict[str, Expected]:
    """The expected outcome of each ticket, by its id in the sample."""
    return {
        line["id"]: Expected(line["id"], line["queue"], line["why"])
        for line in _lines("expected.jsonl")
    }


def resolved(value: Any, now: datetime) -> Any:
    """The value with every `now-3h` in it replaced by that time, in RFC 3339."""
    match value:
        case dict():
            return {name: resolved(inner, now) for name, inner in value.items()}
        case list():
            return [resolved(inner, now) for inner in value]
        case str() if found := _RELATIVE.fullmatch(value):
            return (now + _span(*found.groups())).isoformat()
        case _:
            return value


def _span(sign: str | None, number: str | None, unit: str | None) -> timedelta:
    if sign is None or number is None or unit is None:
        return timedelta(0)
    span = timedelta(**{_UNITS[unit]: int(number)})
    return -span if sign == "-" else span


def _lines(name: str) -> Iterator[dict[str, Any]]:
    with (FOLDER / name).open("rb") as stream:
        for line in stream:
            yield orjson.loads(line)
