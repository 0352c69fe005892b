"""Is the artefact ours, and does a ticket's answer depend on that ticket alone?"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from services.classifier.meaning import blocked
from services.classifier.model import ARTEFACT, Model, from_bytes, load, save
from services.classifier.reading import read

TEXTS = [
    ("Import", "The CSV import fails at row 200 since the update."),
    ("", "Can you write me a snippet that adds a field to the quote?"),
    ("Rechnung", "Wo stelle ich das Logo der Rechnung ein?"),
]


def test_an_artefact_with_one_byte_changed_is_refused(tmp_path: Path) -> None:
    artefact = bytearray(ARTEFACT.read_bytes())
    path = tmp_path / "model.npz"
    save(bytes(artefact), path)
    artefact[100] ^= 1
    path.write_bytes(artefact)
    with pytest.raises(ValueError, match=r"is not the model that model\.sha256 names"):
        load(path)


def test_the_reference_names_the_artefact(model: Model) -> None:
    assert model.ref.hash == ARTEFACT.with_suffix(".sha256").read_text().strip()


def test_the_artefact_is_small() -> None:
    assert ARTEFACT.stat().st_size < 5_000_000


def test_no_pickle_is_read(tmp_path: Path) -> None:
    path = tmp_path / "model.npz"
    with path.open("wb") as file:
        np.savez(file, card=np.array([{"a": 1}], dtype=object))
    with pytest.raises(ValueError, match="allow_pickle=False"):
        from_bytes(path.read_bytes())


def test_a_ticket_gets_the_same_answer_alone_and_among_others(model: Model) -> None:
    seen = model.see([read(*text) for text in TEXTS])
    together = model.judge(seen)
    for row, sight in enumerate(seen):
        alone = model.judge([sight])
        assert np.array_equal(alone.scopes[0], together.scopes[row])
        assert alone.security[0] == together.security[row]


def test_likelihoods_of_scopes_add_up_to_one(model: Model) -> None:
    likely = model.judge(model.see([read(*text) for text in TEXTS]))
    np.testing.assert_allclose(likely.scopes.sum(axis=1), 1.0, atol=1e-5)
    np.testing.assert_allclose(likely.areas.sum(axis=1), 1.0, atol=1e-5)


def test_a_product_rounds_alike_however_many_rows_there_are() -> None:
    random = np.random.default_rng(3)
    x = random.standard_normal((500, 256)).astype(np.float32)
    weights = random.standard_normal((256, 48)).astype(np.float32)
    for rows in (1, 96):
        whole = blocked(x, weights, rows)
        for begin, end in ((0, 1), (7, 100), (96, 500), (499, 500)):
            assert np.array_equal(blocked(x[begin:end], weights, rows), whole[begin:end])
    np.testing.assert_allclose(blocked(x, weights, 96), x @ weights, atol=1e-3)
