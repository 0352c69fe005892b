"""How small can the sentence encoder be made? Its layers of low rank, usual pieces known."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from typing_extensions import override

from services.classifier.meaning import MEANING, REACH, SPANS, WIDTH, Encoder, LowRank, windows

FIRST_RANKS = (32, 48, 64)
SECOND_RANKS = (12, 12, 16)
USUAL = 6000
SAMPLE = 500
"""Texts on which the layers are watched."""


class Watching(Encoder):
    """An exact encoder that keeps the second moments of what its layers are given."""

    def __init__(self) -> None:
        super().__init__()
        self.before = [np.zeros((span * WIDTH, span * WIDTH)) for span, _ in SPANS]
        self.between = [np.zeros((span * WIDTH, span * WIDTH)) for span, _ in SPANS]

    @override
    def first_layer(self, branch: int, rows: npt.NDArray[np.int64]) -> npt.NDArray[np.float32]:
        inner = self._shares.own[rows[REACH:-REACH], MEANING + branch * WIDTH :][:, :WIDTH]
        given = windows(inner, branch)
        self.before[branch] += given.T @ given
        return super().first_layer(branch, rows)

    @override
    def second_layer(self, branch: int, once: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
        given = windows(once, branch)
        self.between[branch] += given.T @ given
        return super().second_layer(branch, once)


def shrunk(texts: Sequence[str]) -> Encoder:
    """An encoder that is fast on texts such as these, and gives almost the same vectors."""
    exact = Watching()
    counts = Counter(piece for text in texts for piece in exact.pieces_of(text))
    usual = sorted(piece for piece, _ in sorted(counts.items(), key=_by_count)[:USUAL])
    step = max(1, len(texts) // SAMPLE)
    exact.encode(texts[::step])
    small = Encoder(
        approximations(exact.before, exact.net.w1, FIRST_RANKS),
        approximations(exact.between, exact.net.w2, SECOND_RANKS),
        np.array(usual, np.int64),
    )
    small.remember(exact)
    return small


def approximations(
    moments: Sequence[npt.NDArray[np.float64]],
    weights: Sequence[npt.NDArray[np.float32]],
    ranks: Sequence[int],
) -> tuple[LowRank, ...]:
    return tuple(map(approximation, moments, weights, ranks))


def approximation(
    moments: npt.NDArray[np.float64], weights: npt.NDArray[np.float32], rank: int
) -> LowRank:
    """The matrix of this rank whose products differ least on inputs with these moments."""
    floor = 1e-3 * np.trace(moments) / len(moments)
    root = np.linalg.cholesky(moments + floor * np.eye(len(moments)))
    left, strength, right = np.linalg.svd(root.T @ weights, full_matrices=False)
    inner = np.linalg.solve(root.T, left[:, :rank] * strength[:rank])
    return LowRank(
        inner.astype(np.float16).astype(np.float32),
        right[:rank].astype(np.float16).astype(np.float32),
    )


def _by_count(item: tuple[int, int]) -> tuple[int, int]:
    piece, count = item
    return -count, piece
