"""Run the whole pipeline on this machine, until it is told to end."""

from __future__ import annotations

import json
import os
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer

from deploy.local import kafka, postgres
from deploy.local.server import Server, ServerFailed
from deploy.local.stack import RunningStack, running_stack
from deploy.local.told_to_end import EXIT_CODE, ToldToEnd, ended_by_signals


def up(json_: Annotated[bool, typer.Option("--json", help="Print one JSON line.")] = False) -> None:
    """Run the whole pipeline on this machine, without sample data; Ctrl-C ends it.

    Uses KAFKA_BOOTSTRAP_SERVERS and DATABASE_URL where they are set, else brings an embedded
    broker and a PostgreSQL along. TRIAGE_KAFKA=java or docker asks for a real broker.
    """
    ready = False
    try:
        with ended_by_signals(), work_folder() as work:
            servers = (
                kafka.choose_kafka(work, kafka.BROUGHT_ALONG, os.environ),
                postgres.choose_postgres(work, postgres.BROUGHT_ALONG, os.environ),
            )
            with running_stack(work, *servers, given=os.environ) as stack:
                ready = True
                tell(stack, as_json=json_)
                watch_servers(servers)
    except ToldToEnd:
        raise typer.Exit(0 if ready else EXIT_CODE) from None


def watch_servers(servers: Sequence[Server]) -> None:
    """Return never; raises ServerFailed when a server ends by itself."""
    while True:
        for server in servers:
            if why := server.ended():
                raise ServerFailed(why)
        time.sleep(0.5)


@contextmanager
def work_folder() -> Iterator[Path]:
    """A folder for data, keys and logs; where something failed, its logs stay."""
    work = Path(tempfile.mkdtemp(prefix="triage-"))
    work.chmod(0o711)  # PostgreSQL's account passes through to its own folder
    logs: Path | None = None
    try:
        yield work
    except Exception:
        logs = work / "logs"
        raise
    finally:
        for path in work.iterdir():
            if path != logs:
                shutil.rmtree(path, ignore_errors=True)
        if logs is None:
            work.rmdir()


def tell(stack: RunningStack, *, as_json: bool) -> None:
    """How to reach the stack: one JSON line, or lines for a shell."""
    if as_json:
        facts = {
            "kafka": stack.kafka,
            "database": stack.database,
            "intake": stack.intake,
            "watch": stack.watch,
            "keys": stack.keys,
        }
        print(json.dumps(facts), flush=True)
        return
    print(
        f"ready; the page is {stack.watch}, Ctrl-C ends all. For commands in another terminal:\n",
        file=sys.stderr,
    )
    for name, value in {
        "TRIAGE_URL": stack.intake,
        "TRIAGE_API_KEY": stack.keys["help-desk"],
        "KAFKA_BOOTSTRAP_SERVERS": stack.kafka,
        "DATABASE_URL": stack.database,
        "TRIAGE_PARTITIONS": stack.environment["TRIAGE_PARTITIONS"],
    }.items():
        print(f"export {name}={value}", flush=True)
