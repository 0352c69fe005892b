"""Does the worst that anybody sends cost little? Near misses of every pattern, made by a seed."""

from __future__ import annotations

import random
import re
import string

import pytest

from shared.redaction.handing import CUES
from shared.redaction.kinds import KINDS
from shared.redaction.words import (
    BEGINNINGS,
    BLANK,
    CHANGED,
    FIELDS,
    GETTING_IN,
    KEY_OF,
    MADE_OF,
    SALTS,
    WHOLE,
)
from tests.unit.shared.test_redaction import SIZE, cheapest, yardstick

LITERALS = sorted(
    CUES
    | {beginning for kind in KINDS for beginning in kind.beginnings}
    | {
        word.replace(BLANK, " ")
        for words in (
            *(*WHOLE.values(), *BEGINNINGS.values(), SALTS, KEY_OF),
            *(CHANGED, FIELDS, GETTING_IN, MADE_OF),
        )
        for word in words.split()
    }
)
TAILS = [
    *(" ", ": ", " is ", '="', "('", " x7k2m9qpz ", " bob / aB1 ", " aB1!x9Kq2#Zp "),
    *(": gingercandle ", " and ", "\n", "\nbob\ngingercandle\n", " abcd efgh ijkl mnop "),
    *("://a:b1@", "=aB1cD2eF3gH4iJ5kL6mN7oP8qR9sT0uV", "-----", '",\n"', "a" * 30 + " "),
]
MADE_UP = re.compile(r"(?<=[ =\n])(?:aB1|x7k|gingerc|bob)\S*")
ALLOWED = 0.020
"""Seconds for a body, on a machine of its own."""
SHARED = 2.5
"""How much longer it may take while other tests run on the same cores."""


def near_miss(seed: int) -> str:
    """Some beginnings of credentials with what does not go on as they do, repeated."""
    one = random.Random(seed)
    parts = [one.choice(LITERALS) + one.choice(TAILS) for _ in range(one.choice([1, 1, 2, 3, 5]))]
    return "".join(parts)


def with_new_values(unit: str, one: random.Random) -> str:
    """The same, with every character of its made-up words another of its kind."""

    def other(found: re.Match[str]) -> str:
        kinds = (string.ascii_lowercase, string.ascii_uppercase, string.digits)
        return "".join(next((one.choice(k) for k in kinds if c in k), c) for c in found[0])

    return MADE_UP.sub(other, unit)


@pytest.mark.parametrize("seed", range(40, 52))
def test_near_misses_with_ever_new_values_cost_little(seed: int) -> None:
    """No value repeats, so nothing found once helps with the rest."""
    unit, one = near_miss(seed), random.Random(seed)
    body = "".join(with_new_values(unit, one) for _ in range(SIZE // len(unit) + 1))[:SIZE]
    assert cheapest(body) < ALLOWED * SHARED * yardstick(), unit


@pytest.mark.parametrize("seed", range(40))
def test_near_misses_of_every_pattern_cost_little(seed: int) -> None:
    unit = near_miss(seed)
    assert cheapest((unit * SIZE)[:SIZE]) < ALLOWED * SHARED * yardstick(), unit
