"""What does the model see of a ticket? Words, word pairs, pieces of words, and signs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import log

import numpy as np
import numpy.typing as npt

Ids = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float32]

SHORTEST_PIECE = 2
LONGEST_PIECE = 5
PIECES_WEIGHT = 0.8
SIGN_WEIGHT = 0.25
"""What all pieces, and what one sign, weigh beside the words, whose length is one."""
NO_WORD = "?"
"""A form that is a question mark, not a word."""


def pairs_of(forms: Sequence[str]) -> Iterator[str]:
    return (f"{one} {other}" for one, other in pairwise(forms))


def pieces_in(form: str) -> list[str]:
    """Pieces of a word with its edges marked by spaces, two to five characters long."""
    marked = f" {form} "
    return [
        marked[start : start + size]
        for size in range(SHORTEST_PIECE, LONGEST_PIECE + 1)
        for start in range(max(1, len(marked) - size + 1))
    ]


def strength_of(count: int) -> float:
    """How much a word says that is written so many times."""
    return 1.0 + log(count)


@dataclass(frozen=True, slots=True)
class Features:
    """The model's vocabulary. Ids run over words and pairs, then pieces, then signs.

    Words, and pieces, weigh alike whatever a ticket's length: both are divided by the root of the
    sum of their squares, word by word.
    """

    words: Mapping[str, int]
    pieces: Mapping[str, int]
    signs: Mapping[str, int]
    rarity: Floats
    """Inverse document frequency of words and pieces, one for signs, by id."""

    @property
    def size(self) -> int:
        return len(self.rarity)

    def pieces_of(self, form: str) -> tuple[Ids, Floats]:
        """The ids of a word's known pieces, each once, and how much each says."""
        ids = [i for piece in pieces_in(form) if (i := self.pieces.get(piece)) is not None]
        distinct, counts = np.unique(np.asarray(ids, np.int64), return_counts=True)
        return distinct, np.asarray(self.rarity[distinct] * counts, np.float32)
