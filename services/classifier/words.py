"""Which words does a text have, in the form in which the model knows them?"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

TOKEN = re.compile(r"[^\W_]+(?:['’][^\W_]+)?|\?")
DIGITS = re.compile(r"\d+")
LONGEST_WORD = 40
REMEMBERED_WORDS = 50_000


def forms_of(text: str) -> list[str]:
    """The forms of all words, and question marks, in their order."""
    return [form_of(word[:LONGEST_WORD]) for word in TOKEN.findall(text)]


def spans_of(text: str) -> list[tuple[int, int]]:
    """Where each of them stands: begin and end."""
    return [found.span() for found in TOKEN.finditer(text)]


@lru_cache(maxsize=REMEMBERED_WORDS)
def form_of(word: str) -> str:
    """Lower case, no accents, digits as one zero: shouting and numbers are no evidence."""
    word = word.lower()
    if not word.isascii():
        word = unicodedata.normalize("NFKD", word)
        word = "".join(c for c in word if not unicodedata.combining(c)).replace("’", "'")
    return DIGITS.sub("0", word)
