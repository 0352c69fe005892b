"""Is the live model as good as it was? Floors of figures, by models that had not seen the author.

A figure under its floor says that a change of reading, corpus or fit made the model worse.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from services.classifier.model import ARTEFACT, Model
from services.classifier.training.answers import answer_unseen
from services.classifier.training.corpus import DEVELOPMENT, TRAIN, load_folder
from services.classifier.training.figures import figures
from services.classifier.training.unseen import load, save
from services.intake.screen import screen

AT_LEAST = {
    "scope right": (0.905, 0.92),
    "macro-F1 of scope": (0.90, 0.92),
    "right among decided": (0.975, 0.975),
    "share decided": (0.70, 0.75),
    "product area right": (0.88, 0.925),
    "extension named right": (0.88, 0.95),
    "security recall, together": (0.89, 0.96),
}
"""Of the training tickets and of the development set."""
AT_MOST = {"calibration error": (0.02, 0.04), "security false alarms, together": (0.07, 0.06)}

Measured = tuple[int, dict[str, float]]
"""Which of the two, and its figures."""


@pytest.fixture(scope="module", params=[TRAIN, DEVELOPMENT], ids=["train", "dev"])
def measured(request: pytest.FixtureRequest, model: Model) -> Measured:
    tickets = load_folder(request.param)
    unseen = load(ARTEFACT, model.ref.hash)
    answers = answer_unseen(model, unseen, tickets, lambda s, b: screen(s, b).flag)
    which = [TRAIN, DEVELOPMENT].index(request.param)
    return which, {figure.name: figure.value for figure in figures(answers)}


@pytest.mark.parametrize("name", AT_LEAST)
def test_no_figure_is_under_its_floor(measured: Measured, name: str) -> None:
    which, values = measured
    assert values[name] >= AT_LEAST[name][which]


@pytest.mark.parametrize("name", AT_MOST)
def test_no_error_is_over_its_ceiling(measured: Measured, name: str) -> None:
    which, values = measured
    assert values[name] <= AT_MOST[name][which]


def test_scores_of_another_model_are_refused(tmp_path: Path) -> None:
    tickets = load_folder(DEVELOPMENT)[:2]
    save(tmp_path / "m.npz", "sha256:a", tickets, np.zeros((2, 28), np.float32))
    assert load(tmp_path / "m.npz", "sha256:a").of(tickets).shape == (2, 28)
    with pytest.raises(ValueError, match="is not of the model sha256:b"):
        load(tmp_path / "m.npz", "sha256:b")
    with pytest.raises(ValueError, match="no out-of-fold scores of ticket "):
        load(tmp_path / "m.npz", "sha256:a").of(load_folder(DEVELOPMENT)[2:3])
