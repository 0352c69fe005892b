"""Which words near a login did only a machine or a careful person make, or somebody type?"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from itertools import chain

from shared.redaction.candidates import (
    around,
    at_both_ends,
    candidates,
    is_handed,
    is_in_address,
    is_named,
    is_of_sale,
    parts,
)
from shared.redaction.forms import is_known_form
from shared.redaction.ordinary import is_sentence_word
from shared.redaction.sieve import Word
from shared.redaction.spans import Span
from shared.redaction.values import (
    is_hard,
    is_made_up,
    is_memorable,
    is_phrase,
    is_plausible,
    trimmed,
)
from shared.redaction.words import Sign

MOST_CANDIDATES = 160
MOST_CHARACTERS = 20_000
"""Around words for access; past so many they are those of a log, and people write at its ends."""
BEFORE, AFTER = 70, 160
"""Characters around a word for password in which a hard word counts as one."""
CLOSE = 60
"""Characters behind a word for password in which three words with hyphens are one."""
_PHRASE = re.compile(
    r"(?<![\w.@/#=-])[A-Za-z]{3,12}(?:-[A-Za-z]{3,12}){2,6}(?:-?[0-9]{1,4})?(?![\w-])"
)
_QUOTED_PHRASE = re.compile(
    r"[\"“„«‘'`] ?(?P<words>[^\W\d_]{3,14}(?: [^\W\d_]{3,14}){3,7}(?: [0-9]{1,4})?) ?[\"”“»’'`]"
)
_PAIRED = re.compile(r"[ \t](?:/|//|\||\+|&)[ \t]$")
_WORD_2 = re.compile(r"[A-Za-z]{3,}-?[0-9]{1,2}|[A-Za-z0-9!#$%&*+=?@^~-]+")


def hard_words(text: str, words: Sequence[Word]) -> Iterable[Span]:
    """Words that nothing ties, close to a word for access."""
    yield from _phrases(text, words)
    count = 0
    for first, last in at_both_ends(around(words, len(text), BEFORE, AFTER), MOST_CHARACTERS):
        yield from _quoted_phrases(text, first, last)
        phrases = (found.span() for found in _PHRASE.finditer(text, first, last))
        for start, end in chain(candidates(text, first, last), phrases):
            count += 1
            if count > MOST_CANDIDATES:
                yield Span(start, last, "password")
                break
            yield from _judged(text, *trimmed(text, start, end))


def _phrases(text: str, words: Sequence[Word]) -> Iterable[Span]:
    """Words with hyphens behind a word for password; where phrases are spoken of, quoted ones."""
    passwords = [word for word in words if word.sign is Sign.PASSWORD]
    for word in passwords[:MOST_CANDIDATES]:
        for found in _PHRASE.finditer(text, max(0, word.start - 20), word.end + CLOSE):
            if is_phrase(found[0]):
                yield Span(*found.span(), "password")
    if any("phr" in text[word.start : word.end].lower() for word in passwords):
        yield from _quoted_phrases(text, 0, min(len(text), MOST_CHARACTERS))


def _quoted_phrases(text: str, first: int, last: int) -> Iterable[Span]:
    """Four words or more in quotes that make no sentence."""
    for found in _QUOTED_PHRASE.finditer(text, first, last):
        words = found["words"].split()
        if found["words"].islower() and not any(map(is_sentence_word, words)):
            yield Span(*found.span("words"), "password")


def _judged(text: str, start: int, stop: int) -> Iterable[Span]:
    for begin, end in parts(text, start, stop):
        value = text[begin:end]
        fits = is_hard(value) or _handed(text, begin, value)
        fits = fits or _is_second_of_pair(text, start, value)
        if fits and not (is_in_address(text, start) or is_named(text, start)):
            yield Span(begin, end, "password")


def _is_second_of_pair(text: str, start: int, value: str) -> bool:
    """`name / value`: the value need be less hard, as its place says what it is."""
    if _PAIRED.search(text, max(0, start - 4), start) is None or value.isalpha():
        return False
    return is_made_up(value) and not is_known_form(value) and _WORD_2.fullmatch(value) is not None


def _handed(text: str, start: int, value: str) -> bool:
    """Whether somebody was given it, typed or set it, and it may well be one."""
    if not is_handed(text, start):
        return False
    return is_memorable(value) or (
        not value.rstrip("!?#$*").isalpha()
        and is_plausible(value)
        and not is_of_sale(text, start, start + len(value))
    )
