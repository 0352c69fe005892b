"""Which characters are a credential, and of which kind?"""

from __future__ import annotations

from dataclasses import dataclass

Stretch = tuple[int, int]
"""Characters [begin, end) of a text."""


@dataclass(frozen=True, slots=True)
class Span:
    """Characters [start, end) of a text hold a credential of this kind."""

    start: int
    end: int
    kind: str
