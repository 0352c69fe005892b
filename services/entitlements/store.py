"""What do we remember of licences, feeds and provisional answers? All SQL of entitlements."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from typing import NamedTuple, Protocol
from uuid import UUID

import asyncpg

from services.entitlements.content import canonical, content_hash
from services.entitlements.forgetting import without
from services.entitlements.licence_state import Learned
from services.entitlements.lookup import Key, keys_of_fact
from shared.contracts import LicenceFact, Status
from shared.postgres import Database

SCHEMA = "entitlements"
Appended = tuple[LicenceFact, datetime]
"""A fact and the broker's append time of its record."""
Ticket = tuple[UUID, str]
"""Ticket id and fingerprint: two texts under one key are two tickets."""


@dataclass(frozen=True, slots=True)
class Mark:
    """A source's word that all its facts up to `complete_until` are sent."""

    source: str
    complete_until: datetime
    learned_at: datetime


class Provisional(NamedTuple):
    """A negative answer that waits for the feed. `classified`: the event's JSON."""

    ticket: Ticket
    as_of: datetime
    status: Status
    classified: bytes


@dataclass(frozen=True, slots=True)
class Known:
    """What the store knows of a batch. `complete_until`: the least over all sources asked for."""

    complete_until: datetime | None = None
    licences: Mapping[str, Sequence[Learned]] = field(default_factory=dict)
    found: Mapping[Key, Collection[str]] = field(default_factory=dict)
    unannounced: frozenset[Ticket] = frozenset()

    def of(self, keys: Iterable[Key]) -> list[Sequence[Learned]]:
        """The facts of every licence found under one of the keys."""
        ids = {licence_id for key in keys for licence_id in self.found.get(key, ())}
        return [self.licences[licence_id] for licence_id in sorted(ids)]


@dataclass(frozen=True, slots=True)
class Forgotten:
    """Who no longer stands in the facts of a licence that were learned by then, by hash."""

    licence_id: str
    asker: bytes
    forgotten_at: datetime


class Store(Protocol):
    """What the service needs remembered; PostgresStore here, a fake in the tests."""

    async def save(
        self, facts: Sequence[tuple[LicenceFact, datetime]], marks: Sequence[Mark]
    ) -> None:
        """Facts with their append times, and marks, all in one transaction; repeats are nothing."""

    async def load(
        self,
        keys: Collection[Key],
        sources: Collection[str],
        *,
        tickets: Collection[Ticket] = (),
        known_at: datetime | None = None,
    ) -> Known:
        """All facts of the licences under `keys`, and how far the feeds of `sources` reach."""

    async def remember(self, answers: Sequence[Provisional]) -> None:
        """Keep provisional answers; one that is kept already stays as it is."""

    async def announce(self, tickets: Collection[Ticket]) -> None:
        """The first answer is out: from now on these may be judged again."""

    async def due(self, until: datetime, limit: int, lease_seconds: float) -> list[Provisional]:
        """Announced answers about moments up to `until`, leased so that no sibling takes them."""

    async def forget(self, tickets: Collection[Ticket]) -> None:
        """These were judged again."""


@dataclass(frozen=True, slots=True)
class PostgresStore:
    """The store in a PostgreSQL schema of its own."""

    database: Database

    async def save(
        self, facts: Sequence[tuple[LicenceFact, datetime]], marks: Sequence[Mark]
    ) -> None:
        async def work(connection: asyncpg.Connection) -> None:
            if facts:
                await connection.execute(SAVE_FACTS, *_fact_columns(facts))
                await connection.execute(SAVE_LOOKUPS, *_lookup_columns(fact for fact, _ in facts))
            if marks:
                await connection.execute(SAVE_MARKS, *_mark_columns(marks))

        await self.database.transaction(work)

    async def load(
        self,
        keys: Collection[Key],
        sources: Collection[str],
        *,
        tickets: Collection[Ticket] = (),
        known_at: datetime | None = None,
    ) -> Known:
        # The mark is read before the facts: facts that it speaks for are then all there.
        wanted = list(keys)

        async def work(
            connection: asyncpg.Connection,
        ) -> tuple[asyncpg.Record | None, list[asyncpg.Record]]:
            state = await connection.fetchrow(
                LOAD_STATE, list(sources), known_at, [ticket for ticket, _ in tickets]
            )
            if not wanted:
                return state, []
            kinds = [key.kind.value for key in wanted]
            return state, await connection.fetch(LOAD_FACTS, kinds, [key.value for key in wanted])

        state, rows = await self.database.statements(work)
        assert state is not None
        unannounced = zip(state["ticket_ids"], state["fingerprints"], strict=True)
        licences: dict[str, list[Learned]] = defaultdict(list)
        found: dict[Key, set[str]] = defaultdict(set)
        for row in rows:
            licences[row["licence_id"]].append(_learned(row))
            for number in row["found_by"]:
                found[wanted[number - 1]].add(row["licence_id"])
        return Known(state["complete_until"], licences, found, frozenset(unannounced))

    async def remember(self, answers: Sequence[Provisional]) -> None:
        rows = {answer.ticket: answer for answer in answers}.values()
        columns = (
            [answer.ticket[0] for answer in rows],
            [answer.ticket[1] for answer in rows],
            [answer.as_of for answer in rows],
            [answer.status.value for answer in rows],
            [answer.classified for answer in rows],
        )
        await self.database.statements(lambda c: c.execute(REMEMBER, *columns))

    async def announce(self, tickets: Collection[Ticket]) -> None:
        await self.database.statements(lambda c: c.execute(ANNOUNCE, *_ticket_columns(tickets)))

    async def due(self, until: datetime, limit: int, lease_seconds: float) -> list[Provisional]:
        rows = await self.database.statements(
            lambda c: c.fetch(TAKE_DUE, until, limit, lease_seconds)
        )
        return [
            Provisional(
                (row["ticket_id"], row["fingerprint"]),
                row["as_of"],
                Status(row["status"]),
                row["classified"],
            )
            for row in rows
        ]

    async def forget(self, tickets: Collection[Ticket]) -> None:
        await self.database.statements(lambda c: c.execute(FORGET, *_ticket_columns(tickets)))

    async def forgotten(self) -> list[Forgotten]:
        """Everybody whom we were asked to forget."""
        rows = await self.database.transaction(lambda c: c.fetch("select * from forgotten"))
        return [Forgotten(r["licence_id"], r["asker"], r["forgotten_at"]) for r in rows]

    async def forget_asker(self, whom: Forgotten) -> None:
        """Take somebody out of a licence's facts, and out of what it is found under.

        A fact keeps the hash of all that it once said, so it is known when it comes again.
        """

        async def work(connection: asyncpg.Connection) -> None:
            await connection.execute(SAVE_FORGOTTEN, whom.licence_id, whom.asker, whom.forgotten_at)
            rows = await connection.fetch(FACTS_OF, whom.licence_id)
            left = []
            for row in rows:
                fact = LicenceFact.model_validate_json(row["fact"])
                if row["learned_at"] <= whom.forgotten_at:
                    fact = without(fact, whom.asker)
                    key = (whom.licence_id, row["version"], row["content"])
                    await connection.execute(REWRITE_FACT, *key, canonical(fact))
                left.append(fact)
            await connection.execute("delete from lookups where licence_id = $1", whom.licence_id)
            await connection.execute(SAVE_LOOKUPS, *_lookup_columns(left))

        await self.database.transaction(work)

    async def drop_waiting(self, tickets: Collection[UUID]) -> int:
        """Provisional answers of these tickets, with the text that they hold, are given up."""
        rows = await self.database.transaction(lambda c: c.fetch(DROP_WAITING, list(tickets)))
        return len(rows)


SAVE_FACTS = """
insert into facts (licence_id, version, content, effective_at, learned_at, fact)
select * from unnest($1::text[], $2::bigint[], $3::bytea[], $4::timestamptz[],
                     $5::timestamptz[], $6::text[])
on conflict (licence_id, version, content) do update set learned_at = excluded.learned_at
where excluded.learned_at < facts.learned_at
"""
SAVE_LOOKUPS = """
insert into lookups (kind, value, licence_id)
select * from unnest($1::text[], $2::text[], $3::text[])
on conflict do nothing
"""
SAVE_MARKS = """
insert into feed_marks (source, complete_until, learned_at)
select * from unnest($1::text[], $2::timestamptz[], $3::timestamptz[])
on conflict (source, complete_until) do update set learned_at = excluded.learned_at
where excluded.learned_at < feed_marks.learned_at
"""
LOAD_STATE = """
with reached as (
    select (select max(m.complete_until) from feed_marks m
            where m.source = s.source and ($2::timestamptz is null or m.learned_at <= $2)) as until
    from unnest($1::text[]) as s(source)
), waiting as (
    select ticket_id, fingerprint from provisional
    where not announced and ticket_id = any($3::uuid[])
)
select (select case when bool_and(until is not null) then min(until) end from reached)
           as complete_until,
       coalesce((select array_agg(ticket_id order by ticket_id, fingerprint) from waiting), '{}')
           as ticket_ids,
       coalesce((select array_agg(fingerprint order by ticket_id, fingerprint) from waiting), '{}')
           as fingerprints
"""
LOAD_FACTS = """
with wanted as (
    select l.licence_id, array_agg(k.number) as found_by
    from unnest($1::text[], $2::text[]) with ordinality as k(kind, value, number)
    join lookups l on l.kind = k.kind and l.value = k.value
    group by l.licence_id
)
select w.licence_id, w.found_by, f.content, f.learned_at, f.fact
from wanted w join facts f on f.licence_id = w.licence_id
"""
REMEMBER = """
insert into provisional (ticket_id, fingerprint, as_of, status, classified)
select * from unnest($1::uuid[], $2::text[], $3::timestamptz[], $4::text[], $5::bytea[])
on conflict do nothing
"""
ANNOUNCE = """
update provisional p set announced = true
from unnest($1::uuid[], $2::text[]) as t(ticket_id, fingerprint)
where p.ticket_id = t.ticket_id and p.fingerprint = t.fingerprint and not p.announced
"""
TAKE_DUE = """
update provisional p set leased_until = now() + make_interval(secs => $3)
from (
    select ticket_id, fingerprint from provisional
    where announced and as_of <= $1 and leased_until < now()
    order by as_of limit $2
    for update skip locked
) taken
where p.ticket_id = taken.ticket_id and p.fingerprint = taken.fingerprint
returning p.ticket_id, p.fingerprint, p.as_of, p.status, p.classified
"""
FORGET = """
delete from provisional p using unnest($1::uuid[], $2::text[]) as t(ticket_id, fingerprint)
where p.ticket_id = t.ticket_id and p.fingerprint = t.fingerprint
"""
SAVE_FORGOTTEN = """
insert into forgotten (licence_id, asker, forgotten_at) values ($1, $2, $3)
on conflict (licence_id, asker) do update set forgotten_at = excluded.forgotten_at
where excluded.forgotten_at > forgotten.forgotten_at
"""
FACTS_OF = "select version, content, learned_at, fact from facts where licence_id = $1 for update"
REWRITE_FACT = """
update facts set fact = $4 where licence_id = $1 and version = $2 and content = $3
"""
DROP_WAITING = "delete from provisional where ticket_id = any($1::uuid[]) returning ticket_id"


def _fact_columns(facts: Iterable[Appended]) -> tuple[list[object], ...]:
    """One row per content, with the least append time: a statement may not meet a row twice."""
    rows: dict[tuple[str, int, bytes], tuple[object, ...]] = {}
    for fact, learned_at in sorted(facts, key=lambda each: each[1], reverse=True):
        text = canonical(fact)
        key = (fact.licence_id, fact.version, content_hash(text))
        rows[key] = (*key, fact.effective_at, learned_at, text)
    return _columns((rows[key] for key in sorted(rows)), 6)


def _lookup_columns(facts: Iterable[LicenceFact]) -> tuple[list[object], ...]:
    rows = {
        (key.kind.value, key.value, fact.licence_id) for fact in facts for key in keys_of_fact(fact)
    }
    return _columns(sorted(rows), 3)


def _mark_columns(marks: Iterable[Mark]) -> tuple[list[object], ...]:
    rows: dict[tuple[str, datetime], datetime] = {}
    for mark in marks:
        key = (mark.source, mark.complete_until)
        rows[key] = min(rows.get(key, mark.learned_at), mark.learned_at)
    return _columns(((*key, rows[key]) for key in sorted(rows)), 3)


def _ticket_columns(tickets: Collection[Ticket]) -> tuple[list[object], ...]:
    return _columns(sorted(set(tickets)), 2)


def _columns(rows: Iterable[Sequence[object]], count: int) -> tuple[list[object], ...]:
    columns: tuple[list[object], ...] = tuple([] for _ in range(count))
    for row in rows:
        for column, value in zip(columns, row, strict=True):
            column.append(value)
    return columns


def _learned(row: asyncpg.Record) -> Learned:
    return Learned(_fact(row["fact"]), row["learned_at"], row["content"].hex())


@lru_cache(maxsize=16_384)
def _fact(text: str) -> LicenceFact:
    """A stored fact; frozen, so that all tickets of a customer may share one."""
    return LicenceFact.model_validate_json(text)
