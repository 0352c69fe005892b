"""What does each event's JSON Schema say? Draft 2020-12, from the models."""

from __future__ import annotations

from functools import cache
from typing import Any

from pydantic import BaseModel

from deploy.contracts.events import REPORTED
from deploy.contracts.examples import CONTRACTS
from services.intake.submission import Submission
from shared.contracts import EVENT_TYPES

FOLDER = CONTRACTS / "schemas"
DIALECT = "https://json-schema.org/draft/2020-12/schema"
ID = "urn:triage:schema:"
MODELS: dict[str, type[BaseModel]] = {REPORTED: Submission, **EVENT_TYPES}
"""The model of every event's data, that from outside included."""
SAYS_SOMETHING = {"anyOf": [{"required": ["subject"]}, {"required": ["body"]}]}
"""What a submission's model demands beyond its fields, in the words of JSON Schema."""


def schema_of(event_type: str, model: type[BaseModel]) -> dict[str, Any]:
    """The schema a reader of `event_type` may rely on; unknown fields are allowed."""
    more = SAYS_SOMETHING if model is Submission else {}
    return {
        "$schema": DIALECT,
        "$id": f"{ID}{event_type}",
        **model.model_json_schema(mode="validation"),
        **more,
    }


@cache
def schemas() -> dict[str, dict[str, Any]]:
    """The schema of every event by CloudEvents type."""
    return {name: schema_of(name, model) for name, model in MODELS.items()}
