"""The live model, loaded once for all tests of the classifier."""

from __future__ import annotations

import pytest

from services.classifier.model import Model, load


@pytest.fixture(scope="session")
def model() -> Model:
    return load()
