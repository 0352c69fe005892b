"""How does the command put dead letters back? As watch does, asking the ledger what is decided."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

import typer

from deploy.commands._database import connection, has_database
from deploy.commands._output import note
from deploy.failure import Failure
from services.watch.dead_letters.replay import Done, carry_out, plan
from services.watch.reader import routed_among
from shared.settings import KafkaSettings


async def replay_all(
    settings: KafkaSettings,
    topic: str | None,
    reasons: frozenset[str],
    most: int,
    *,
    dry_run: bool,
) -> list[Done]:
    """Put back what may go back, at most `most`; what became of each that was looked at."""

    async def decided(asked: Sequence[str]) -> set[str]:
        return await _decided(settings, asked)

    try:
        planned = await plan(settings, decided, topic=topic, reasons=reasons, most=most)
    except ValueError as error:
        raise typer.BadParameter(str(error)) from None
    if planned.cut:
        note(f"stopped at {most}; --max says how many")
    if not dry_run:
        try:
            await carry_out(settings, planned)
        except ValueError as error:
            raise Failure(str(error)) from None
    return list(planned.done)


async def _decided(settings: KafkaSettings, asked: Sequence[str]) -> set[str]:
    """Which tickets have a decision: by the ledger, else by what stands on the queues."""
    if not has_database():
        note("note: DATABASE_URL is not set; asking the queues, not the ledger, what is decided")
        return await routed_among(settings, asked)
    async with connection() as reached:
        rows = await reached.fetch(
            "select distinct ticket_id from ledger where ticket_id = any($1::uuid[])",
            [UUID(ticket_id) for ticket_id in asked],
        )
    return {str(row["ticket_id"]) for row in rows}
