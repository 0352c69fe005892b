"""What does the pipeline do? The sample, played through all of it in one command."""

from __future__ import annotations

import asyncio
import os
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from deploy.commands._demo_play import Play, Target, play
from deploy.commands._demo_report import report
from deploy.commands._output import INTERRUPTED, note
from deploy.commands.up import tell, watch_servers, work_folder
from deploy.local import kafka, postgres
from deploy.local.server import Kind, Server
from deploy.local.stack import RunningStack, running_stack
from deploy.local.told_to_end import EXIT_CODE, ToldToEnd, ended_by_signals
from shared.settings import KafkaSettings


def demo(
    keep: Annotated[
        bool, typer.Option("--keep", help="Leave it running afterwards, until Ctrl-C.")
    ] = False,
) -> None:
    """Play the sample through the whole pipeline, and show what came of it.

    Starts a broker, PostgreSQL and every process on this machine (or uses
    KAFKA_BOOTSTRAP_SERVERS and DATABASE_URL), publishes licence facts, submits 180 tickets by
    HTTP and by Kafka, shows them arrive, and explains. All that it started ends with it.
    """
    began = time.monotonic()
    try:
        with ended_by_signals(), work_folder() as work:
            _demo(work, began, keep=keep)
    except ToldToEnd:
        raise typer.Exit(EXIT_CODE) from None
    except KeyboardInterrupt:
        note("interrupted; all that was started has ended")
        raise typer.Exit(INTERRUPTED) from None


def _demo(work: Path, began: float, *, keep: bool) -> None:
    servers = (
        kafka.choose_kafka(work, kafka.BROUGHT_ALONG, os.environ),
        postgres.choose_postgres(work, postgres.BROUGHT_ALONG, os.environ),
    )
    with running_stack(work, *servers, given=os.environ) as stack:
        note(f"ready after {time.monotonic() - began:.0f} s; the page is {stack.watch}")
        played = asyncio.run(play(on_this_machine(stack), _play(servers)))
        asyncio.run(report(played))
        note(f"all of it took {time.monotonic() - began:.0f} s")
        if keep:
            tell(stack, as_json=False)
            watch_servers(servers)


def _play(servers: tuple[Server, Server]) -> Play:
    """What to play; on servers that may have seen it before, under names of its own."""
    now = datetime.now(UTC)
    seen_before = any(server.kind is Kind.GIVEN for server in servers)
    return Play.again(now) if seen_before else Play(now)


def on_this_machine(stack: RunningStack) -> Target:
    """The stack that this machine runs, with its log files."""
    settings = KafkaSettings.model_validate(
        {name.lower(): value for name, value in stack.environment.items()}
    )

    def logs() -> list[str]:
        return [
            f"  the log of {name}"
            + (f", started again {process.restarts} times" if process.restarts else "")
            + f": {process.log}"
            for name, process in stack.supervisor.processes.items()
        ]

    return Target(stack.intake, stack.keys, settings, logs)
