"""Which weights explain the labelled tickets? A vocabulary and three linear models."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_matrix
from sklearn.linear_model import LogisticRegression

from services.classifier.features import Features, pairs_of, pieces_in, tokens_of
from services.classifier.model import AREAS, SCOPES
from services.classifier.reading import Reading
from services.classifier.signs import signs_of
from services.classifier.training.corpus import Labelled

Floats = npt.NDArray[np.float32]
SECOND_ANSWER_WEIGHT = 0.3
"""How much of a ticket speaks for its second defensible category."""


@dataclass(frozen=True, slots=True)
class Choice:
    """What can be chosen of a fit; the values are those that won (TRIES.md)."""

    least_words: int = 1
    least_pieces: int = 2
    strength: float = 10.0
    """Inverse of the regularisation."""
    security_strength: float = 10.0


@dataclass(frozen=True, slots=True)
class Fitted:
    features: Features
    weights: Floats
    bias: Floats


def fit(tickets: Sequence[Labelled], choice: Choice) -> Fitted:
    """The weights of all answers, from these tickets alone."""
    readings = [ticket.reading for ticket in tickets]
    features = vocabulary(readings, choice)
    x = matrix(features, readings)
    scope = fit_scope(x, tickets, choice)
    weight = np.array([ticket.weight for ticket in tickets])
    security = LogisticRegression(
        C=choice.security_strength, max_iter=2000, class_weight="balanced"
    ).fit(x, np.array([ticket.security for ticket in tickets]), weight)
    area = LogisticRegression(C=choice.strength, max_iter=2000).fit(
        x, np.array([AREAS.index(ticket.product_area) for ticket in tickets]), weight
    )
    weights = np.vstack([scope.coef_, security.coef_, area.coef_]).T
    bias = np.concatenate([scope.intercept_, security.intercept_, area.intercept_])
    return Fitted(features, weights.astype(np.float32), bias.astype(np.float32))


def fit_scope(x: csr_matrix, tickets: Sequence[Labelled], choice: Choice) -> LogisticRegression:
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
    model = LogisticRegression(C=choice.strength, max_iter=2000)
    return model.fit(x[rows], np.array(answers), np.array(weights))


def vocabulary(readings: Sequence[Reading], choice: Choice) -> Features:
    """Words, pairs, pieces and signs of these readings, in alphabetical order."""
    words: Counter[str] = Counter()
    pieces: Counter[str] = Counter()
    signs: Counter[str] = Counter()
    for reading in readings:
        forms = [token.form for token in tokens_of(reading.text)]
        words.update(set(forms) | set(pairs_of(forms)))
        pieces.update({piece for form in set(forms) for piece in pieces_in(form)})
        signs.update(set(signs_of(reading)))
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
    """Ticket x feature."""
    tickets = [features.of(reading) for reading in readings]
    starts = np.cumsum([0] + [len(ticket.ids) for ticket in tickets])
    return csr_matrix(
        (
            np.concatenate([ticket.values for ticket in tickets]),
            np.concatenate([ticket.ids for ticket in tickets]),
            starts,
        ),
        shape=(len(tickets), features.size),
    )


def _frequent(counts: Counter[str], least: int) -> list[str]:
    return sorted(name for name, count in counts.items() if count >= least)
