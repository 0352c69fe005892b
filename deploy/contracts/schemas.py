"""What does each event's JSON Schema say? Draft 2020-12, from the models."""

from __future__ import annotations

from typing import Any

import orjson
from pydantic import BaseModel

from deploy.contracts.events import REPORTED
from deploy.contracts.examples import CONTRACTS
from shared.contracts import EVENT_TYPES

FOLDER = CONTRACTS / "schemas"
DIALECT = "https://json-schema.org/draft/2020-12/schema"


def schema_of(event_type: str, model: type[BaseModel]) -> dict[str, Any]:
    """The schema a reader of `event_type` may rely on; unknown fields are allowed."""
    return {
        "$schema": DIALECT,
        "$id": f"urn:triage:schema:{event_type}",
        **model.model_json_schema(mode="validation"),
    }


def schemas() -> dict[str, dict[str, Any]]:
    """The schema of every event we write or read as a model, by CloudEvents type."""
    return {name: schema_of(name, model) for name, model in EVENT_TYPES.items()}


def reported_schema() -> dict[str, Any]:
    """The schema of what upstream systems submit, kept by hand."""
    found: dict[str, Any] = orjson.loads((FOLDER / f"{REPORTED}.json").read_bytes())
    return found
