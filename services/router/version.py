"""Which version of the code decides? A hash of the files that a decision can depend on."""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]
DECIDING = (
    "services/router/case.py",
    "services/router/explanation.py",
    "services/router/inputs.py",
    "services/router/policy.py",
    "services/router/priority.py",
    "services/router/record.py",
    "services/router/replies.py",
    "services/router/revision.py",
    "services/router/ruling.py",
    "services/router/table.py",
    "shared/contracts/*.py",
    "shared/ids.py",
)


@cache
def code_version() -> str:
    """Hex SHA-256 over names and contents, the same wherever the project stands."""
    digest = hashlib.sha256()
    for pattern in DECIDING:
        for file in sorted(ROOT.glob(pattern)):
            digest.update(f"{file.relative_to(ROOT).as_posix()}\n".encode())
            digest.update(hashlib.sha256(file.read_bytes()).digest())
    return digest.hexdigest()
