"""What do people outside rely on already, and does what we have now still serve them?"""

from __future__ import annotations

import shutil
from pathlib import Path

import orjson

from deploy.contracts.evolution import breaks
from deploy.contracts.examples import CONTRACTS
from deploy.contracts.examples import FOLDER as EXAMPLES
from deploy.contracts.schemas import FOLDER as SCHEMAS

RELEASED = CONTRACTS / "released"
"""Schemas and examples as they stood at the last release; changed by a release alone."""


def broken_promises(released: Path = RELEASED, schemas: Path = SCHEMAS) -> list[str]:
    """Every way in which the schemas fail those who know the released ones, in words."""
    found = []
    for path in sorted((released / "schemas").glob("*.json")):
        now = schemas / path.name
        if not now.exists():
            found.append(f"{path.stem}: no longer there")
            continue
        harm = breaks(orjson.loads(path.read_bytes()), orjson.loads(now.read_bytes()))
        found.extend(f"{path.stem}: {what}" for what in harm)
    return found


def release() -> None:
    """Freeze the schemas and examples as they stand as what others rely on."""
    for source, name in ((SCHEMAS, "schemas"), (EXAMPLES, "examples")):
        shutil.rmtree(RELEASED / name, ignore_errors=True)
        shutil.copytree(source, RELEASED / name)
