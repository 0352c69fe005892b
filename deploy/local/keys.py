"""Which sources and keys does a stack on this machine get? Fresh ones, readable by us alone."""

from __future__ import annotations

import hashlib
import os
import secrets
from dataclasses import dataclass
from pathlib import Path

import yaml

TRUSTED = {"help-desk": ["sent_at", "email", "account_id"], "web-form": []}
"""What each source of a local stack is believed about the customer."""
CANARY = "canary"
"""The source that watch hands in canaries as; nobody else gets its key."""


@dataclass(frozen=True, slots=True)
class Keys:
    """The API keys in clear, which only the caller gets, and the files for the services."""

    api_keys: dict[str, str]
    sources_file: Path
    fingerprint_key_file: Path
    redaction_key_file: Path
    canary_key_file: Path


def write_keys(folder: Path, canary_folder: Path | None = None) -> Keys:
    """Fresh keys in `folder`; of the API keys only hashes are written, but for the canary's.

    That one goes to `canary_folder`, which is `folder` unless given.
    """
    for each in {folder, canary_folder or folder}:
        each.mkdir(mode=0o700, parents=True, exist_ok=True)
    api_keys = {source: secrets.token_urlsafe(32) for source in TRUSTED}
    canary_key = secrets.token_urlsafe(32)
    sources = {
        source: {
            "api_key_sha256": [hashlib.sha256(key.encode()).hexdigest()],
            "webhook_secret_files": [],
            "trusted": TRUSTED.get(source, []),
            "bytes_per_second": 1_000_000,
            "burst_bytes": 5_000_000,
            "canary": source == CANARY,
        }
        for source, key in (api_keys | {CANARY: canary_key}).items()
    }
    return Keys(
        api_keys=api_keys,
        sources_file=_private(folder / "sources.yaml", yaml.safe_dump({"sources": sources})),
        fingerprint_key_file=_private(folder / "fingerprint.key", secrets.token_hex(32)),
        redaction_key_file=_private(folder / "redaction.key", secrets.token_hex(32)),
        canary_key_file=_private((canary_folder or folder) / "canary.key", canary_key),
    )


def _private(path: Path, text: str) -> Path:
    """A file that was never readable by anybody else."""
    path.unlink(missing_ok=True)
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(text + "\n")
    return path
