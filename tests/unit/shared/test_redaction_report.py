"""How many planted secrets go, how many look-alikes stay? Counts and kinds only, never a value.

The texts of all sets but our own were written by people who had not seen the patterns.
"""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

import pytest

from shared.redaction import redact, redact_together

DATA = Path(__file__).parents[2] / "data" / "secrets"
KEY = b"k" * 32
FIRST = pytest.param(DATA, 0, 0, id="first")
SECOND = pytest.param(DATA / "blind", 0, 0, id="second")
THIRD = pytest.param(DATA / "third", 0, 0, id="third")
FOURTH = pytest.param(DATA / "fourth", 0, 0, id="fourth")
FIFTH = pytest.param(DATA / "fifth", 0, 1, id="fifth")
SIXTH = pytest.param(DATA / "sixth", 0, 0, id="sixth")
SEVENTH = pytest.param(DATA / "seventh", 0, 0, id="seventh")
EIGHTH = pytest.param(DATA / "eighth", 0, 0, id="eighth")
NINTH = pytest.param(DATA / "ninth", 0, 0, id="ninth")
TENTH = pytest.param(DATA / "tenth", 0, 0, id="tenth")
ELEVENTH = pytest.param(DATA / "eleventh", 0, 3, id="eleventh")
OWN = pytest.param(DATA / "own", 8, 21, id="own")
"""Folder, most survivors, most look-alikes marked. All but the eleventh are read by those who mend
the patterns; what the first look at each gave stands in the README beside them."""
SETS = [FIRST, SECOND, THIRD, FOURTH, FIFTH, SIXTH, SEVENTH, EIGHTH, NINTH, TENTH, ELEVENTH, OWN]
LEAST = 350
"""Lines without which a set says little."""


def lines(folder: Path, name: str) -> list[dict[str, object]]:
    with (folder / name).open(encoding="utf-8") as file:
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


def survivors(planted: list[dict[str, object]]) -> Counter[str]:
    """Planted secrets of which the value, or the telling line, is still there, per kind."""
    found: Counter[str] = Counter()
    for line in planted:
        secret = joined(line["secret"])
        telling = joined(line["telling"]) if line.get("telling") else secret
        texts = [filled(line[field], line) for field in ("subject", "body")]
        text = "\n".join(redacted.text for redacted in redact_together(texts, KEY))
        if telling in text or secret in text:
            found[str(line["kind"])] += 1
    return found


def wrongly_marked(lookalikes: list[dict[str, object]]) -> Counter[str]:
    """Look-alikes that did not stay, per kind."""
    found: Counter[str] = Counter()
    for line in lookalikes:
        value = joined(line["must_stay"])
        before = "\n".join(
            str(line[field]).replace("{{VALUE}}", value) for field in ("subject", "body")
        )
        after = redact(before, KEY).text
        if after.count(value) != before.count(value):
            found[str(line["kind"])] += 1
    return found


@pytest.mark.parametrize(("folder", "most", "_"), SETS)
def test_planted_secrets_do_not_survive(folder: Path, most: int, _: int) -> None:
    planted = lines(folder, "planted.jsonl")
    found = survivors(planted)
    print(f"\n{folder.name}: {found.total()} of {len(planted)} survive {dict(found)}")  # noqa: T201  # the figures
    assert len(planted) >= LEAST
    assert found.total() <= most


@pytest.mark.parametrize(("folder", "_", "most"), SETS)
def test_hardly_a_lookalike_is_marked(folder: Path, _: int, most: int) -> None:
    lookalikes = lines(folder, "lookalikes.jsonl")
    found = wrongly_marked(lookalikes)
    print(f"\n{folder.name}: {found.total()} of {len(lookalikes)} marked {dict(found)}")  # noqa: T201  # the figures
    assert len(lookalikes) >= LEAST
    assert found.total() <= most


def test_a_survivor_and_a_marked_lookalike_are_counted() -> None:
    planted: dict[str, object] = {
        "kind": "x",
        "subject": "",
        "body": "the word {{SECRET}}",
        "secret": ["plain", "word"],
    }
    marked: dict[str, object] = {
        "kind": "y",
        "subject": "",
        "body": "password: Xk29!bbb",
        "must_stay": "Xk29!bbb",
    }
    assert survivors([planted]).total() == 1
    assert wrongly_marked([marked]).total() == 1
