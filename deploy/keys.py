"""Which secrets does a deployment start with? Made once, kept in volumes, shown only when asked.

`python -m deploy.keys make` leaves what is there; `make secure` adds what deploy/secure needs.
`show SOURCE` prints an API key, `show kafka NAME` a password, `show ca` the authority that the
servers' certificates rest on; `certify` makes those certificates anew. A deployment with secrets of
its own mounts its files over these.
"""

from __future__ import annotations

import base64
import secrets
import sys
from pathlib import Path

from deploy.access import NAMES
from deploy.certificates import certified, make_authority
from deploy.database_access import ROLES
from deploy.failure import Failure
from deploy.local.keys import write_keys
from shared.settings import stop

FOLDER = Path("/keys")
SERVERS = {"kafka": ("kafka", "localhost"), "postgres": ("postgres", "localhost")}
"""The hosts by which each server is known to its clients."""
PROVISION = "provision"
USAGE = """usage: python -m deploy.keys make [secure] | certify
       python -m deploy.keys show SOURCE | show kafka NAME | show ca"""


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


def make_secure(folder: Path, database_host: str = "postgres") -> list[str]:
    """Passwords and certificates, a folder for each name; returns whose were made just now."""
    authority, secure = folder / "authority", folder / "secure"
    fresh = [name for name in NAMES if not (secure / name / "kafka.password").exists()]
    for name in fresh:
        if name in ROLES:
            address = f"{name}:{secrets.token_urlsafe(24)}@{database_host}"
            _write(secure / name / "database.url", f"postgresql://{address}/triage", 0o400)
        _write(secure / name / "kafka.password", secrets.token_urlsafe(24), 0o400)
    if not (authority / "ca.pem").exists():
        make_authority(authority)
        certify(folder)
        fresh += [*SERVERS, PROVISION]
    for name in (*NAMES, *SERVERS, PROVISION):  # it is no secret; a new name gets it too
        _write(secure / name / "ca.pem", (authority / "ca.pem").read_text(), 0o444)
    return fresh


def certify(folder: Path) -> None:
    """New keys and certificates for the servers and for provision, by the same authority."""
    authority, secure = folder / "authority", folder / "secure"
    for server, hosts in SERVERS.items():
        # Kafka reads it as another user; no other container is shown this folder.
        _write(secure / server / "server.pem", certified(authority, server, hosts), 0o444)
    _write(secure / PROVISION / "client.pem", certified(authority, PROVISION), 0o400)


def _write(path: Path, text: str, mode: int) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.unlink(missing_ok=True)
    path.write_text(text.rstrip("\n") + "\n", encoding="utf-8")
    path.chmod(mode)


def _show(path: Path, otherwise: str) -> None:
    if not path.is_file():
        stop(otherwise)
    sys.stdout.write(path.read_text(encoding="utf-8"))


def main(arguments: list[str]) -> None:
    try:
        _carry_out(arguments)
    except Failure as failure:
        stop(str(failure))


def _carry_out(arguments: list[str]) -> None:
    match arguments:
        case ["make", *rest] if rest in ([], ["secure"]):
            made = make(FOLDER)
            sys.stderr.write("keys made\n" if made else "keys are there already\n")
            for name in make_secure(FOLDER) if rest else []:
                sys.stderr.write(f"secrets made for {name}\n")
        case ["certify"]:
            certify(FOLDER)
        case ["show", "ca"]:
            _show(FOLDER / "authority" / "ca.pem", "no authority; it is made with deploy/secure")
        case ["show", "kafka", name]:
            file = FOLDER / "secure" / Path(name).name / "kafka.password"
            _show(file, f"no password for {name!r}; the names are {', '.join(NAMES)}")
        case ["show", source]:
            file = FOLDER / "clients" / Path(source).name
            _show(file, f"no key for {source!r}; the sources are help-desk and web-form")
        case _:
            stop(USAGE)


if __name__ == "__main__":
    main(sys.argv[1:])
