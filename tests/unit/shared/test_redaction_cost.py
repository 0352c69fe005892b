"""Does the worst that anybody sends cost little? Near misses of every pattern, made by a seed."""

from __future__ import annotations

import random

import pytest

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
    {beginning for kind in KINDS for beginning in kind.beginnings}
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
ALLOWED = 0.020
"""Seconds for a body, on a machine of its own."""
SHARED = 2.5
"""How much longer it may take while other tests run on the same cores."""


def near_miss(seed: int) -> str:
    """Some beginnings of credentials with what does not go on as they do, repeated."""
    one = random.Random(seed)
    parts = [one.choice(LITERALS) + one.choice(TAILS) for _ in range(one.choice([1, 1, 2, 3, 5]))]
    return "".join(parts)


@pytest.mark.parametrize("seed", range(40))
def test_near_misses_of_every_pattern_cost_little(seed: int) -> None:
    unit = near_miss(seed)
    assert cheapest((unit * SIZE)[:SIZE]) < ALLOWED * SHARED * yardstick(), unit
