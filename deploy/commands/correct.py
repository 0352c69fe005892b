"""How does a person correct a decision, and what comes of it?"""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated
from uuid import UUID, uuid4

import typer
from aiokafka import TopicPartition
from pydantic import ValidationError

from deploy.commands._output import AsJson, note, say, show
from deploy.commands._running import TicketId, kafka_settings, producing, run
from deploy.commands.trace import standing_of
from deploy.failure import Failure
from services.watch.reader import committed_offsets, end_offset, look_up
from services.watch.timeline import Timeline
from shared.contracts import Corrected, Scope
from shared.envelope import encode
from shared.settings import KafkaSettings
from shared.topics import CORRECTIONS, SECURITY, Reader, group


@dataclass(frozen=True, slots=True)
class Effect:
    """Where the ticket stood before a correction, and after it where that was waited for."""

    correction: Corrected
    before: Timeline
    after: Timeline | None = None

    @property
    def changed(self) -> bool | None:
        """Whether other messages are live than before; None where nobody waited."""
        if self.after is None:
            return None
        return {s.message_id for s in self.before.live} != {s.message_id for s in self.after.live}

    def document(self) -> dict[str, object]:
        now = self.after or self.before
        return {
            "ticket_id": now.ticket_id,
            "changed": self.changed,
            "queue": now.queue,
            "revision": now.revision,
        }


def correct(
    ticket_id: TicketId,
    *,
    by: Annotated[str, typer.Option(help="Who says so.", metavar="NAME")],
    reason: Annotated[str, typer.Option(help="Why, for those who read it later.")],
    clear: Annotated[bool, typer.Option("--clear", help="It is no security report.")] = False,
    security: Annotated[bool, typer.Option("--security", help="It is a security report.")] = False,
    scope: Annotated[Scope | None, typer.Option(help="The scope it really has.")] = None,
    wait: Annotated[bool, typer.Option("--wait", help="Return when it has taken effect.")] = False,
    timeout: Annotated[float, typer.Option(min=0, help="Seconds that --wait waits.")] = 60.0,
    json_: AsJson = False,
) -> None:
    """Correct a decision: --clear, --security or --scope, one of them."""
    if sum((clear, security, scope is not None)) != 1:
        raise typer.BadParameter("give one of --clear, --security and --scope")
    try:
        correction = Corrected(
            ticket_id=UUID(ticket_id),
            security=None if scope is not None else security,
            scope=scope,
            by=by.strip(),
            reason=reason.strip(),
        )
    except ValidationError as error:
        raise typer.BadParameter(
            f"--{error.errors()[0]['loc'][0]}: {error.errors()[0]['msg']}"
        ) from None
    effect = run(_correct(correction, timeout if wait else None))
    if json_:
        say(effect.document())
    else:
        show(_in_words(effect))


async def _correct(correction: Corrected, seconds: float | None) -> Effect:
    settings = kafka_settings()
    ticket_id = str(correction.ticket_id)
    before = await look_up(settings, ticket_id)
    if not before.known:
        note(f"note: no record on the topics tells of {ticket_id}; published all the same")
    record = encode(
        CORRECTIONS.address(settings.triage_namespace),
        correction,
        event_id=str(uuid4()),
        source="/triage/correct",
        time=datetime.now(UTC),
        subject=ticket_id,
    )
    async with producing(settings, "triage-correct") as producer:
        placed = await producer.send_and_wait(
            record.topic, record.value, key=record.key, headers=list(record.headers)
        )
    if seconds is None:
        return Effect(correction, before)
    written = TopicPartition(placed.topic, placed.partition), placed.offset + 1
    return Effect(correction, before, await _after(settings, ticket_id, written, seconds))


async def _after(
    settings: KafkaSettings,
    ticket_id: str,
    written: tuple[TopicPartition, int],
    seconds: float,
) -> Timeline:
    """The ticket when the router, then the fast lane, are done with the correction."""
    deadline = time.monotonic() + seconds
    await _passed(settings, Reader.ROUTER_CORRECTIONS, *written, deadline)
    security = SECURITY.address(settings.triage_namespace)
    where, end = await end_offset(settings, security, ticket_id)
    for reader in (Reader.ROUTER_FAST_LANE, Reader.ROUTER_SECURITY):
        await _passed(settings, reader, where, end, deadline)
    return await look_up(settings, ticket_id)


async def _passed(
    settings: KafkaSettings, reader: Reader, where: TopicPartition, end: int, deadline: float
) -> None:
    name = group(settings.triage_namespace, reader)
    while (await committed_offsets(settings, name, [where])).get(where, 0) < end:
        if time.monotonic() > deadline:
            raise Failure(
                f"published, but {name} has not worked it through in time; is it running?"
            )
        await asyncio.sleep(0.1)


def _in_words(effect: Effect) -> str:
    told = effect.after or effect.before
    match effect.changed:
        case None:
            return f"{told.ticket_id}: correction published"
        case True:
            return f"{told.ticket_id}: now {standing_of(told)}"
        case False:
            return f"{told.ticket_id}: changes nothing, {standing_of(told)}"
