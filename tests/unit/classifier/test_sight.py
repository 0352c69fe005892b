"""What do words say? The sums at run time are those that were learned from."""

from __future__ import annotations

import numpy as np
import pytest

from services.classifier import sight
from services.classifier.model import Model
from services.classifier.reading import Reading, read
from services.classifier.sight import Words
from services.classifier.training.corpus import DEVELOPMENT, load_folder
from services.classifier.training.fit import matrix

READINGS = [ticket.reading for ticket in load_folder(DEVELOPMENT)[:40]]


def test_what_is_summed_at_run_time_is_what_was_learned_from(model: Model) -> None:
    learned = matrix(model.words.features, READINGS) @ model.weights.surface + model.weights.bias
    seen = np.stack([each.scores for each in model.see(READINGS)])
    np.testing.assert_allclose(seen, learned, atol=1e-4)


def test_words_forgotten_when_the_table_is_full_say_the_same_again(
    model: Model, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sight, "REMEMBERED_WORDS", 500)
    small = Words(model.words.features, model.weights.surface, model.weights.bias)
    for _ in range(2):
        for reading in READINGS:
            assert np.array_equal(small.see(reading).scores, model.words.see(reading).scores)


@pytest.mark.parametrize("text", ["", "?" * 6_000, "zqxjkv " * 500])
def test_a_text_of_one_word_or_none_has_scores(model: Model, text: str) -> None:
    assert np.isfinite(model.words.see(Reading("", text, "")).scores).all()


def test_a_question_mark_is_no_word_that_one_knows(model: Model) -> None:
    assert model.words.see(read("", "xqzzk ? ? ?")).familiar == 0.0
    assert model.words.see(read("", "where is the invoice?")).familiar == 1.0
