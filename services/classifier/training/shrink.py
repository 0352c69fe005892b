"""How small can the sentence encoder be made? Its second layer of low rank, usual pieces known."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from typing_extensions import override

from services.classifier.meaning import SPANS, WIDTH, Encoder, LowRank, windows

RANKS = (16, 16, 24)
USUAL = 3000
SAMPLE = 500
"""Texts on which the second layer is watched."""


class Watching(Encoder):
    """An exact encoder that keeps the second moments of what its second layer is given."""

    def __init__(self) -> None:
        super().__init__()
        self.moments = [np.zeros((span * WIDTH, span * WIDTH)) for span, _ in SPANS]

    @override
    def second_layer(self, branch: int, once: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
        given = windows(once, branch)
        self.moments[branch] += given.T @ given
        return super().second_layer(branch, once)


def shrunk(texts: Sequence[str]) -> Encoder:
    """An encoder that is fast on texts such as these, and gives almost the same vectors."""
    exact = Watching()
    counts = Counter(piece for text in texts for piece in exact.pieces_of(text))
    usual = sorted(piece for piece, _ in sorted(counts.items(), key=_by_count)[:USUAL])
    step = max(1, len(texts) // SAMPLE)
    exact.encode(texts[::step])
    second = tuple(
        approximation(moments, weights, rank)
        for moments, weights, rank in zip(exact.moments, exact.net.w2, RANKS, strict=True)
    )
    return Encoder(second, np.array(usual, np.int64))


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
