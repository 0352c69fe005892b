"""What do customers write? The tickets and licences of the sample, and unmistakable reports."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

SAMPLE = Path(__file__).resolve().parents[2] / "deploy" / "sample"
RELATIVE = re.compile(r"^now(?:([+-]\d+)([smhd]))?$")
UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}

REPORTS = (
    (
        "Invoices of other people are open",
        "A logged-out visitor can read every invoice by changing the id in the address.",
    ),
    (
        "SQL injection in the contact search",
        "SQL injection in the contact search: a quote in the field returns the whole table.",
    ),
    (
        "Stored XSS in the quote title",
        "I found a stored XSS in your CRM: a script in a quote title runs for the administrator.",
    ),
    (
        "Customers see other customers' data",
        "By changing the id in the URL any customer can see the invoices of other customers.",
    ),
)
"""Texts that a deterministic screen must flag."""


def ordinary_texts() -> list[dict[str, Any]]:
    """The submissions of the sample that go to other queues than security."""
    expected = {line["id"]: line["queue"] for line in _lines("expected.jsonl")}
    texts = []
    for line in _lines("tickets.jsonl"):
        if expected[line["id"]] != "security":
            submission = dict(line["submission"])
            submission.pop("sent_at", None)
            texts.append(submission)
    return texts


def sample_facts(now: datetime) -> list[dict[str, Any]]:
    """The licence facts of the sample, their times taken from `now`."""
    return [_at(line, now) for line in _lines("licences.jsonl") if "complete_until" not in line]


def _lines(name: str) -> Iterator[dict[str, Any]]:
    with (SAMPLE / name).open(encoding="utf-8") as file:
        for line in file:
            yield json.loads(line)


def _at(value: Any, now: datetime) -> Any:
    """The same value with every relative time in it made a moment."""
    match value:
        case dict():
            return {name: _at(part, now) for name, part in value.items()}
        case list():
            return [_at(part, now) for part in value]
        case str() if found := RELATIVE.match(value):
            count, unit = found.groups()
            away = timedelta(**{UNITS[unit]: int(count)}) if unit else timedelta()
            return (now + away).astimezone(UTC).isoformat()
        case _:
            return value
