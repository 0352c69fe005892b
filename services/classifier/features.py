"""What does the model see of a ticket? Words, word pairs, pieces of words, and signs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from services.classifier.reading import Reading
from services.classifier.signs import signs_of

Ids = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float32]

SHORTEST_PIECE = 2
LONGEST_PIECE = 5
REMEMBERED_WORDS = 20_000
SIGN_WEIGHT = 0.25
"""What one sign weighs beside words and pieces, whose lengths are one each."""


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


@dataclass(frozen=True, slots=True)
class Sparse:
    """A ticket as numbers: which features, and how strong."""

    ids: Ids
    values: Floats


@dataclass(slots=True)
class Features:
    """The model's vocabulary. Ids run over words and pairs, then pieces, then signs."""

    words: Mapping[str, int]
    pieces: Mapping[str, int]
    signs: Mapping[str, int]
    rarity: Floats
    """Inverse document frequency of words and pieces, one for signs, by id."""
    _known: dict[str, Ids] = field(default_factory=dict)

    @property
    def size(self) -> int:
        return len(self.rarity)

    def of(self, reading: Reading) -> Sparse:
        """The features of a ticket; words and pieces weigh alike whatever the length."""
        forms = reading.forms
        words = [i for i in map(self.words.get, forms) if i is not None]
        words += [i for i in map(self.words.get, pairs_of(forms)) if i is not None]
        pieces = [self.pieces_of(form) for form in forms]
        signs = [i for sign in signs_of(reading) if (i := self.signs.get(sign)) is not None]
        parts = [
            self._weighed(np.asarray(words, np.int64)),
            self._weighed(np.concatenate(pieces) if pieces else np.empty(0, np.int64)),
            Sparse(np.asarray(signs, np.int64), np.full(len(signs), SIGN_WEIGHT, np.float32)),
        ]
        return Sparse(
            np.concatenate([part.ids for part in parts]),
            np.concatenate([part.values for part in parts]),
        )

    def familiar(self, reading: Reading) -> float:
        """The share of words that the model has met, of 0 to 1; 1 for a text without words."""
        forms = [form for form in reading.forms if form != "?"]
        return sum(form in self.words for form in forms) / len(forms) if forms else 1.0

    def pieces_of(self, form: str) -> Ids:
        """The ids of a word's known pieces; remembered, for words come again."""
        known = self._known.get(form)
        if known is None:
            ids = [i for piece in pieces_in(form) if (i := self.pieces.get(piece)) is not None]
            known = np.asarray(ids, np.int64)
            if len(self._known) < REMEMBERED_WORDS:
                self._known[form] = known
        return known

    def _weighed(self, ids: Ids) -> Sparse:
        if not len(ids):
            return Sparse(ids, np.empty(0, np.float32))
        ids = np.sort(ids)
        first = np.concatenate(([0], np.flatnonzero(ids[1:] != ids[:-1]) + 1))
        distinct, counts = ids[first], np.diff(np.concatenate((first, [len(ids)])))
        values = (1.0 + np.log(counts)) * self.rarity[distinct]
        return Sparse(distinct, (values / np.sqrt(values @ values)).astype(np.float32))
