"""Which settings does the classifier have?"""

from __future__ import annotations

from pathlib import Path

from pydantic import Field

from services.classifier.model import ARTEFACT
from shared.settings import KafkaSettings, ProcessSettings


class ClassifierSettings(KafkaSettings, ProcessSettings):
    """Of both processes; the model's hash stands beside it in a file ending in .sha256."""

    triage_model_file: Path = Field(ARTEFACT, description="the model artefact, an .npz file")
