"""How do licence facts in a file get to entitlements? Checked, published, and waited for."""

from __future__ import annotations

import asyncio
import hashlib
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated

import typer
from aiokafka import TopicPartition

from deploy.commands._lines import JsonLines, Line, as_model, read_lines
from deploy.commands._output import INPUT_FAILED, AlwaysJson, note, say
from deploy.commands._running import kafka_settings, producing, run
from deploy.failure import Failure
from services.entitlements.facts import check_fact, check_heartbeat
from services.watch.reader import committed_offsets
from shared.contracts import FeedAdvanced, LicenceFact
from shared.envelope import Outgoing, encode
from shared.failures import Permanent
from shared.settings import KafkaSettings
from shared.topics import LICENCES, Reader, group

app = typer.Typer(help="Licence facts.", no_args_is_help=True)
PARTITION = 0
"""Facts are kept in one order; the embedded broker gives every topic more partitions."""


@app.callback()
def licences() -> None:
    """Licence facts."""


@dataclass(frozen=True, slots=True)
class Refused:
    """A line that is neither a fact nor a heartbeat, and why."""

    line: Line
    why: str


@app.command()
def publish(
    file: JsonLines,
    source: Annotated[str, typer.Option(help="The system that the facts come from.")] = "billing",
    timeout: Annotated[
        float, typer.Option(min=0, help="Seconds to wait until the last line is stored.")
    ] = 60.0,
    _json: AlwaysJson = True,
) -> None:
    """Publish facts and heartbeats, one a line, and return when the last one is stored.

    A line with `complete_until` is a heartbeat, any other a fact. A bad line is named on stderr,
    the others go on, and the exit code is 1.
    """
    raise typer.Exit(run(_publish(file, source, timeout)))


async def _publish(file: JsonLines, source: str, seconds: float) -> int:
    settings = kafka_settings()
    records: list[Outgoing] = []
    refused = 0
    for each in facts_in(read_lines(file), source, settings.triage_namespace, datetime.now(UTC)):
        if isinstance(each, Refused):
            refused += 1
            note(f"{file}, line {each.line.number}: {each.why}")
        else:
            records.append(each)
    stored = await publish_and_wait(settings, records, seconds)
    say({"published": len(records), "refused": refused, "stored": stored})
    return INPUT_FAILED if refused else 0


def facts_in(
    lines: Iterator[Line] | Sequence[Line], source: str, namespace: str, now: datetime
) -> Iterator[Outgoing | Refused]:
    """Each line as a record for the licences topic, or why it can't be one."""
    for line in lines:
        try:
            subject, data = _checked(line, source, now)
        except Permanent as failure:
            yield Refused(line, failure.detail)
            continue
        yield encode(
            LICENCES.address(namespace),
            data,
            event_id=_event_id(source, data),
            source=source,
            time=now,
            subject=subject,
        )


def _checked(line: Line, source: str, now: datetime) -> tuple[str, LicenceFact | FeedAdvanced]:
    """Key and data of a line; raises Permanent where it is no fact, or can't be one."""
    if "complete_until" in line.document:
        heartbeat = as_model(line, FeedAdvanced)
        check_heartbeat(heartbeat, appended_at=now)
        return source, heartbeat
    fact = as_model(line, LicenceFact)
    check_fact(fact, sent_at=now, appended_at=now)
    return fact.licence_id, fact


def _event_id(source: str, data: LicenceFact | FeedAdvanced) -> str:
    """The same fact of the same source has the same id, however often it is published."""
    return hashlib.sha256(f"{source}\n{data.model_dump_json()}".encode()).hexdigest()


async def publish_and_wait(
    settings: KafkaSettings, records: Sequence[Outgoing], seconds: float
) -> bool:
    """Write the records in order; true when entitlements has stored the last of them.

    Raises Failure where it has not within `seconds`.
    """
    if not records:
        return True
    async with producing(settings, "triage-licences") as producer:
        futures = [
            await producer.send(
                record.topic,
                record.value,
                key=record.key,
                partition=PARTITION,
                headers=list(record.headers),
            )
            for record in records
        ]
        written = await asyncio.gather(*futures)
    last = max(each.offset for each in written)
    note(f"{len(records)} published; waiting until entitlements has stored them")
    reader = group(settings.triage_namespace, Reader.ENTITLEMENTS_LICENCES)
    where = TopicPartition(records[0].topic, PARTITION)
    deadline = time.monotonic() + seconds
    while (await committed_offsets(settings, reader, [where])).get(where, -1) <= last:
        if time.monotonic() > deadline:
            raise Failure(
                f"published, but {reader} has not stored the last line within {seconds:.0f} s;"
                " is entitlements running?"
            )
        await asyncio.sleep(0.1)
    return True
