"""How sure may the model be, and from where does it decide? Chosen on tickets it never saw."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from scipy.optimize import minimize_scalar

from services.classifier.areas import SCOPES, softmax
from services.classifier.training.corpus import Labelled

Floats = npt.NDArray[np.float32]
Decided = tuple[npt.NDArray[np.float64 | np.int64], npt.NDArray[np.float64 | np.int64]]
RIGHT_AMONG_DECIDED = 0.98
"""Of those that words alone decide, and of all."""
LEAST_DECIDED_FROM = 0.5
LOOKED_AT_IN_FULL = 0.12
"""The share of tickets that are no reports which may be read in full to make sure."""
SECURITY_ALARMS = 0.03
"""The share of other tickets that the model alone may flag; the screen's come on top."""


def temperature(scores: Floats, right: npt.NDArray[np.bool_]) -> float:
    """The softness under which the confidence is best; `right`: ticket x answer, True if right."""

    def surprise(log_softness: float) -> float:
        likely = softmax(scores / np.float32(np.exp(log_softness)))
        return -float(np.log(np.maximum((likely * right).sum(axis=1), 1e-9)).mean())

    return float(np.exp(minimize_scalar(surprise, bounds=(-3, 3), method="bounded").x))


def right_answers(tickets: Sequence[Labelled]) -> npt.NDArray[np.bool_]:
    return np.array([[ticket.accepts(scope) for scope in SCOPES] for ticket in tickets])


def decided_of(likely: Floats, right: npt.NDArray[np.bool_]) -> Decided:
    """Of tickets that are decided: by scope answered, how many, and how many of them wrong."""
    chosen = likely.argmax(axis=1)
    wrong = ~right[np.arange(len(chosen)), chosen]
    many = np.bincount(chosen, minlength=len(SCOPES))
    return many, np.bincount(chosen, weights=wrong, minlength=len(SCOPES))


def thresholds(
    likely: Floats, right: npt.NDArray[np.bool_], wanted: float, done: Decided | None = None
) -> dict[str, float]:
    """Per scope, the least confidence from which on `wanted` of the answers are right.

    Together with those that are `done`. Each ticket's confidence is tried as the threshold; half a
    wrong answer is added, so that a category with little evidence stays careful.
    """
    chosen = likely.argmax(axis=1)
    sure = likely.max(axis=1)
    correct = right[np.arange(len(chosen)), chosen]
    many, missed = done or (np.zeros(len(SCOPES)), np.zeros(len(SCOPES)))
    found = {}
    for number, scope in enumerate(SCOPES):
        mine = np.flatnonzero(chosen == number)
        order = mine[np.argsort(-sure[mine], kind="stable")]
        wrong = missed[number] + np.cumsum(~correct[order]) + 0.5
        good = np.flatnonzero(1 - wrong / (many[number] + np.arange(1, len(order) + 1)) >= wanted)
        least = float(sure[order[good[-1]]]) if len(good) else 1.0
        found[scope.value] = round(max(least, LEAST_DECIDED_FROM), 4)
    return found


def look_threshold(scores: Floats) -> float:
    """The score that so many of the tickets that are no reports reach as may be read in full."""
    return round(float(np.quantile(scores, 1 - LOOKED_AT_IN_FULL)), 4)


def security_threshold(likely: Floats) -> float:
    """The least probability that flags no more of tickets that are no reports than is allowed.

    The screen's flags don't count here: it is fitted on tickets of the same files.
    """
    return round(float(np.quantile(likely, 1 - SECURITY_ALARMS)), 4)


def calibration_error(sure: Floats, correct: npt.NDArray[np.bool_], bins: int = 15) -> float:
    """Expected calibration error: mean distance of confidence and share right, equal-width bins."""
    which = np.minimum((sure * bins).astype(int), bins - 1)
    total = 0.0
    for number in range(bins):
        here = which == number
        if here.any():
            total += here.sum() * abs(float(sure[here].mean()) - float(correct[here].mean()))
    return total / len(sure)
