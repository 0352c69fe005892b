"""Which passwords stand in a column of a table, under a heading that names it?"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from shared.redaction.ordinary import is_common, is_sentence_word
from shared.redaction.sieve import Word
from shared.redaction.spans import Span
from shared.redaction.values import is_no_value, trimmed
from shared.redaction.words import Sign

_SEPARATORS = (
    re.compile(r"\|"),
    re.compile(r"\t"),
    re.compile(r";"),
    re.compile(r","),
    re.compile(r" / "),
    re.compile(r" {2,}"),
)
_RULE = re.compile(r"[\s|+:=_-]*")
_HEADING = re.compile(r"[ \t>*_\"'`]*[^\W\d_][^\d\n:=]{0,24}")
LONGEST_LINE = 300
MOST_ROWS = 30
MOST_TABLES = 20


def passwords_in_tables(text: str, words: Sequence[Word]) -> Iterable[Span]:
    """The cells under headings that speak of a password or a secret."""
    done = tables = 0
    for word in words:
        if word.sign is Sign.LOGIN or word.start < done or tables == MOST_TABLES:
            continue
        first = text.rfind("\n", max(0, word.start - LONGEST_LINE), word.start) + 1
        end = text.find("\n", word.end, word.end + LONGEST_LINE)
        done = end if end >= 0 else word.end + LONGEST_LINE
        if end < 0 or word.start - first > LONGEST_LINE:
            continue
        for separator in _SEPARATORS:
            heading = _cells(text, first, end, separator)
            if len(heading) > 1 and all(_HEADING.fullmatch(text, *cell) for cell in heading):
                column = next(n for n, cell in enumerate(heading) if word.start < cell[1])
                yield from _column(text, end + 1, separator, len(heading), column)
                tables += 1
                break


def _cells(text: str, first: int, end: int, separator: re.Pattern[str]) -> list[tuple[int, int]]:
    """Where the cells of a line stand, borders left out."""
    while end > first and text[end - 1] in " \t\r":
        end -= 1
    while first < end and text[first] in "> \t":
        first += 1
    if separator.pattern == r"\|":
        first += text.startswith("|", first)
        end -= end > first and text[end - 1] == "|"
    cells = []
    for gap in separator.finditer(text, first, end):
        cells.append((first, gap.start()))
        first = gap.end()
    return [*cells, (first, end)]


def _column(
    text: str, at: int, separator: re.Pattern[str], width: int, column: int
) -> Iterable[Span]:
    for _ in range(MOST_ROWS):
        end = text.find("\n", at, at + LONGEST_LINE)
        end = min(len(text), at + LONGEST_LINE) if end < 0 else end
        if not _RULE.fullmatch(text, at, end):
            cells = _cells(text, at, end, separator)
            if len(cells) != width:
                return
            start, stop = _bare(text, *cells[column])
            value = text[start:stop]
            talk = " " in value and any(map(is_common, value.split()))
            if len(value) >= 4 and not (talk or is_no_value(value) or is_sentence_word(value)):
                yield Span(start, stop, "password")
        if end >= len(text):
            return
        at = end + 1


def _bare(text: str, start: int, stop: int) -> tuple[int, int]:
    while start < stop and text[start] in " \t*_":
        start += 1
    while start < stop and text[stop - 1] in " \t*_\r":
        stop -= 1
    return trimmed(text, start, stop)
