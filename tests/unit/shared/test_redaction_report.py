"""How many planted secrets go, how many look-alikes stay? Counts and kinds only, never a value.

The texts were written by somebody who had not seen the patterns. They are for reporting: who
works on the patterns does not read them.
"""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

import pytest

from shared.redaction import redact, redact_together

DATA = Path(__file__).parents[2] / "data" / "secrets"
KEY = b"k" * 32
MOST_SURVIVORS = 13


def lines(name: str) -> list[dict[str, object]]:
    with (DATA / name).open(encoding="utf-8") as file:
        return [json.loads(line) for line in file]


def joined(parts: object) -> str:
    return "".join(map(str, parts)) if isinstance(parts, list) else str(parts)


def filled(text: object, line: dict[str, object]) -> str:
    """The text as a customer would have sent it."""
    fill = line.get("fill") or {}
    assert isinstance(fill, dict)
    whole = str(text).replace("{{SECRET}}", joined(line["secret"]))
    for mark, parts in fill.items():
        whole = whole.replace("{{" + mark + "}}", joined(parts))
    return whole


def survivors() -> Counter[str]:
    """Planted secrets of which the value, or the telling line, is still there, per kind."""
    found: Counter[str] = Counter()
    for line in lines("planted.jsonl"):
        secret = joined(line["secret"])
        telling = joined(line["telling"]) if line.get("telling") else secret
        texts = [filled(line[field], line) for field in ("subject", "body")]
        text = "\n".join(redacted.text for redacted in redact_together(texts, KEY))
        if telling in text or secret in text:
            found[str(line["kind"])] += 1
    return found


def wrongly_marked() -> Counter[str]:
    """Look-alikes that did not stay, per kind."""
    found: Counter[str] = Counter()
    for line in lines("lookalikes.jsonl"):
        value = joined(line["must_stay"])
        before = "\n".join(
            str(line[field]).replace("{{VALUE}}", value) for field in ("subject", "body")
        )
        after = redact(before, KEY).text
        if after.count(value) != before.count(value):
            found[str(line["kind"])] += 1
    return found


@pytest.mark.skipif(not (DATA / "planted.jsonl").exists(), reason="no reporting set")
def test_hardly_a_planted_secret_survives() -> None:
    """The goal is none; the bound is what was reached, so that it can only get better."""
    assert len(lines("planted.jsonl")) >= 500
    assert sum(survivors().values()) <= MOST_SURVIVORS


@pytest.mark.skipif(not (DATA / "lookalikes.jsonl").exists(), reason="no reporting set")
def test_at_most_one_in_a_hundred_lookalikes_is_marked() -> None:
    total = len(lines("lookalikes.jsonl"))
    assert total >= 500
    assert sum(wrongly_marked().values()) <= total / 100
