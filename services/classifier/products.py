"""Which products does a text name? Names and aliases of the catalogue, as people write them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from shared.catalogue import CatalogueProduct, load_catalogue
from shared.contracts import ProductArea

GAP = r"[\s\-_]*"
WORDS = re.compile(r"[\s\-_]+|(?<=[a-z])(?=[A-Z])")
"""Where the parts of a name meet: at gaps, and at capitals within a word."""
BESIDE = re.compile(
    r"\b(?:extensions?|ext|add-?ons?|plugins?|modul\w*|erweiterung\w*|extensi[oó]n\w*|complement\w*"
    r"|m[oó]dul\w*|extension\w*|estension\w*|uitbreiding\w*|connect\w*|licen[cs]e)\b",
    re.IGNORECASE,
)
REACH = 24
"""Characters around a common word in which "extension" and its like make it a name."""


@dataclass(frozen=True, slots=True)
class Mention:
    """A product named in a text. `sure`: not by an everyday word alone."""

    product: CatalogueProduct
    start: int
    end: int
    sure: bool


def mentions(text: str) -> list[Mention]:
    """The products that a text names, in order; of overlapping names the longest."""
    return [_mention(found, text) for found in _pattern().finditer(in_lower_case(text))]


def in_lower_case(text: str) -> str:
    """Letter by letter, so that every letter stays in its place."""
    lowered = text.lower()
    if len(lowered) == len(text):
        return lowered
    return "".join(low if len(low := letter.lower()) == 1 else letter for letter in text)


def _mention(found: re.Match[str], text: str) -> Mention:
    product = load_catalogue().resolve(found.group())
    assert product is not None, "the pattern is made of the catalogue's names"
    sure = True
    if product.is_everyday(found.group()):
        around = text[max(0, found.start() - REACH) : found.end() + REACH]
        sure = bool(BESIDE.search(around))
    return Mention(product, found.start(), found.end(), sure)


def extension_of(found: Sequence[Mention]) -> str | None:
    """The extension that a text is about: the one named surely and first, else perhaps."""
    named = [m for m in found if m.product.area is ProductArea.EXTENSION]
    named.sort(key=lambda mention: (not mention.sure, mention.start))
    return named[0].product.name if named else None


@cache
def _pattern() -> re.Pattern[str]:
    """All names in lower case, sorted by their first letter: most words begin with no name."""
    names = {name for entry in load_catalogue().products for name in (entry.name, *entry.aliases)}
    by_letter: dict[str, set[str]] = {}
    for name in names:
        spelled = GAP.join(re.escape(word.lower()) for word in WORDS.split(name))
        by_letter.setdefault(spelled[0], set()).add(spelled[1:])
    groups = [
        f"{letter}(?:{'|'.join(sorted(rests, key=lambda rest: (-len(rest), rest)))})"
        for letter, rests in sorted(by_letter.items())
    ]
    return re.compile(rf"(?<!\w)(?:{'|'.join(groups)})(?!\w)")
