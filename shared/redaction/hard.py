"""Which words near a login did only a machine or a careful person make? They are passwords."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from shared.redaction.sieve import Word
from shared.redaction.spans import Span
from shared.redaction.values import is_hard, is_made_up, trimmed

MOST_CANDIDATES = 250
MOST_CHARACTERS = 30_000
"""Around words for access; past so many they are those of a log, and people write at its ends."""
BEFORE, AFTER = 70, 160
"""Characters around a word for password in which a hard word counts as one."""
Stretch = tuple[int, int]
_SIGNS = r"0-9!#$%&*+?^~§€"
_CANDIDATE = re.compile(
    rf"[\s\"'“„«‘`(\[{{>|](?=[^\s\ufdd0{_SIGNS}]{{0,40}}+[{_SIGNS}])"
    r"(?=[^\s\ufdd0A-Za-z]{0,40}+[A-Za-z])(?P<word>[^\s\ufdd0]{6,80})"
)
_NONCE = re.compile(r"(?i)nonce[^\n]{0,30}$")
_PAIRED = re.compile(r"[ \t](?:/|//|\||\+|&)[ \t]$")
_WORD_2 = re.compile(r"[A-Za-z]{3,}-?[0-9]{1,2}|[A-Za-z0-9!#$%&*+=?@^~-]+")


def hard_words(text: str, words: Sequence[Word]) -> Iterable[Span]:
    """Words that nothing ties, close to a word for access."""
    count = 0
    for first, last in _at_both_ends(_around(words, len(text))):
        for start, end in _candidates(text, first, last):
            count += 1
            if count > MOST_CANDIDATES:
                yield Span(start, last, "password")
                break
            yield from _judged(text, *trimmed(text, start, end))


def _around(words: Sequence[Word], length: int) -> list[Stretch]:
    """Stretches of text around the words, none twice."""
    stretches: list[Stretch] = []
    for word in words:
        begin, end = max(0, word.start - BEFORE), min(length, word.end + AFTER)
        if stretches and begin <= stretches[-1][1]:
            stretches[-1] = (stretches[-1][0], end)
        else:
            stretches.append((begin, end))
    return stretches


def _at_both_ends(stretches: list[Stretch]) -> Iterable[Stretch]:
    """The stretches, of very many characters only the first and the last."""
    if sum(end - begin for begin, end in stretches) <= MOST_CHARACTERS:
        return stretches
    half = MOST_CHARACTERS // 2
    kept: list[Stretch] = []
    room = half
    for begin, end in stretches:
        if room <= 0:
            break
        kept.append((begin, min(end, begin + room)))
        room -= end - begin
    room, least = half, kept[-1][1]
    for begin, end in reversed(stretches):
        if room <= 0 or end <= least:
            break
        kept.append((max(begin, end - room, least), end))
        room -= end - begin
    return kept


def _candidates(text: str, first: int, last: int) -> Iterable[Stretch]:
    if first == 0:
        word = text[:80].split(None, 1)[:1]
        if word and text.startswith(word[0]) and len(word[0]) > 5:
            yield 0, len(word[0])
    for found in _CANDIDATE.finditer(text, max(0, first - 1), last):
        yield found.span("word")


def _judged(text: str, start: int, stop: int) -> Iterable[Span]:
    if _NONCE.search(text, max(0, start - 40), start):
        return
    for begin, end in _parts(text, start, stop):
        value = text[begin:end]
        if is_hard(value) or _is_second_of_pair(text, start, value):
            yield Span(begin, end, "password")


def _is_second_of_pair(text: str, start: int, value: str) -> bool:
    """`name / value`: the value need be less hard, as its place says what it is."""
    paired = _PAIRED.search(text, max(0, start - 4), start) is not None
    return paired and is_made_up(value) and _WORD_2.fullmatch(value) is not None


def _parts(text: str, start: int, stop: int) -> Iterable[Stretch]:
    """`name=value` and `name/value` as their value, else the whole word."""
    for sign in "=/":
        at = text.find(sign, start, stop)
        if at > start and text[start:at].replace("-", "_").isidentifier():
            yield at + 1, stop
            if sign == "/":
                return
    yield start, stop
