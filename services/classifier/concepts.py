"""Which concepts does a ticket speak of? Phrases of many languages under one name, in a file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path

import yaml

FILE = Path(__file__).with_name("concepts.yaml")
FEATURE = "feature of "
"""Before the name of an extension: what this extension alone has."""
BUILT_IN = "built in "
"""Before the name of what the product itself has."""
PORTAL = "built in portal"
EXTENSION_OF_PORTALS = "Client Portal PRO"
"""Of a text that is about an extension and the portal."""
HEAD = 3
"""Letters by which phrases are looked up."""
REMEMBERED_WORDS = 20_000


@dataclass(frozen=True, slots=True)
class Phrase:
    """A phrase with the spaces that mark where its words begin and end, and what it speaks of."""

    text: str
    concept: str


@dataclass(frozen=True, slots=True)
class Begun:
    """`named`: the concepts of a word alone; `phrases`: of several words, this one the first."""

    named: tuple[str, ...]
    phrases: tuple[Phrase, ...]


def concepts_in(forms: Sequence[str]) -> set[str]:
    """The names of the concepts that a text speaks of, by the forms of its words."""
    words = " ".join(form for form in forms if form != "?").replace("'", " ").split()
    text = f" {' '.join(words)} "
    found: set[str] = set()
    for word in set(words):
        begun = begun_by(word)
        if begun is None:
            continue
        found.update(begun.named)
        for phrase in begun.phrases:
            if phrase.text in text:
                found.add(phrase.concept)
    return found


@lru_cache(maxsize=REMEMBERED_WORDS)
def begun_by(word: str) -> Begun | None:
    """What a word names by itself, and the phrases of which it may be the first; None: neither."""
    by_start = load_concepts()
    mine = [*by_start.get(word, ()), *by_start.get(f"{word[:HEAD]}*", ())]
    if not mine:
        return None
    alone = f" {word} "
    return Begun(
        tuple({phrase.concept: None for phrase in mine if phrase.text in alone}),
        tuple(phrase for phrase in mine if " " in phrase.text.strip()),
    )


def extension_meant(found: AbstractSet[str]) -> str | None:
    """The extension to which the only feature belongs that a text without a name speaks of."""
    features = [name.removeprefix(FEATURE) for name in found if name.startswith(FEATURE)]
    if not features and PORTAL in found:
        return EXTENSION_OF_PORTALS
    return features[0] if len(features) == 1 else None


@cache
def load_concepts() -> Mapping[str, tuple[Phrase, ...]]:
    """All phrases by their first word; where that may end in any way, by its first letters."""
    document = yaml.safe_load(FILE.read_text(encoding="utf-8"))
    by_start: dict[str, list[Phrase]] = {}
    for concept, phrases in document.items():
        for phrase in dict.fromkeys(str(phrase).replace("-", " ") for phrase in phrases):
            marked = f" {phrase[:-1]}" if phrase.endswith("*") else f" {phrase} "
            first, *others = phrase.split()
            start = f"{first[:HEAD]}*" if first.endswith("*") and not others else first
            by_start.setdefault(start, []).append(Phrase(marked, str(concept)))
    return {start: tuple(found) for start, found in by_start.items()}
