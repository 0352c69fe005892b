"""Which concepts does a ticket speak of? Phrases of many languages under one name, in a file."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path

import yaml

FILE = Path(__file__).with_name("concepts.yaml")


def concepts_in(forms: Sequence[str]) -> Iterator[str]:
    """The names of the concepts that a text speaks of, by the forms of its words."""
    text = f" {' '.join(form for form in forms if form != '?')} "
    for name, phrases in load_concepts().items():
        if any(phrase in text for phrase in phrases):
            yield name


@cache
def load_concepts() -> dict[str, tuple[str, ...]]:
    """Concept and phrases, each with the spaces that mark where its words end."""
    document = yaml.safe_load(FILE.read_text(encoding="utf-8"))
    return {
        str(name): tuple(dict.fromkeys(_marked(str(phrase)) for phrase in phrases))
        for name, phrases in document.items()
    }


def _marked(phrase: str) -> str:
    return f" {phrase[:-1]}" if phrase.endswith("*") else f" {phrase} "
