"""How is the artefact made? Fit by folds to choose what must be chosen unseen, then on all."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from sklearn.linear_model import LogisticRegression
from threadpoolctl import threadpool_limits

from services.classifier.areas import BESIDE, SCOPES, Areas, given, softmax
from services.classifier.meaning import hash_of_weights
from services.classifier.model import (
    ANSWERS,
    AREAS,
    COLUMNS,
    FORMAT,
    IN_FULL,
    SECURITY,
    Card,
    Scale,
    Weights,
    scope_likelihoods,
    sure_of,
    to_bytes,
)
from services.classifier.training.calibrate import (
    RIGHT_AMONG_DECIDED,
    Decided,
    decided_of,
    look_threshold,
    right_answers,
    security_threshold,
    temperature,
    thresholds,
)
from services.classifier.training.corpus import Labelled
from services.classifier.training.fit import (
    Choice,
    Material,
    fit,
    in_columns,
    material_of,
    names_in,
)
from services.classifier.training.folds import folds
from services.classifier.training.shrink import shrunk

Floats = npt.NDArray[np.float32]
NAME = "triage-linear"
FAMILIAR_FROM = 0.4
HALVES = ([*range(ANSWERS), SECURITY], IN_FULL)
"""The columns of judging by words alone, and in full."""
LOOK_ALIKES = frozenset(f"author_t{name}" for name in "efjknoqtv")
"""Authors who wrote reports and what looks like them only: not the mix that arrives."""


@dataclass(frozen=True, slots=True)
class Trained:
    """An artefact, and what models that had not seen a ticket's author say of each ticket."""

    artefact: bytes
    unseen: Floats


def out_of_fold(material: Material, choice: Choice) -> Floats:
    """Scores of every ticket, by words alone and in full, by models not fitted on its author."""
    tickets = material.tickets
    scores = np.zeros((len(tickets), COLUMNS), np.float32)
    for seen, judged in folds(tickets):
        scores[judged] = fit(material, seen, choice).scores(material, judged)
    return scores


def train(tickets: Sequence[Labelled], choice: Choice | None = None) -> Trained:
    """The artefact for these tickets, the same to the byte each time."""
    choice = choice or Choice()
    with threadpool_limits(1):
        encoder = shrunk([ticket.reading.text for ticket in tickets])
        material = material_of(tickets, encoder, choice)
        unseen = out_of_fold(material, choice)
        second = SecondLooks(*(second_look(unseen[:, half], tickets) for half in HALVES))
        unseen = second.applied_to(unseen)
        card = choose(tickets, unseen)
        weights = fit(material, np.arange(len(tickets)), choice).weights(material)
        artefact = to_bytes(
            card,
            material.features,
            encoder,
            Weights(
                second.applied_to(weights.surface, shift=False),
                second.in_full.applied_to(weights.deep, shift=False),
                second.applied_to(weights.bias[None])[0],
            ),
            (
                areas_of(tickets, unseen[:, :ANSWERS], card.by_words),
                areas_of(tickets, unseen[:, ANSWERS:SECURITY], card.in_full),
            ),
        )
        return Trained(artefact, unseen)


@dataclass(frozen=True, slots=True)
class SecondLook:
    """Security once more, knowing what scope and area look like: a linear step after."""

    turn: Floats
    shift: Floats

    def applied_to(self, half: Floats, *, shift: bool = True) -> Floats:
        """Scores, or columns of weights, with that of security replaced."""
        again = half @ self.turn + (self.shift if shift else 0)
        return np.hstack([half[:, :ANSWERS], again]).astype(np.float32)


@dataclass(frozen=True, slots=True)
class SecondLooks:
    """One for judging by words alone, one for judging in full."""

    by_words: SecondLook
    in_full: SecondLook

    def applied_to(self, columns: Floats, *, shift: bool = True) -> Floats:
        by_words, in_full = (columns[:, half] for half in HALVES)
        return in_columns(
            self.by_words.applied_to(by_words, shift=shift),
            self.in_full.applied_to(in_full, shift=shift),
        )


def second_look(unseen: Floats, tickets: Sequence[Labelled]) -> SecondLook:
    reports = np.array([ticket.security for ticket in tickets])
    security = LogisticRegression(C=0.1, max_iter=2000).fit(unseen, reports)
    return SecondLook(security.coef_.T.astype(np.float32), security.intercept_.astype(np.float32))


def areas_of(tickets: Sequence[Labelled], scores: Floats, scale: Scale) -> Areas:
    """How the area follows from scores that no model fitted on a ticket's author has given.

    Fitted on tickets that ask for something of the product.
    """
    areas = np.array([AREAS.index(ticket.product_area) for ticket in tickets])
    beside = np.array([SCOPES.index(ticket.scope) in BESIDE for ticket in tickets])
    named = np.array([names_in(ticket.reading) for ticket in tickets], np.float32)
    x = given(scores, named, scope_likelihoods(scale, scores))
    model = LogisticRegression(C=0.1, max_iter=2000).fit(x[~beside], areas[~beside])
    counts = np.bincount(areas[beside], minlength=len(AREAS)) + 1.0
    return Areas(
        model.coef_.T.astype(np.float32),
        model.intercept_.astype(np.float32),
        (counts / counts.sum()).astype(np.float32),
    )


def choose(tickets: Sequence[Labelled], scores: Floats) -> Card:
    """Temperatures and thresholds, from scores of tickets that the model never saw.

    Those of judging in full come from the tickets that are judged so.
    """
    by_words, in_full = scores[:, :ANSWERS], scores[:, ANSWERS:SECURITY]
    quick = scale_of(tickets, by_words, RIGHT_AMONG_DECIDED)
    likely = scope_likelihoods(quick, by_words)
    sure = sure_of(quick, likely)
    done = decided_of(likely[sure], right_answers(tickets)[sure])
    rest = np.flatnonzero(~sure).tolist()
    slow = scale_of([tickets[row] for row in rest], in_full[rest], RIGHT_AMONG_DECIDED, done)
    reports = np.array([ticket.security for ticket in tickets])
    look_from = look_threshold(scores[~reports, SECURITY])
    looked = scores[:, SECURITY] >= look_from
    pairs = np.stack([np.zeros(len(tickets)), scores[:, SECURITY + 1]], axis=1).astype(np.float32)
    softness = temperature(pairs[looked], np.stack([~reports, reports], axis=1)[looked])
    report = np.where(looked, softmax(pairs / np.float32(softness))[:, 1], 0).astype(np.float32)
    usual = np.array([not t.security and t.author not in LOOK_ALIKES for t in tickets])
    return Card(
        name=NAME,
        format=FORMAT,
        by_words=quick,
        in_full=slow,
        look_from=look_from,
        security_softness=softness,
        security_from=security_threshold(report[usual]),
        familiar_from=FAMILIAR_FROM,
        encoder=hash_of_weights(),
        trained_on={"tickets": len(tickets), "authors": sorted({t.author for t in tickets})},
    )


def scale_of(
    tickets: Sequence[Labelled], scores: Floats, wanted: float, done: Decided | None = None
) -> Scale:
    right, scopes = right_answers(tickets), scores[:, : len(SCOPES)]
    softness = temperature(scopes, right)
    likely = softmax(scopes / np.float32(softness))
    return Scale(softness, thresholds(likely, right, wanted, done))
