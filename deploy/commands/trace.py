"""Where has a ticket been, and where does it stand? Read from the topics."""

from __future__ import annotations

import time

from deploy.commands._output import AsJson, clock, note, say, show, table
from deploy.commands._running import TicketId, kafka_settings, run
from deploy.failure import Failure
from services.watch.reader import look_up
from services.watch.timeline import Timeline


def trace(ticket_id: TicketId, json_: AsJson = False) -> None:
    """Show every record of a ticket, in the order of its way, and where it stands now."""
    began = time.monotonic()
    told = run(_known(ticket_id))
    if json_:
        say(told.document())
        return
    show(f"{told.ticket_id}: {standing_of(told)}")
    show(_stops(told))
    for letter in told.parked:
        show(
            f"parked by {letter.parked.reader}: {letter.parked.reason}"
            f" ({letter.topic}:{letter.partition}:{letter.offset})"
        )
    note(f"read in {time.monotonic() - began:.1f} s")


async def _known(ticket_id: str) -> Timeline:
    told = await look_up(kafka_settings(), ticket_id)
    if not told.known:
        raise Failure(f"{ticket_id}: no record on the topics tells of this ticket")
    return told


def standing_of(told: Timeline) -> str:
    """Where a ticket stands, in words."""
    if told.queue is not None:
        revision = f", revision {told.revision}" if told.revision is not None else ""
        return f"in {told.queue}{revision}"
    return "parked" if told.parked and not told.stages else "in no queue yet"


def _stops(told: Timeline) -> object:
    return table(
        ("at", "stage", "event", "topic", "partition", "offset", "revision", "by"),
        [
            (
                clock(stop.at),
                stop.stage,
                stop.event,
                stop.topic,
                stop.partition,
                stop.offset,
                stop.revision,
                stop.by,
            )
            for stop in told.stages
        ],
    )
