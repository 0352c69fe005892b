"""How is the artefact made? Fit by folds to choose what must be chosen unseen, then on all."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from threadpoolctl import threadpool_limits

from services.classifier.model import AREAS, FORMAT, SCOPES, Card, softmax, to_bytes
from services.classifier.training.calibrate import right_answers, temperature, thresholds
from services.classifier.training.corpus import Labelled
from services.classifier.training.fit import Choice, fit, matrix
from services.classifier.training.folds import folds

Floats = npt.NDArray[np.float32]
NAME = "triage-linear"
FAMILIAR_FROM = 0.4
SECURITY_FROM = 0.5


@dataclass(frozen=True, slots=True)
class Unseen:
    """Scores and familiarity of every ticket, by models that were not fitted on its author."""

    scores: Floats
    familiar: Floats


def out_of_fold(tickets: Sequence[Labelled], choice: Choice) -> Unseen:
    answers = len(SCOPES) + 1 + len(AREAS)
    scores = np.zeros((len(tickets), answers), np.float32)
    familiar = np.zeros(len(tickets), np.float32)
    for seen, judged in folds(tickets):
        fitted = fit([tickets[row] for row in seen], choice)
        readings = [tickets[row].reading for row in judged]
        scores[judged] = matrix(fitted.features, readings) @ fitted.weights + fitted.bias
        familiar[judged] = [fitted.features.familiar(reading) for reading in readings]
    return Unseen(scores, familiar)


def train(tickets: Sequence[Labelled], choice: Choice | None = None) -> bytes:
    """The artefact for these tickets, the same to the byte each time."""
    choice = choice or Choice()
    with threadpool_limits(1):
        unseen = out_of_fold(tickets, choice)
        card = choose(tickets, unseen)
        fitted = fit(tickets, choice)
    return to_bytes(card, fitted.features, fitted.weights, fitted.bias)


def choose(tickets: Sequence[Labelled], unseen: Unseen) -> Card:
    """Temperatures and thresholds, from answers on tickets that the model never saw."""
    n = len(SCOPES)
    right = right_answers(tickets)
    secure = np.array([[not ticket.security, ticket.security] for ticket in tickets])
    areas = np.array([[ticket.product_area is area for area in AREAS] for ticket in tickets])
    security_scores = np.stack([np.zeros(len(tickets)), unseen.scores[:, n]], axis=1)
    softness = (
        temperature(unseen.scores[:, :n], right),
        temperature(security_scores.astype(np.float32), secure),
        temperature(unseen.scores[:, n + 1 :], areas),
    )
    likely = softmax(unseen.scores[:, :n] / np.float32(softness[0]))
    return Card(
        name=NAME,
        format=FORMAT,
        temperatures=softness,
        decides_from=thresholds(likely, right),
        security_from=SECURITY_FROM,
        familiar_from=FAMILIAR_FROM,
        trained_on={"tickets": len(tickets), "authors": sorted({t.author for t in tickets})},
    )
