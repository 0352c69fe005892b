"""Which files follow from the registry, the models and the examples, and what is in them?"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from deploy.contracts.asyncapi import document
from deploy.contracts.pages import pages
from deploy.contracts.schemas import FOLDER as SCHEMAS
from deploy.contracts.schemas import schemas

HERE = Path(__file__).parent


def files() -> dict[Path, str]:
    """The text of every generated file by its path."""
    described = document()
    return {
        **{SCHEMAS / f"{name}.json": _json(schema) for name, schema in schemas().items()},
        HERE / "asyncapi.json": _json(described),
        **{HERE / name: text for name, text in pages(described).items()},
    }


def stale() -> list[Path]:
    """Files that differ from what should stand there, are missing, or should not be there."""
    wanted = files()
    there = {*SCHEMAS.glob("*.json"), *HERE.glob("*.html"), *HERE.glob("*.json")}
    differing = [
        path
        for path, text in wanted.items()
        if not path.exists() or path.read_text(encoding="utf-8") != text
    ]
    return sorted([*differing, *(there - wanted.keys())])


def write() -> list[Path]:
    """Put every stale file right; gives what was changed."""
    wanted, changed = files(), stale()
    for path in changed:
        if path in wanted:
            path.write_text(wanted[path], encoding="utf-8")
        else:
            path.unlink()
    return changed


def _json(document: dict[str, Any]) -> str:
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"
