"""Does a password go whatever it is made of? New values, in the ways of the planted sets."""

from __future__ import annotations

import random
import string
from collections.abc import Callable

import pytest

from shared.redaction import redact_together
from tests.unit.shared.test_redaction_report import DATA, KEY, filled, lines

WORDS = [
    "copper",
    "marble",
    "otter",
    "ginger",
    "walnut",
    "candle",
    "thistle",
    "kestrel",
    "lantern",
    "paddock",
    "biscuit",
    "mustard",
    "saddle",
    "anchor",
    "tulip",
    "badger",
    "pillow",
    "trumpet",
    "dolphin",
    "cactus",
    "meadow",
    "barrel",
    "pumpkin",
    "squirrel",
    "feather",
    "specht",
    "sauerteig",
    "gartentor",
    "rucksack",
    "bergziege",
    "laterne",
    "zwiebel",
    "naranjo",
    "azulejo",
    "girasol",
    "farola",
    "golondrina",
    "tormenta",
    "alcachofa",
    "ventana",
    "chouette",
    "galet",
    "verger",
    "girouette",
    "papillon",
    "tournesol",
]
LETTERS, DIGITS = string.ascii_letters, string.digits
Make = Callable[[random.Random], str]


def signs(one: random.Random, alphabet: str, least: int, most: int) -> str:
    return "".join(one.choice(alphabet) for _ in range(one.randint(least, most)))


def mixed(one: random.Random, alphabet: str) -> str:
    """Random, with a small letter, a capital and a digit."""
    body = [one.choice(string.ascii_lowercase), one.choice(string.ascii_uppercase)]
    body += [one.choice(DIGITS), *signs(one, alphabet, 6, 12)]
    one.shuffle(body)
    return "".join(body)


def word(one: random.Random) -> str:
    return one.choice(WORDS)


STYLES: dict[str, Make] = {
    "random letters and digits": lambda one: mixed(one, LETTERS + DIGITS),
    "random with signs": lambda one: "x" + mixed(one, LETTERS + DIGITS + "!#$%*+-=?_") + "y",
    "two words joined": lambda one: word(one) + word(one),
    "three words with hyphens": lambda one: "-".join([word(one), word(one), word(one)]),
    "word and digits": lambda one: word(one) + signs(one, DIGITS, 2, 4),
    "digits and word": lambda one: signs(one, DIGITS, 2, 2) + word(one),
    "word, year and sign": lambda one: word(one).capitalize() + signs(one, DIGITS, 4, 4) + "!",
    "two words with capitals": lambda one: word(one).capitalize() + word(one).capitalize() + "!",
    "words with low line": lambda one: f"{word(one)}_{word(one)}{signs(one, DIGITS, 2, 2)}",
}
KINDS = ("password_prose", "wp_admin_login_pair", "ftp_sftp_credentials", "wp_config_db_password")
MOST_OF_A_HUNDRED = 3
"""Of the new values in ways of which some tell little: `he gets in with x`."""


@pytest.mark.parametrize("style", STYLES)
def test_new_values_go_in_the_ways_that_are_known(style: str) -> None:
    left, count = [], 0
    for folder in (DATA, DATA / "blind", DATA / "third"):
        for line in lines(folder, "planted.jsonl"):
            if line["kind"] in KINDS:
                value = STYLES[style](random.Random(f"{line['id']} {style}"))
                new = {**line, "secret": [value]}
                texts = [filled(new[field], new) for field in ("subject", "body")]
                after = "\n".join(one.text for one in redact_together(texts, KEY))
                count += 1
                if value in after:
                    left.append(line["id"])
    assert count >= 300
    assert len(left) * 100 <= MOST_OF_A_HUNDRED * count, left
