"""Where does a private key begin and end, however it was copied?"""

from __future__ import annotations

import re
from collections.abc import Iterable

from shared.redaction.spans import Span

LONGEST_KEY_BLOCK = 20_000
_DASHES = r"[-\u2010-\u2015]{1,5}"
_BEGIN = re.compile(rf"{_DASHES} ?BEGIN [A-Z0-9 ]{{0,40}}PRIVATE KEY(?: BLOCK)? ?{_DASHES}")
_END = re.compile(rf"{_DASHES} ?END [A-Z0-9 ]{{0,40}}PRIVATE KEY(?: BLOCK)? ?(?:{_DASHES})?")
LABEL = 60
"""Characters around `PRIVATE KEY` in which its BEGIN or END stands."""
LONGEST_LINE = 120
_BREAK = r"(?:[\s>|*\"',+.\\]|\\n|</?(?:br|p|div|span|code|pre|t[dr]|li) ?/?>){0,12}"
_KEY_LINES = re.compile(
    rf"(?:{_BREAK}(?:(?:Proc-Type|DEK-Info|Comment|Version):[^\n]{{0,100}}"
    r"|[A-Za-z0-9+/=]{16,100}(?![A-Za-z0-9+/=]))){1,300}(?:\s{1,3}[A-Za-z0-9+/]{1,64}={1,2})?"
)
_ONE_LINE = re.compile(r"\s{0,3}[A-Za-z0-9+/=]{100,9000}")
_PUBLIC = re.compile(r"CERTIFICATE|PUBLIC|REQUEST|CRL|ssh-rsa")
_BODY = re.compile(
    r"(?:id_[a-z0-9]{3,8}[^\n]{0,60}\n\s{0,3}[>| ]{0,4})?"
    r"(?P<secret>[A-Za-z0-9+/]{40,100}"
    r"(?:(?:\r?\n|\\n)[>| \t]{0,8}[A-Za-z0-9+/=]{16,100}(?!\S)){1,99}"
    r"|[A-Za-z0-9+/=]{120,9000})"
)
_LINE = re.compile(
    r"[\s>|*\"'\\]*[A-Za-z0-9+/=]{16,100}[\s>|*\"'\\]*|\s*[A-Za-z0-9+/]{1,64}={0,2}\s*"
)
_PUTTY = re.compile(
    r"Private-Lines: ?\d{1,4}\s{1,3}"
    r"(?P<secret>(?:[>| ]{0,4}[A-Za-z0-9+/=]{4,100}[ \t]{0,4}(?:\r?\n|$)){1,99})"
)


def private_keys(text: str, places: Iterable[int]) -> Iterable[Span]:
    """Spans around the places of `PRIVATE KEY`: from BEGIN to END.

    Where one of the two is missing, as far as lines look like a key.
    """
    begin: int | None = None
    done = 0
    for at in places:
        first = max(done, at - LABEL)
        closing = _END.search(text, first, at + LABEL)
        opening = _BEGIN.search(text, first, at + LABEL)
        if closing is not None and closing.start() <= at:
            if begin is not None and closing.end() - begin <= LONGEST_KEY_BLOCK:
                yield Span(begin, closing.end(), "private_key")
            else:
                yield Span(_first_line(text, done, closing), closing.end(), "private_key")
            begin, done = None, closing.end()
        elif opening is not None and opening.start() <= at:
            lines = _KEY_LINES.match(text, opening.end()) or _ONE_LINE.match(text, opening.end())
            done = lines.end() if lines else opening.end()
            yield Span(opening.start(), done, "private_key")
            begin = opening.start() if begin is None else begin


def putty_keys(text: str, at: int) -> Iterable[Span]:
    """The lines that a PuTTY file counts as private."""
    found = _PUTTY.match(text, at)
    if found is not None:
        yield Span(*found.span("secret"), "private_key")


def key_bodies(text: str, at: int) -> Iterable[Span]:
    """The lines of a key without their BEGIN: they begin as keys do, or stand below its name."""
    if _PUBLIC.search(text, max(0, at - LABEL), at) is None:
        found = _BODY.match(text, at)
        if found is not None:
            yield Span(*found.span("secret"), "private_key")


def _first_line(text: str, least: int, closing: re.Match[str]) -> int:
    """Where the lines that look like a key begin, going back from their END."""
    start = closing.start()
    while start > least:
        line = text.rfind("\n", max(least, start - LONGEST_LINE), start - 1) + 1
        if line <= least or _LINE.fullmatch(text, line, start) is None:
            break
        start = line
    return start
