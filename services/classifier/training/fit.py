"""Which weights explain the labelled tickets? A vocabulary, three linear models, and again."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_matrix
from sklearn.linear_model import LogisticRegression

from services.classifier.areas import SCOPES
from services.classifier.concepts import concepts_in
from services.classifier.features import (
    PIECES_WEIGHT,
    SIGN_WEIGHT,
    Features,
    pairs_of,
    pieces_in,
    strength_of,
)
from services.classifier.meaning import MEANING, POOLED, SIZE, Encoder
from services.classifier.model import ANSWERS, AREAS, IN_FULL, Weights
from services.classifier.naming import naming_of
from services.classifier.products import mentions
from services.classifier.reading import Reading
from services.classifier.signs import signs_of
from services.classifier.training.corpus import Labelled

Floats = npt.NDArray[np.float32]
Rows = npt.NDArray[np.intp]
DIMENSIONS = 1000
SURFACE_DIMENSIONS = 1700
"""In which tickets are told apart when fitting, of all and of words; more learn the noise."""
SPARE = 100
"""Dimensions more while they are looked for."""
ROUNDS = 2
SEED = 5
LEAST_STRENGTH = 1e-6
OFTEN = 0.01
"""A feature of more tickets than this share is multiplied in a full matrix."""
TINY = 1e-12
LOOK_ALIKE = "hard_negative"
LOOK_ALIKE_WEIGHT = 0.5
"""How much a ticket written to look like a report says of security; far fewer arrive."""
SECOND_ANSWER_WEIGHT = 0.3
"""How much of a ticket speaks for its second defensible category."""


@dataclass(frozen=True, slots=True)
class Choice:
    """What can be chosen of a fit; the values are those that won (TRIES.md)."""

    least_words: int = 2
    least_pieces: int = 3
    strength: float = 10.0
    """Inverse of the regularisation."""
    security_strength: float = 5.0
    area_strength: float = 1.5
    in_full: float = 0.4
    """So much of these strengths in full, where what words say is seen twice."""
    meaning_weight: float = 0.6
    pooled_weight: float = 0.6
    """Lengths of the encoder's two parts, where words and pieces have length one each."""


@dataclass(frozen=True, slots=True)
class Common:
    """Tickets in the few dimensions in which they differ most.

    `places`: ticket x dimension; `strength`: per dimension, its share of all inner products.
    """

    places: Floats
    strength: Floats

    def says(self, weights: Floats) -> Floats:
        """Per ticket, how much it says, where `weights` are of the dimensions."""
        return np.asarray(self.places @ (weights / self.strength[:, None]), np.float32)


@dataclass(frozen=True, slots=True)
class Material:
    """Labelled tickets as they are learned from: what each has in common with each.

    `common`: what the tickets have in common, surface and deep together; `surface_common`: of the
    surface alone. As there are far fewer tickets than features, fitting there gives the same
    weights in a fraction of time.
    """

    tickets: Sequence[Labelled]
    features: Features
    surface: csr_matrix
    deep: Floats
    deep_mean: Floats
    deep_scale: Floats
    common: Common
    surface_common: Common

    def in_full(self, rows: Rows) -> Floats:
        """Places in both spaces: what words say must not drown in what the encoder says."""
        return np.hstack([self.common.places[rows], self.surface_common.places[rows]])


@dataclass(frozen=True, slots=True)
class Fitted:
    """What was learned in the spaces of `Material`, dimension x answer.

    Of each ten scopes, three areas, security. `in_full`: of `Material.in_full`.
    """

    by_words: Floats
    in_full: Floats
    bias: Floats

    def scores(self, material: Material, rows: Rows) -> Floats:
        """Ticket x column, as `Weights` has them."""
        by_words = material.surface_common.places[rows] @ self.by_words
        in_full = material.in_full(rows) @ self.in_full
        return np.asarray(in_columns(by_words, in_full) + self.bias, np.float32)

    def weights(self, material: Material) -> Weights:
        """The same for features and numbers of the encoder, by how much each ticket says."""
        by_words = material.surface_common.says(self.by_words)
        both = material.common.places.shape[1]
        together = material.common.says(self.in_full[:both])
        in_full = together + material.surface_common.says(self.in_full[both:])
        even = (material.deep - material.deep_mean) * material.deep_scale
        deep = (even.T @ together) * material.deep_scale[:, None]
        bias = self.bias.copy()
        bias[IN_FULL] -= material.deep_mean @ deep
        return Weights(
            (material.surface.T @ in_columns(by_words, in_full)).astype(np.float32),
            deep.astype(np.float32),
            bias.astype(np.float32),
        )


def material_of(tickets: Sequence[Labelled], encoder: Encoder, choice: Choice) -> Material:
    """The tickets, read and encoded. Vocabulary and rarity come from all of them, no label does."""
    readings = [ticket.reading for ticket in tickets]
    features = vocabulary(readings, choice)
    surface = matrix(features, readings)
    deep = encoder.encode([reading.text for reading in readings])
    mean, scale = evened(deep, choice)
    even = ((deep - mean) * scale).astype(np.float32)
    own = products(surface)
    return Material(
        tickets,
        features,
        surface,
        deep,
        mean,
        scale,
        common(own + even @ even.T, DIMENSIONS),
        common(own, SURFACE_DIMENSIONS),
    )


def products(surface: csr_matrix) -> Floats:
    """Of each ticket with each. Frequent features as a full matrix: an eighth of the time."""
    tickets, features = surface.shape
    often = np.bincount(surface.indices, minlength=features) > tickets * OFTEN
    full = surface[:, np.flatnonzero(often)].toarray()
    rare = surface[:, np.flatnonzero(~often)]
    return np.asarray(full @ full.T + (rare @ rare.T).toarray(), np.float32)


def fit(material: Material, rows: Rows, choice: Choice) -> Fitted:
    """What the tickets `rows` say, fitted on these alone."""
    tickets = [material.tickets[row] for row in rows]
    by_words, words_bias = answers_of(material.surface_common.places[rows], tickets, choice)
    in_full, bias = answers_of(material.in_full(rows), tickets, choice, choice.in_full)
    return Fitted(by_words, in_full, in_columns(words_bias[None], bias[None])[0])


def in_columns(by_words: Floats, in_full: Floats) -> Floats:
    """Side by side as `Weights` has them: security comes last."""
    parts = (by_words[:, :ANSWERS], in_full[:, :ANSWERS])
    return np.hstack([*parts, by_words[:, ANSWERS:], in_full[:, ANSWERS:]])


def answers_of(
    x: Floats, tickets: Sequence[Labelled], choice: Choice, share: float = 1.0
) -> tuple[Floats, Floats]:
    """Dimension x answer, and a bias for each: linear models of scope, area and security.

    `share`: how much of the chosen strengths.
    """
    weight = np.array([ticket.weight for ticket in tickets])
    alarm = np.array([LOOK_ALIKE_WEIGHT if LOOK_ALIKE in t.tags else 1.0 for t in tickets])
    reports = np.array([ticket.security for ticket in tickets])
    areas = np.array([AREAS.index(ticket.product_area) for ticket in tickets])
    scope = fit_scope(x, tickets, share * choice.strength)
    area = LogisticRegression(C=share * choice.area_strength, max_iter=2000)
    area.fit(x, areas, weight)
    security = LogisticRegression(
        C=share * choice.security_strength, max_iter=2000, class_weight="balanced"
    ).fit(x, reports, weight * alarm)
    models = (scope, area, security)
    return np.vstack([m.coef_ for m in models]).T, np.concatenate([m.intercept_ for m in models])


def common(gram: Floats, dimensions: int) -> Common:
    """The strongest dimensions of these inner products.

    Found by multiplying a fixed random start again and again: a tenth of the time of all of them.
    """
    size = len(gram)
    wide = min(size, dimensions + SPARE)
    start = np.random.default_rng(SEED).standard_normal((size, wide)).astype(np.float32)
    basis = np.linalg.qr(gram @ start)[0]
    for _ in range(ROUNDS):
        basis = np.linalg.qr(gram @ basis)[0]
    strength, turn = np.linalg.eigh((basis.T @ (gram @ basis)).astype(np.float64))
    strength = np.maximum(strength[-dimensions:], LEAST_STRENGTH).astype(np.float32)
    axes = basis @ turn[:, -dimensions:].astype(np.float32)
    return Common(np.ascontiguousarray(axes * np.sqrt(strength)), strength)


def evened(deep: Floats, choice: Choice) -> tuple[Floats, Floats]:
    """Mean and scale that give each number of the encoder the same say within its part."""
    weight = np.full(SIZE, choice.pooled_weight / np.sqrt(POOLED))
    weight[:MEANING] = choice.meaning_weight / np.sqrt(MEANING)
    return deep.mean(axis=0), weight / (deep.std(axis=0) + 1e-6)


def fit_scope(x: Floats, tickets: Sequence[Labelled], strength: float) -> LogisticRegression:
    """The model of the scope; a ticket with two defensible answers speaks for both."""
    rows, answers, weights = [], [], []
    for row, ticket in enumerate(tickets):
        share = SECOND_ANSWER_WEIGHT if ticket.alt_scope else 0.0
        rows.append(row)
        answers.append(SCOPES.index(ticket.scope))
        weights.append(ticket.weight * (1 - share))
        if ticket.alt_scope:
            rows.append(row)
            answers.append(SCOPES.index(ticket.alt_scope))
            weights.append(ticket.weight * share)
    model = LogisticRegression(C=strength, max_iter=2000)
    return model.fit(x[rows], np.array(answers), np.array(weights))


def vocabulary(readings: Sequence[Reading], choice: Choice) -> Features:
    """Words, pairs, pieces and signs of these readings, in alphabetical order."""
    words: Counter[str] = Counter()
    pieces: Counter[str] = Counter()
    signs: Counter[str] = Counter()
    for reading in readings:
        forms = reading.forms
        words.update(set(forms) | set(pairs_of(forms)))
        pieces.update({piece for form in set(forms) for piece in pieces_in(form)})
        signs.update(set(signs_in(reading)))
    known_words = _frequent(words, choice.least_words)
    known_pieces = _frequent(pieces, choice.least_pieces)
    known_signs = _frequent(signs, 3)
    counts = np.array([words[w] for w in known_words] + [pieces[p] for p in known_pieces])
    rarity = np.log((1 + len(readings)) / (1 + counts)) + 1.0
    return Features(
        {word: i for i, word in enumerate(known_words)},
        {piece: len(known_words) + i for i, piece in enumerate(known_pieces)},
        {s: len(known_words) + len(known_pieces) + i for i, s in enumerate(known_signs)},
        np.concatenate([rarity, np.ones(len(known_signs))]).astype(np.float16).astype(np.float32),
    )


def matrix(features: Features, readings: Iterable[Reading]) -> csr_matrix:
    """Ticket x feature, as `Words` sums them up."""
    tickets = [numbers_of(features, reading) for reading in readings]
    starts = np.cumsum([0] + [len(ticket) for ticket in tickets])
    return csr_matrix(
        (
            np.array([value for ticket in tickets for value in ticket.values()], np.float32),
            np.array([i for ticket in tickets for i in ticket]),
            starts,
        ),
        shape=(len(tickets), features.size),
    )


def numbers_of(features: Features, reading: Reading) -> dict[int, float]:
    """Of one ticket, which features, and how strong."""
    counts = Counter(reading.forms)
    words: dict[int, float] = {}
    for name, count in (counts + Counter(pairs_of(reading.forms))).items():
        if (i := features.words.get(name)) is not None:
            words[i] = strength_of(count) * float(features.rarity[i])
    pieces: dict[int, float] = {}
    squares = 0.0
    for form, count in counts.items():
        ids, values = features.pieces_of(form)
        said = strength_of(count) * values
        squares += float(said @ said)
        for i, value in zip(ids.tolist(), said.tolist(), strict=True):
            pieces[i] = pieces.get(i, 0.0) + value
    of_words = max(sum(value * value for value in words.values()), TINY) ** 0.5
    of_pieces = max(squares, TINY) ** 0.5
    signs = (features.signs.get(sign) for sign in signs_in(reading))
    return (
        {i: value / of_words for i, value in words.items()}
        | {i: PIECES_WEIGHT * value / of_pieces for i, value in pieces.items()}
        | {i: SIGN_WEIGHT for i in signs if i is not None}
    )


def signs_in(reading: Reading) -> Iterable[str]:
    return signs_of(reading, mentions(reading.text), concepts_in(reading.forms))


def names_in(reading: Reading) -> tuple[bool, ...]:
    return naming_of(reading, mentions(reading.text), concepts_in(reading.forms))


def _frequent(counts: Counter[str], least: int) -> list[str]:
    return sorted(name for name, count in counts.items() if count >= least)
