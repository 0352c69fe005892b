"""Which secrets does a deployment start with? Made once, kept in volumes, shown only when asked.

`python -m deploy.keys make` leaves what is there; `python -m deploy.keys show SOURCE` prints an
API key. A deployment with secrets of its own mounts its files over these.
"""

from __future__ import annotations

import base64
import secrets
import sys
from pathlib import Path

from deploy.local.keys import write_keys
from shared.settings import stop

FOLDER = Path("/keys")


def make(folder: Path, database_host: str = "postgres") -> bool:
    """Write every secret that a first start needs; False where they are there already."""
    if (folder / "clients" / "help-desk").exists():
        return False
    password = secrets.token_urlsafe(24)
    database = folder / "database"
    # PostgreSQL reads its password as another user; the volume is mounted in no other container
    # but those that log in with it.
    _write(database / "password", password, 0o444)
    _write(database / "url", f"postgresql://triage:{password}@{database_host}/triage", 0o444)
    keys = write_keys(folder / "intake", canary_folder=folder / "watch")
    signing = base64.b64encode(secrets.token_bytes(24)).decode()
    _write(folder / "watch" / "escalate.secret", f"whsec_{signing}", 0o400)
    for source, key in keys.api_keys.items():
        _write(folder / "clients" / source, key, 0o400)
    return True


def _write(path: Path, text: str, mode: int) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text + "\n", encoding="utf-8")
    path.chmod(mode)


def main(arguments: list[str]) -> None:
    match arguments:
        case ["make"]:
            made = make(FOLDER)
            sys.stderr.write("keys made\n" if made else "keys are there already\n")
        case ["show", source] if (path := FOLDER / "clients" / Path(source).name).is_file():
            sys.stdout.write(path.read_text(encoding="utf-8"))
        case ["show", source]:
            stop(f"no key for {source!r}; the sources are help-desk and web-form")
        case _:
            stop("usage: python -m deploy.keys make | show SOURCE")


if __name__ == "__main__":
    main(sys.argv[1:])
