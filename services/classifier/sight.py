"""What do a ticket's words say for each answer? Summed word by word, each word's share remembered.

A score of words is a sum over words: what a word and its pieces say is computed when it is first
met, so that a ticket costs little more than finding its words in a dictionary.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from services.classifier.concepts import concepts_in
from services.classifier.features import (
    NO_WORD,
    PIECES_WEIGHT,
    SIGN_WEIGHT,
    Features,
    pairs_of,
    strength_of,
)
from services.classifier.products import Mention, mentions
from services.classifier.reading import Reading
from services.classifier.signs import signs_of

Floats = npt.NDArray[np.float32]
Ids = npt.NDArray[np.int64]
REMEMBERED_WORDS = 40_000
LONGEST_COUNT = 7_000
"""Words that a reading has at most."""
STRENGTHS = np.array([0.0, *map(strength_of, range(1, LONGEST_COUNT))], np.float32)
TINY = np.float32(1e-12)


@dataclass(frozen=True, slots=True)
class Sight:
    """A reading as it is judged. `scores`: what its words say, in the columns of the weights.

    `numbers`: per distinct word its place in `shares`; `shares`: per word what it says, then what
    its pieces say, each for its own count; `pairs`: ids of the known pairs of words, by place.
    `familiar`: the share of words that the model has met, of 0 to 1; 1 for a text without words.
    """

    reading: Reading
    products: tuple[Mention, ...]
    concepts: frozenset[str]
    scores: Floats
    familiar: float
    numbers: dict[str, int]
    shares: Floats
    pairs: tuple[tuple[int, int], ...]
    lengths: tuple[float, float]


class Words:
    """What each word says. `weights`: feature x column; `bias`: column."""

    def __init__(self, features: Features, weights: Floats, bias: Floats) -> None:
        self.features, self.weights, self.bias = features, weights, bias
        self.columns = weights.shape[1]
        self._row: dict[str, int] = {}
        self._shares = np.zeros((REMEMBERED_WORDS, 2 * self.columns + 3), np.float32)

    def see(self, reading: Reading) -> Sight:
        """The sums of a reading: a function of this reading alone, to the last digit."""
        forms, n = reading.forms, self.columns
        counts = Counter(forms)
        shares = self._shares[self._rows_of(counts)]
        times = np.fromiter(counts.values(), np.int64, len(counts))
        strength = STRENGTHS[times]
        total = strength @ shares[:, : 2 * n]
        squares = (strength * strength) @ shares[:, 2 * n : 2 * n + 2]
        by_words, of_words = total[:n], squares[0]
        known = self.features.words
        found = map(known.get, pairs_of(forms))
        pairs = [(place, i) for place, i in enumerate(found) if i is not None]
        if pairs:
            both = Counter(i for _, i in pairs)
            ids = np.fromiter(both, np.int64, len(both))
            values = STRENGTHS[np.fromiter(both.values(), np.int64, len(both))]
            values *= self.features.rarity[ids]
            by_words = by_words + values @ self.weights[ids]
            of_words = of_words + values @ values
        lengths = float(np.sqrt(of_words + TINY)), float(np.sqrt(squares[1] + TINY))
        products, concepts = tuple(mentions(reading.text)), frozenset(concepts_in(forms))
        scores = by_words / np.float32(lengths[0]) + total[n:] / np.float32(lengths[1])
        scores += self._by_signs(reading, products, concepts)
        words = len(forms) - counts[NO_WORD]
        met = float(times @ shares[:, -1])
        return Sight(
            reading,
            products,
            concepts,
            np.asarray(scores + self.bias, np.float32),
            met / words if words else 1.0,
            {form: number for number, form in enumerate(counts)},
            shares,
            tuple(pairs),
            lengths,
        )

    def _by_signs(
        self, reading: Reading, products: tuple[Mention, ...], concepts: frozenset[str]
    ) -> Floats:
        known = self.features.signs
        names = signs_of(reading, products, concepts)
        ids = [i for sign in names if (i := known.get(sign)) is not None]
        return np.asarray(SIGN_WEIGHT * self.weights[ids].sum(axis=0), np.float32)

    def _rows_of(self, counts: Counter[str]) -> Ids:
        """The rows of words, those that are new added; all forgotten where the table is full."""
        try:
            return np.fromiter(map(self._row.__getitem__, counts), np.int64, len(counts))
        except KeyError:
            pass
        if len(self._row) + len(counts) > len(self._shares):
            self._row.clear()
        for form in counts:
            if form not in self._row:
                row = len(self._row)
                self._shares[row] = self._share_of(form)
                self._row[form] = row
        return np.fromiter(map(self._row.__getitem__, counts), np.int64, len(counts))

    def _share_of(self, form: str) -> Floats:
        """What a word says, what its pieces say, the squares of both, and whether it is known."""
        n = self.columns
        share = np.zeros(2 * n + 3, np.float32)
        word = self.features.words.get(form)
        if word is not None:
            rarity = self.features.rarity[word]
            share[:n], share[2 * n] = rarity * self.weights[word], rarity * rarity
            share[-1] = form != NO_WORD
        ids, values = self.features.pieces_of(form)
        share[n : 2 * n] = PIECES_WEIGHT * (values @ self.weights[ids])
        share[2 * n + 1] = values @ values
        return share
