"""How does a test back a database up and restore it? With PostgreSQL's own programs."""

from __future__ import annotations

import asyncio
import subprocess
from pathlib import Path

import asyncpg

from deploy.local.postgres import find_installed, find_wheel

SCHEMAS = ("entitlements", "router")


async def back_up(dsn: str, file: Path) -> None:
    """The database as it is now, whatever is being written to it."""
    program = await _program(dsn, "pg_dump")
    await _run(program, "-Fc", "-d", dsn, "-f", str(file))


async def restore(dsn: str, file: Path) -> None:
    """The services' schemas as they were at the backup."""
    connection = await asyncpg.connect(dsn)
    try:
        await connection.execute(f"drop schema {', '.join(SCHEMAS)} cascade")
    finally:
        await connection.close()
    await _run(await _program(dsn, "pg_restore"), "--no-owner", "-d", dsn, str(file))


async def _program(dsn: str, name: str) -> str:
    """The oldest of this machine that knows the server's version."""
    connection = await asyncpg.connect(dsn)
    try:
        server = connection.get_server_version().major
    finally:
        await connection.close()
    folders = [folder for folder in (find_installed(), find_wheel()) if folder is not None]
    programs = [folder / name for folder in folders if (folder / name).exists()]
    fitting = sorted((v, str(p)) for p in programs if (v := _version(p)) >= server)
    assert fitting, f"no {name} of version {server} or later on this machine"
    return fitting[0][1]


def _version(program: Path) -> int:
    said = subprocess.run([program, "--version"], capture_output=True, text=True, check=True)
    return int(said.stdout.split()[2].split(".")[0])


async def _run(*arguments: str) -> None:
    done = await asyncio.to_thread(
        subprocess.run, arguments, capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == 0, done.stderr
