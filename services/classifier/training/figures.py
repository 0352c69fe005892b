"""How good is a set of answers? Shares with their intervals, and what they are shares of."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from services.classifier.training.answers import Answer
from services.classifier.training.calibrate import calibration_error
from shared.contracts import Scope

Z = 1.959963984540054
"""Of a 95 % interval."""
LEAST_PER_LANGUAGE = 40


@dataclass(frozen=True, slots=True)
class Figure:
    """A named figure of 0 to 1 over `size` tickets, with its 95 % interval (Wilson)."""

    name: str
    value: float
    size: int
    low: float | None = None
    high: float | None = None


def share(name: str, right: int, size: int) -> Figure:
    if size == 0:
        return Figure(name, float("nan"), 0)
    p = right / size
    centre = (p + Z * Z / (2 * size)) / (1 + Z * Z / size)
    reach = Z * math.sqrt(p * (1 - p) / size + Z * Z / (4 * size * size)) / (1 + Z * Z / size)
    return Figure(name, p, size, max(0.0, centre - reach), min(1.0, centre + reach))


def figures(answers: Sequence[Answer]) -> list[Figure]:
    """The table of a set of tickets: scope, decisions, security, area, calibration."""
    decided = [a for a in answers if a.decided]
    reports = [a for a in answers if a.ticket.security]
    others = [a for a in answers if not a.ticket.security]
    hard = [a for a in others if "hard_negative" in a.ticket.tags]
    named = [a for a in answers if a.ticket.extension is not None]
    return [
        share("scope right", sum(a.right for a in answers), len(answers)),
        Figure("macro-F1 of scope", macro_f1(answers), len(answers)),
        share("right among decided", sum(a.right for a in decided), len(decided)),
        share("share decided", len(decided), len(answers)),
        share("security recall, together", sum(a.flagged for a in reports), len(reports)),
        share("security false alarms, together", sum(a.flagged for a in others), len(others)),
        share("security false alarms, hard negatives", sum(a.flagged for a in hard), len(hard)),
        share("security recall, screen", sum(a.by_screen for a in reports), len(reports)),
        share("security false alarms, screen", sum(a.by_screen for a in others), len(others)),
        share("security recall, model", sum(a.by_model for a in reports), len(reports)),
        share("security false alarms, model", sum(a.by_model for a in others), len(others)),
        share("product area right", sum(a.area_right for a in answers), len(answers)),
        share("extension named right", sum(a.extension_right for a in named), len(named)),
        Figure("calibration error", expected_calibration_error(answers), len(answers)),
    ]


def by_language(answers: Sequence[Answer]) -> dict[str, list[Figure]]:
    """The table of each language that has enough tickets."""
    languages = sorted({a.ticket.lang for a in answers})
    mine = {lang: [a for a in answers if a.ticket.lang == lang] for lang in languages}
    return {lang: figures(some) for lang, some in mine.items() if len(some) >= LEAST_PER_LANGUAGE}


def macro_f1(answers: Sequence[Answer]) -> float:
    """Mean F1 of the ten scopes; a second defensible answer counts as the right one."""
    scores = []
    truth = [a.scope if a.right else a.ticket.scope for a in answers]
    for scope in Scope:
        hits = sum(a.scope is scope and t is scope for a, t in zip(answers, truth, strict=True))
        said = sum(a.scope is scope for a in answers)
        meant = sum(t is scope for t in truth)
        if said + meant:
            scores.append(2 * hits / (said + meant))
    return sum(scores) / len(scores) if scores else float("nan")


def expected_calibration_error(answers: Sequence[Answer]) -> float:
    if not answers:
        return float("nan")
    return calibration_error(
        np.array([a.confidence for a in answers], np.float32),
        np.array([a.right for a in answers]),
    )
