"""How is a batch of tickets never heard of written? Cases and decisions in one statement.

Nearly every ticket comes this way: one round trip to the database, one version of each row.
Whatever the ledger knows already is left to `store`, which locks it first.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from uuid import UUID

import asyncpg

from services.router.case import Case, Input
from services.router.rows import case_row, columns_of, decision_row

Take = Callable[[Case, Input], Case]


@dataclass(frozen=True, slots=True)
class Arrival:
    """An input with the ids that its event names; a correction may not know the fingerprint."""

    base_id: UUID
    fingerprint: str | None
    input: Input


def heard_once(arrivals: Sequence[Arrival]) -> list[Arrival]:
    """Those whose ticket the batch names once; ids sorted, so that replicas can't deadlock."""
    times = Counter(arrival.base_id for arrival in arrivals)
    return sorted((a for a in arrivals if times[a.base_id] == 1), key=lambda a: a.base_id)


async def open_new(
    connection: asyncpg.Connection, arrivals: Sequence[Arrival], take: Take
) -> dict[UUID, Case]:
    """The cases that these arrivals open, decided; a ticket that is known already is left out.

    Whoever opened a case at the same time is waited for: his is then the known one.
    """
    if not arrivals:
        return {}
    cases = {
        arrival.base_id: take(
            Case(arrival.base_id, arrival.base_id, arrival.fingerprint), arrival.input
        )
        for arrival in arrivals
    }
    decided = [
        decision_row(case.ticket_id, decision)
        for case in cases.values()
        for decision in case.decisions
    ]
    opened = await connection.fetch(
        OPEN,
        list(cases),
        *columns_of(map(case_row, cases.values())),
        *columns_of(decided, DECISION_COLUMNS),
    )
    return {row["ticket_id"]: cases[row["ticket_id"]] for row in opened}


DECISION_COLUMNS = 14
OPEN = """
with opened as (
    insert into cases
        (ticket_id, base_id, fingerprint, assessed, learned, suspected, corrections)
    select id, id, fingerprint, assessed, learned, suspected, corrections
    from unnest($1::uuid[], $2::text[], $3::bytea[], $4::bytea[], $5::bytea[], $6::jsonb[])
        as c(id, fingerprint, assessed, learned, suspected, corrections)
    on conflict (ticket_id) do nothing
    returning ticket_id
), decided as (
    insert into decisions
        (ticket_id, revision, queue, rank, cause, message_id, supersedes, live, record, basis,
         seal, decided_at, published_at, withdrawn_at)
    select d.* from opened join unnest(
        $7::uuid[], $8::int[], $9::text[], $10::smallint[], $11::text[], $12::text[], $13::text[],
        $14::bool[], $15::bytea[], $16::jsonb[], $17::text[], $18::timestamptz[],
        $19::timestamptz[], $20::timestamptz[]
    ) as d(id, revision, queue, rank, cause, message_id, supersedes, live, record, basis, seal,
           decided_at, published_at, withdrawn_at)
    on d.id = opened.ticket_id
)
select ticket_id from opened
"""
