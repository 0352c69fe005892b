"""Where do records wait until all that tell of one ticket are there? In a table of one session.

So a rebuild holds a few hundred tickets in memory, however many there are. All SQL of that table.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from uuid import UUID

import asyncpg

from services.router.restore.evidence import Kind, Seen
from shared.postgres import Database

OF_TEXTS = (Kind.ENTITLED, Kind.SUSPECTED, Kind.ROUTED)
"""Kinds of records that say which text they are about, under the id that the 202 gave."""

CREATE = """
create temporary table if not exists seen (
    kind text, id text, ticket_id uuid, fingerprint text, at timestamptz, place bigint,
    done boolean, raw bytea, primary key (kind, id)
);
create index if not exists seen_ticket on seen (ticket_id);
truncate seen
"""
ADD = """
insert into seen select * from unnest($1::text[], $2::text[], $3::uuid[], $4::text[],
    $5::timestamptz[], $6::bigint[], $7::boolean[], $8::bytea[])
on conflict do nothing
"""
NEXT = """
select distinct ticket_id from seen
where kind = any($1::text[]) and ($2::uuid is null or ticket_id > $2)
order by ticket_id limit $3
"""
OF = """
select * from seen where kind = any($1::text[]) and ticket_id = any($2::uuid[])
order by kind, place
"""
LEFT = """
select distinct ticket_id from seen
where kind = $1 and id <> all($2::text[]) and ($3::uuid is null or ticket_id > $3)
order by ticket_id limit $4
"""


@dataclass(frozen=True, slots=True)
class Staging:
    """The records of one run; `database` must be one session, which alone sees the table."""

    database: Database

    async def begin(self) -> None:
        await self.database.transaction(lambda connection: connection.execute(CREATE))

    async def add(self, records: Iterable[Seen]) -> None:
        """Of repeats the first stays."""
        rows = [(r.kind.value, *_after_kind(r)) for r in records]
        columns = [list(column) for column in zip(*rows, strict=True)]
        if columns:
            await self.database.transaction(lambda c: c.execute(ADD, *columns))

    async def next_tickets(self, after: UUID | None, limit: int) -> list[UUID]:
        """Tickets that any record of a text names, in order of id."""
        kinds = [kind.value for kind in OF_TEXTS]
        return _ids(await self.database.transaction(lambda c: c.fetch(NEXT, kinds, after, limit)))

    async def of(self, kinds: Sequence[Kind], tickets: Collection[UUID]) -> list[Seen]:
        """The records of these kinds about these tickets, each kind in the order of its topic."""
        names = [kind.value for kind in kinds]
        rows = await self.database.transaction(lambda c: c.fetch(OF, names, list(tickets)))
        return [_seen(row) for row in rows]

    async def corrected_besides(
        self, corrections: Collection[str], after: UUID | None, limit: int
    ) -> list[UUID]:
        """Tickets with corrections other than these."""
        kind, ids = Kind.CORRECTED.value, list(corrections)
        return _ids(
            await self.database.transaction(lambda c: c.fetch(LEFT, kind, ids, after, limit))
        )


def _after_kind(r: Seen) -> tuple[object, ...]:
    return r.id, r.ticket_id, r.fingerprint, r.at, r.place, r.done, r.raw


def _ids(rows: Iterable[asyncpg.Record]) -> list[UUID]:
    return [row["ticket_id"] for row in rows]


def _seen(row: asyncpg.Record) -> Seen:
    return Seen(
        Kind(row["kind"]),
        row["id"],
        row["ticket_id"],
        row["fingerprint"],
        row["at"],
        row["place"],
        row["done"],
        row["raw"],
    )
