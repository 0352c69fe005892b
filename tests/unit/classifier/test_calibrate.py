"""From where does the model decide? Thresholds on small numbers, by hand."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from services.classifier.training.calibrate import (
    calibration_error,
    decided_of,
    look_threshold,
    thresholds,
)
from shared.contracts import Scope

MANY = len(Scope)
FIRST = next(iter(Scope)).value


def tickets(
    confidences: list[float], right: list[bool]
) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.bool_]]:
    """All answered with the first scope, so sure of it, and right or not."""
    likely = np.zeros((len(confidences), MANY), np.float32)
    likely[:, 0] = confidences
    accepted = np.zeros((len(confidences), MANY), np.bool_)
    accepted[:, 0] = right
    return likely, accepted


def test_a_threshold_stands_where_enough_above_it_are_right() -> None:
    sure = [0.95] * 20 + [0.8] * 5 + [0.6] * 5
    right = [True] * 20 + [True] * 5 + [False] * 5
    assert thresholds(*tickets(sure, right), 0.97)[FIRST] == np.float32(0.8).round(4)


def test_a_category_with_little_evidence_never_decides() -> None:
    assert thresholds(*tickets([0.99] * 3, [True] * 3), 0.97)[FIRST] == 1.0


def test_what_is_decided_already_counts() -> None:
    rest = tickets([0.9] * 10, [True] * 9 + [False])
    assert thresholds(*rest, 0.97)[FIRST] == 1.0
    done = decided_of(*tickets([0.99] * 100, [True] * 100))
    assert thresholds(*rest, 0.97, done)[FIRST] == np.float32(0.9).round(4)


def test_as_many_pass_the_look_as_are_allowed() -> None:
    scores = np.arange(100, dtype=np.float32)
    assert (scores >= look_threshold(scores)).sum() == 12


def test_who_is_as_sure_as_right_is_calibrated() -> None:
    sure, right = np.full(10, 0.5, np.float32), np.arange(10) < 5
    assert calibration_error(sure, right) == 0.0
    assert calibration_error(sure, np.ones(10, np.bool_)) == 0.5
