"""How does a person say that a ticket is in hand?"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated
from uuid import UUID, uuid4

import typer

from deploy.commands._output import AsJson, note, say, show
from deploy.commands._running import TicketId, kafka_settings, producing, run
from services.watch.reader import look_up
from shared.contracts import StatusChanged, TicketStatus
from shared.envelope import encode
from shared.topics import STATUS

By = Annotated[str, typer.Option(help="Who says so.", metavar="NAME")]


def take(ticket_id: TicketId, by: By, json_: AsJson = False) -> None:
    """Tell that somebody has taken a ticket: it no longer counts as waiting."""
    taken = run(_take(ticket_id, by))
    if json_:
        say(taken.model_dump(mode="json"))
    else:
        show(f"{ticket_id}: taken by {by}")


async def _take(ticket_id: str, by: str) -> StatusChanged:
    settings = kafka_settings()
    if not (await look_up(settings, ticket_id)).known:
        note(f"note: no record on the topics tells of {ticket_id}; published all the same")
    taken = StatusChanged(
        ticket_id=UUID(ticket_id), status=TicketStatus.TAKEN, by=by, at=datetime.now(UTC)
    )
    record = encode(
        STATUS.address(settings.triage_namespace),
        taken,
        event_id=str(uuid4()),
        source="/triage/take",
        time=taken.at,
        subject=ticket_id,
    )
    async with producing(settings, "triage-take") as producer:
        await producer.send_and_wait(
            record.topic, record.value, key=record.key, headers=list(record.headers)
        )
    return taken
