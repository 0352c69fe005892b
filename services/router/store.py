"""How is the ledger kept? First-wins, one live decision per ticket; all SQL of the router."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import asyncpg

from services.router.case import (
    Case,
    Decision,
)
from services.router.forgetting import forgotten
from services.router.opening import Arrival, Take, heard_once, open_new
from services.router.rows import case_of, case_row, columns_of, decision_of, decision_row
from shared.contracts import (
    Requester,
)
from shared.ids import conflicting_ticket_id
from shared.postgres import Database

SCHEMA = "router"


@dataclass(frozen=True, slots=True)
class Mark:
    """What Kafka has acknowledged of a decision: the record, or its withdrawal."""

    ticket_id: UUID
    revision: int
    withdrawal: bool


@dataclass(frozen=True, slots=True)
class Found:
    """A case with the stored queue record of each revision, and when its text was erased."""

    case: Case
    records: Mapping[int, bytes]
    forgotten_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class PutBack:
    """A case before and after a rebuild. `records`: of its new revisions, byte for byte."""

    before: Case
    after: Case
    records: Mapping[int, bytes]


class Ledger:
    """The cases and their decisions in PostgreSQL."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def take(self, arrivals: Sequence[Arrival], take: Take) -> list[Case]:
        """Every arrival's case after it, with its decisions written.

        Arrivals of one case are taken in their order. Two lanes, or two replicas, that hold the
        same ticket wait for each other at its row. Tickets never heard of are written in one
        statement, all others in one transaction.
        """
        cases = await self._database.statements(
            lambda connection: open_new(connection, heard_once(arrivals), take)
        )
        others = [arrival for arrival in arrivals if arrival.base_id not in cases]
        taken: Iterator[Case] = iter(())
        if others:
            taken = iter(
                await self._database.transaction(lambda connection: _take(connection, others, take))
            )
        return [cases[a.base_id] if a.base_id in cases else next(taken) for a in arrivals]

    async def find(self, ticket_id: UUID) -> Found | None:
        """A case as the ledger holds it, with its queue records byte for byte; takes no lock."""
        return await self._database.transaction(lambda connection: _find(connection, ticket_id))

    async def mark(self, marks: Sequence[Mark], now: datetime) -> None:
        """Remember what was acknowledged."""
        if not marks:
            return
        await self._database.statements(lambda connection: _mark(connection, marks, now))

    async def find_all(self, ticket_ids: Collection[UUID]) -> dict[UUID, Case]:
        """Those of these cases that the ledger holds, locked until the transaction ends."""
        return await self._database.transaction(
            lambda connection: _locked(connection, sorted(ticket_ids))
        )

    async def put_back(self, lost: Sequence[PutBack]) -> None:
        """Write what a restored ledger lacked; what stands there is not written again."""
        if lost:
            await self._database.transaction(lambda connection: _put_back(connection, lost))

    async def asked_by(self, asker: Callable[[Requester], bool]) -> list[UUID]:
        """The tickets of those requesters, by what the tickets say; reads every case."""

        async def work(connection: asyncpg.Connection) -> list[UUID]:
            rows = connection.cursor(REQUESTERS, prefetch=1000)
            return [
                row["ticket_id"]
                async for row in rows
                if asker(Requester.model_validate_json(row["requester"]))
            ]

        return await self._database.transaction(work)

    async def texts_under(self, ticket_id: UUID) -> list[UUID]:
        """The ticket, and whatever came under its key with another text."""
        rows = await self._database.transaction(
            lambda c: c.fetch(
                "select ticket_id from cases where ticket_id = $1 or conflicts_with = $1", ticket_id
            )
        )
        return [row["ticket_id"] for row in rows]

    async def forgotten(self) -> list[tuple[UUID, datetime]]:
        """Tickets whose words were erased, and when."""
        rows = await self._database.transaction(
            lambda c: c.fetch(
                "select ticket_id, forgotten_at from cases where forgotten_at is not null"
                " order by forgotten_at, ticket_id"
            )
        )
        return [(row["ticket_id"], row["forgotten_at"]) for row in rows]

    async def forget(self, ticket_ids: Sequence[UUID], now: datetime) -> int:
        """Erase the words of these tickets; returns how many there are. Safe to repeat."""
        return await self._database.transaction(
            lambda connection: _forget(connection, ticket_ids, now)
        )


async def _take(
    connection: asyncpg.Connection,
    arrivals: Sequence[Arrival],
    take: Take,
) -> list[Case]:
    cases = await _first_come(connection, arrivals)
    known = sorted({a.base_id for a in arrivals if a.base_id not in cases})
    erased: set[UUID] = set()
    if known:
        cases |= await _locked(connection, known, erased)
    before = dict(cases)
    cases = _named(cases, arrivals)
    ids = [_case_id(arrival, cases) for arrival in arrivals]
    conflicts = {
        id_: arrival for id_, arrival in zip(ids, arrivals, strict=True) if id_ not in cases
    }
    if conflicts:
        await _open_conflicts(connection, conflicts)
        cases |= await _locked(connection, sorted(conflicts), erased)
        before |= {id_: cases[id_] for id_ in conflicts}
    for id_, arrival in zip(ids, arrivals, strict=True):
        taken = take(cases[id_], arrival.input)
        late = id_ in erased and taken is not cases[id_]
        cases[id_] = forgotten(taken) if late else taken
    await _write(connection, before, cases)
    return [cases[id_] for id_ in ids]


def _named(cases: dict[UUID, Case], arrivals: Sequence[Arrival]) -> dict[UUID, Case]:
    """A case that only a person has spoken of gets the first text that comes under its id."""
    named = dict(cases)
    for arrival in arrivals:
        case = named[arrival.base_id]
        if case.fingerprint is None and arrival.fingerprint is not None:
            named[arrival.base_id] = case._replace(fingerprint=arrival.fingerprint)
    return named


def _case_id(arrival: Arrival, cases: dict[UUID, Case]) -> UUID:
    """Which ticket an arrival speaks of: another text under a known key is another ticket."""
    holder = cases[arrival.base_id]
    if arrival.fingerprint in (None, holder.fingerprint) or holder.fingerprint is None:
        return arrival.base_id
    return conflicting_ticket_id(arrival.base_id, str(arrival.fingerprint))


async def _first_come(
    connection: asyncpg.Connection,
    arrivals: Sequence[Arrival],
) -> dict[UUID, Case]:
    """Open a case for every ticket never heard of; ids sorted, so that replicas can't deadlock."""
    first: dict[UUID, Arrival] = {}
    for arrival in arrivals:
        first.setdefault(arrival.base_id, arrival)
    ids = sorted(first)
    rows = await connection.fetch(
        "insert into cases (ticket_id, base_id, fingerprint)"
        " select id, id, fingerprint from unnest($1::uuid[], $2::text[]) as a(id, fingerprint)"
        " on conflict (ticket_id) do nothing returning ticket_id",
        ids,
        [first[id_].fingerprint for id_ in ids],
    )
    return {
        row["ticket_id"]: Case(
            row["ticket_id"], row["ticket_id"], first[row["ticket_id"]].fingerprint
        )
        for row in rows
    }


async def _open_conflicts(
    connection: asyncpg.Connection,
    conflicts: dict[UUID, Arrival],
) -> None:
    ids = sorted(conflicts)
    await connection.execute(
        "insert into cases (ticket_id, base_id, fingerprint, conflicts_with)"
        " select id, base, fingerprint, base"
        " from unnest($1::uuid[], $2::uuid[], $3::text[]) as a(id, base, fingerprint)"
        " on conflict (ticket_id) do nothing",
        ids,
        [conflicts[id_].base_id for id_ in ids],
        [conflicts[id_].fingerprint for id_ in ids],
    )


async def _locked(
    connection: asyncpg.Connection, ids: Sequence[UUID], erased: set[UUID] | None = None
) -> dict[UUID, Case]:
    """`erased`: gets those whose customer was forgotten, so that no text comes in again."""
    rows = await connection.fetch(
        "select * from cases where ticket_id = any($1::uuid[]) order by ticket_id for update",
        ids,
    )
    if erased is not None:
        erased |= {row["ticket_id"] for row in rows if row["forgotten_at"] is not None}
    decided = await connection.fetch(
        "select * from decisions where ticket_id = any($1::uuid[]) order by ticket_id, revision",
        ids,
    )
    decisions: dict[UUID, list[Decision]] = {}
    for row in decided:
        decisions.setdefault(row["ticket_id"], []).append(decision_of(row))
    return {row["ticket_id"]: case_of(row, decisions.get(row["ticket_id"], [])) for row in rows}


async def _find(connection: asyncpg.Connection, ticket_id: UUID) -> Found | None:
    row = await connection.fetchrow("select * from cases where ticket_id = $1", ticket_id)
    if row is None:
        return None
    decided = await connection.fetch(
        "select * from decisions where ticket_id = $1 order by revision", ticket_id
    )
    records = {each["revision"]: each["record"] for each in decided}
    return Found(case_of(row, map(decision_of, decided)), records, row["forgotten_at"])


async def _write(
    connection: asyncpg.Connection,
    before: dict[UUID, Case],
    after: dict[UUID, Case],
) -> None:
    changed = [case for id_, case in after.items() if case is not before[id_]]
    if not changed:
        return
    await _write_inputs(connection, changed)
    new = [
        (case.ticket_id, decision)
        for case in changed
        for decision in case.decisions[len(before[case.ticket_id].decisions) :]
    ]
    superseded = [case.ticket_id for case in changed if _live_moved(before[case.ticket_id], case)]
    if superseded:
        await connection.execute(
            "update decisions set live = false where live and ticket_id = any($1::uuid[])",
            superseded,
        )
    if new:
        await connection.executemany(
            INSERT_DECISION, [decision_row(ticket_id, decision) for ticket_id, decision in new]
        )


async def _write_inputs(connection: asyncpg.Connection, changed: Sequence[Case]) -> None:
    await connection.execute(
        "update cases set fingerprint = a.fingerprint, assessed = a.assessed,"
        " learned = a.learned, suspected = a.suspected, corrections = a.corrections"
        " from unnest($1::uuid[], $2::text[], $3::bytea[], $4::bytea[], $5::bytea[], $6::jsonb[])"
        " as a(id, fingerprint, assessed, learned, suspected, corrections) where ticket_id = a.id",
        [case.ticket_id for case in changed],
        *columns_of(map(case_row, changed)),
    )


INSERT_DECISION = (
    "insert into decisions (ticket_id, revision, queue, rank, cause, message_id, supersedes, live,"
    " record, basis, seal, decided_at, published_at, withdrawn_at)"
    " values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)"
)


async def _put_back(connection: asyncpg.Connection, lost: Sequence[PutBack]) -> None:
    cases = [each.after for each in lost]
    await connection.executemany(
        "insert into cases (ticket_id, base_id, fingerprint, conflicts_with)"
        " values ($1, $2, $3, $4) on conflict (ticket_id) do nothing",
        [(case.ticket_id, case.base_id, case.fingerprint, case.conflicts_with) for case in cases],
    )
    await _write_inputs(connection, cases)
    known = {each.after.ticket_id: len(each.before.decisions) for each in lost}
    decisions = [(each, decision) for each in lost for decision in each.after.decisions]
    await connection.executemany(
        "update decisions set live = $3, published_at = $4, withdrawn_at = $5"
        " where ticket_id = $1 and revision = $2",
        [
            (each.after.ticket_id, old.revision, old.live, old.published_at, old.withdrawn_at)
            for each, old in decisions
            if old.revision <= known[each.after.ticket_id]
        ],
    )
    new = [(each, new) for each, new in decisions if new.revision > known[each.after.ticket_id]]
    await connection.executemany(
        INSERT_DECISION,
        [
            decision_row(each.after.ticket_id, made, each.records[made.revision])
            for each, made in new
        ],
    )


REQUESTERS = """
select ticket_id, requester from (
    select c.ticket_id, coalesce(
        convert_from(c.assessed, 'UTF8')::json #> '{accepted,ticket,requester}',
        convert_from(c.suspected, 'UTF8')::json #> '{accepted,ticket,requester}',
        (select convert_from(d.record, 'UTF8')::json #> '{ticket,requester}'
         from decisions d where d.ticket_id = c.ticket_id order by d.revision limit 1)
    )::text as requester
    from cases c
) asked where requester is not null
"""


async def _forget(connection: asyncpg.Connection, ticket_ids: Sequence[UUID], now: datetime) -> int:
    cases = [forgotten(case) for case in (await _locked(connection, sorted(ticket_ids))).values()]
    if not cases:
        return 0
    await _write_inputs(connection, cases)
    await connection.executemany(
        "update decisions set record = $3 where ticket_id = $1 and revision = $2",
        [
            (case.ticket_id, each.revision, each.record.model_dump_json().encode())
            for case in cases
            for each in case.decisions
        ],
    )
    await connection.execute(
        "update cases set forgotten_at = coalesce(forgotten_at, $2)"
        " where ticket_id = any($1::uuid[])",
        [case.ticket_id for case in cases],
        now,
    )
    return len(cases)


def _live_moved(before: Case, after: Case) -> bool:
    old, new = before.live, after.live
    return old is not None and new is not None and old.revision != new.revision


async def _mark(connection: asyncpg.Connection, marks: Sequence[Mark], now: datetime) -> None:
    await connection.execute(
        MARK,
        [mark.ticket_id for mark in marks],
        [mark.revision for mark in marks],
        [mark.withdrawal for mark in marks],
        now,
    )


MARK = """
update decisions d set
    published_at = case when m.published then coalesce(d.published_at, $4) else d.published_at end,
    withdrawn_at = case when m.withdrawn then coalesce(d.withdrawn_at, $4) else d.withdrawn_at end
from (
    select id, revision, bool_or(not withdrawal) as published, bool_or(withdrawal) as withdrawn
    from unnest($1::uuid[], $2::int[], $3::bool[]) as a(id, revision, withdrawal)
    group by id, revision
) m
where d.ticket_id = m.id and d.revision = m.revision
    and (m.published and d.published_at is null or m.withdrawn and d.withdrawn_at is null)
"""
