"""How is the artefact made? Fit by folds to choose what must be chosen unseen, then on all."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from sklearn.linear_model import LogisticRegression
from threadpoolctl import threadpool_limits

from services.classifier.meaning import hash_of_weights
from services.classifier.model import (
    ANSWERS,
    AREAS,
    FORMAT,
    SCOPES,
    SECURITY,
    Card,
    Scale,
    Weights,
    softmax,
    to_bytes,
)
from services.classifier.training.calibrate import (
    first_look_threshold,
    right_answers,
    security_threshold,
    temperature,
    thresholds,
)
from services.classifier.training.corpus import Labelled
from services.classifier.training.fit import Choice, Material, fit, material_of
from services.classifier.training.folds import folds
from services.classifier.training.shrink import shrunk

Floats = npt.NDArray[np.float32]
NAME = "triage-linear"
FAMILIAR_FROM = 0.4
LOOK_ALIKES = frozenset(f"author_t{name}" for name in "efjkn")
"""Authors who wrote reports and what looks like them only: not the mix that arrives."""


@dataclass(frozen=True, slots=True)
class Trained:
    """An artefact, and what models that had not seen a ticket's author say of each ticket."""

    artefact: bytes
    unseen: Floats


def out_of_fold(material: Material, choice: Choice) -> Floats:
    """Scores of every ticket, by words alone and in full, by models not fitted on its author."""
    tickets = material.tickets
    scores = np.zeros((len(tickets), 2 * ANSWERS), np.float32)
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
        by_words, in_full = np.hsplit(unseen, 2)
        second = SecondLooks(second_look(by_words, tickets), second_look(in_full, tickets))
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
        )
        return Trained(artefact, unseen)


@dataclass(frozen=True, slots=True)
class SecondLook:
    """Security and area once more, knowing what the scope looks like: a linear step after."""

    turn: Floats
    shift: Floats

    def applied_to(self, answers: Floats, *, shift: bool = True) -> Floats:
        """Scores, or columns of weights, with those of security and area replaced."""
        again = answers @ self.turn + (self.shift if shift else 0)
        return np.hstack([answers[:, :SECURITY], again]).astype(np.float32)


@dataclass(frozen=True, slots=True)
class SecondLooks:
    """One for judging by words alone, one for judging in full; over both side by side."""

    by_words: SecondLook
    in_full: SecondLook

    def applied_to(self, answers: Floats, *, shift: bool = True) -> Floats:
        by_words, in_full = np.hsplit(answers, 2)
        return np.hstack(
            [
                self.by_words.applied_to(by_words, shift=shift),
                self.in_full.applied_to(in_full, shift=shift),
            ]
        )


def second_look(unseen: Floats, tickets: Sequence[Labelled]) -> SecondLook:
    areas = np.array([AREAS.index(ticket.product_area) for ticket in tickets])
    reports = np.array([ticket.security for ticket in tickets])
    security = LogisticRegression(C=0.1, max_iter=2000).fit(unseen, reports)
    area = LogisticRegression(C=0.1, max_iter=2000).fit(unseen, areas)
    return SecondLook(
        np.vstack([security.coef_, area.coef_]).T.astype(np.float32),
        np.concatenate([security.intercept_, area.intercept_]).astype(np.float32),
    )


def choose(tickets: Sequence[Labelled], scores: Floats) -> Card:
    """Temperatures and thresholds, from scores of tickets that the model never saw.

    Those of judging in full come from the tickets that their words leave open.
    """
    by_words, in_full = np.hsplit(scores, 2)
    reports = np.array([ticket.security for ticket in tickets])
    look_from = first_look_threshold(by_words[:, SECURITY], reports)
    quick, sure = scale_of(tickets, by_words)
    open_ = np.flatnonzero(~sure | (by_words[:, SECURITY] >= look_from)).tolist()
    slow, _ = scale_of([tickets[row] for row in open_], in_full[open_])
    report = 1 / (1 + np.exp(-in_full[:, SECURITY] / np.float32(slow.softness[1])))
    likely = np.where(by_words[:, SECURITY] >= look_from, report, 0).astype(np.float32)
    usual = np.array([not t.security and t.author not in LOOK_ALIKES for t in tickets])
    return Card(
        name=NAME,
        format=FORMAT,
        by_words=quick,
        in_full=slow,
        security_from=security_threshold(likely[usual]),
        look_from=look_from,
        familiar_from=FAMILIAR_FROM,
        encoder=hash_of_weights(),
        trained_on={"tickets": len(tickets), "authors": sorted({t.author for t in tickets})},
    )


def scale_of(tickets: Sequence[Labelled], scores: Floats) -> tuple[Scale, npt.NDArray[np.bool_]]:
    """The scale for these tickets' scores, and which tickets it decides."""
    right = right_answers(tickets)
    reports = np.array([ticket.security for ticket in tickets])
    areas = np.array([[ticket.product_area is area for area in AREAS] for ticket in tickets])
    security = np.stack([np.zeros(len(tickets)), scores[:, SECURITY]], axis=1).astype(np.float32)
    softness = (
        temperature(scores[:, :SECURITY], right),
        temperature(security, np.stack([~reports, reports], axis=1)),
        temperature(scores[:, SECURITY + 1 :], areas),
    )
    likely = softmax(scores[:, :SECURITY] / np.float32(softness[0]))
    decides_from = thresholds(likely, right)
    least = np.array([decides_from[scope] for scope in SCOPES], np.float32)
    return Scale(softness, decides_from), likely.max(axis=1) >= least[likely.argmax(axis=1)]
