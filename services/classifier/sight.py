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
    strength_of,
)
from services.classifier.naming import naming_of
from services.classifier.products import Mention, mentions
from services.classifier.reading import Reading
from services.classifier.signs import signs_of

Floats = npt.NDArray[np.float32]
Ids = npt.NDArray[np.int64]
REMEMBERED_WORDS = 40_000
LONGEST_COUNT = 7_000
"""Words that a reading has at most."""
STRENGTHS = np.array([0.0, *map(strength_of, range(1, LONGEST_COUNT))], np.float32)
NONE = np.empty(0, np.int64)
TINY = np.float32(1e-12)


@dataclass(frozen=True, slots=True)
class Sight:
    """A reading as it is judged. `scores`: what its words say, in the columns of the weights.

    `shares`: per distinct word what it says, then what its pieces say, each for its own count;
    `numbers`: per place of the text its word's row there; `pairs`, `pair_ids`: the places where
    known pairs of words begin, and their ids.
    `named`: what `naming_of` says. `familiar`: the share of words that the model has met, of 0 to
    1; 1 for a text without words.
    """

    reading: Reading
    products: tuple[Mention, ...]
    concepts: frozenset[str]
    scores: Floats
    named: tuple[bool, ...]
    familiar: float
    shares: Floats
    numbers: Ids
    pairs: Ids
    pair_ids: Ids
    lengths: tuple[float, float]


@dataclass(frozen=True, slots=True)
class Pairs:
    """The known pairs of words. `keys`: sorted, made of the ids of both; `ids`: the pair's own."""

    keys: Ids
    ids: Ids
    unknown: int

    @classmethod
    def of(cls, features: Features) -> Pairs:
        known, unknown = features.words, len(features.words)
        pairs = [(pair.split(" "), i) for pair, i in known.items() if " " in pair]
        found = sorted((known[one] * (unknown + 1) + known[two], i) for (one, two), i in pairs)
        keys, ids = np.array(found, np.int64).reshape(-1, 2).T
        return cls(np.ascontiguousarray(keys), np.ascontiguousarray(ids), unknown)

    def among(self, words: Ids) -> tuple[Ids, Ids]:
        """Where in a text, given as ids of words, known pairs begin; and their ids."""
        if not len(self.keys):
            return NONE, NONE
        keys = words[:-1] * (self.unknown + 1) + words[1:]
        at = np.minimum(np.searchsorted(self.keys, keys), len(self.keys) - 1)
        places = np.flatnonzero(self.keys[at] == keys)
        return places, self.ids[at[places]]


class Words:
    """What each word says. `weights`: feature x column; `bias`: column."""

    def __init__(self, features: Features, weights: Floats, bias: Floats) -> None:
        self.features, self.weights, self.bias = features, weights, bias
        self.columns = weights.shape[1]
        self._pairs = Pairs.of(features)
        self._row: dict[str, int] = {}
        self._ids = np.zeros(REMEMBERED_WORDS, np.int64)
        self._shares = np.zeros((REMEMBERED_WORDS, 2 * self.columns + 3), np.float32)

    def see(self, reading: Reading) -> Sight:
        """The sums of a reading: a function of this reading alone, to the last digit."""
        forms, n = reading.forms, self.columns
        counts = Counter(forms)
        rows = self._rows_of(counts)
        shares = self._shares[rows]
        times = np.fromiter(counts.values(), np.int64, len(counts))
        strength = STRENGTHS[times]
        total = strength @ shares[:, : 2 * n]
        squares = (strength * strength) @ shares[:, 2 * n : 2 * n + 2]
        by_words, of_words = total[:n], squares[0]
        number = dict(zip(counts, range(len(counts)), strict=True))
        numbers = np.fromiter(map(number.__getitem__, forms), np.int64, len(forms))
        pairs, pair_ids = self._pairs.among(self._ids[rows][numbers])
        if len(pairs):
            both = Counter(pair_ids.tolist())
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
            naming_of(reading, products, concepts),
            met / words if words else 1.0,
            shares,
            numbers,
            pairs,
            pair_ids,
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
                self._ids[row] = self.features.words.get(form, self._pairs.unknown)
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
