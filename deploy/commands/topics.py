"""Do the topics stand on the broker as the registry says? Create the missing, report drift."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import Awaitable, Callable
from typing import Annotated

import typer
from aiokafka.errors import KafkaError

from deploy.failure import Failure, WrongSetting
from deploy.topics import TopicReport, apply_topics, check_topics, explain
from shared.failures import Refused
from shared.settings import KafkaSettings, load

app = typer.Typer(help="Create the topics, or check them for drift.", no_args_is_help=True)
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]


@app.command()
def apply(json_: AsJson = False) -> None:
    """Create the topics that are missing; the others are left as they are, drift is told."""
    _print(_report(apply_topics), json_)


@app.command()
def check(json_: AsJson = False) -> None:
    """Tell what is missing or otherwise than it should be: exit 1 if anything is."""
    report = _report(check_topics)
    _print(report, json_)
    if report.drift:
        raise typer.Exit(1)


def _report(ask: Callable[[KafkaSettings], Awaitable[TopicReport]]) -> TopicReport:
    settings = load(KafkaSettings)

    async def asked() -> TopicReport:
        return await ask(settings)

    try:
        return asyncio.run(asked())
    except Refused as error:
        raise WrongSetting(str(error)) from None
    except (KafkaError, OSError, ValueError) as error:
        raise Failure(
            f"Kafka at {settings.kafka_bootstrap_servers} (KAFKA_BOOTSTRAP_SERVERS):"
            f" {explain(error)}"
        ) from error


def _print(report: TopicReport, as_json: bool) -> None:
    if as_json:
        print(json.dumps({"created": report.created, "drift": report.drift}))
        return
    for address in report.created:
        print(f"created {address}")
    for difference in report.drift:
        print(f"drift: {difference}")
    if not report.created and not report.drift:
        print("all topics stand as they should", file=sys.stderr)
