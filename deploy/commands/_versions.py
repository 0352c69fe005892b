"""Which policy, model and code are here, and are they those of a record?"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from pathlib import Path

import services.classifier
from deploy.failure import Failure
from services.router.policy import CURRENT, PolicyError, find_policy, read_policy
from services.router.table import Policy
from services.router.version import code_version

MODEL_HASH = Path(services.classifier.__file__).parent / "artefact" / "model.sha256"


def policy_with(digest: str) -> Policy | None:
    """The policy with this hash, of those kept and the one in force here."""
    here = _in_force()
    try:
        return here if here.hash == digest else find_policy(digest)
    except PolicyError as error:
        raise Failure(str(error)) from error


def _in_force() -> Policy:
    try:
        return read_policy(Path(os.environ.get("TRIAGE_POLICY_FILE") or CURRENT))
    except PolicyError as error:
        raise Failure(f"TRIAGE_POLICY_FILE: {error}") from error


def other_versions(record: Mapping[str, object]) -> Iterator[str]:
    """In words, what of this record is of another version than what is here."""
    here = {"policy": _in_force().hash, "model": _model(), "code": code_version()}
    recorded = {
        "policy": _hash(record.get("policy")),
        "model": _hash(record.get("model")),
        "code": _code(record.get("inputs")),
    }
    for name, was in recorded.items():
        if was is not None and was != here[name]:
            yield f"{name} is of another version: recorded {was}, here {here[name]}"


def _model() -> str:
    try:
        return MODEL_HASH.read_text(encoding="utf-8").strip()
    except OSError:
        return "none"


def _hash(reference: object) -> str | None:
    return str(reference.get("hash")) if isinstance(reference, dict) else None


def _code(inputs: object) -> str | None:
    match inputs:
        case {"steps": [*_, {"code": str(code)}]}:
            return code
        case _:
            return None
