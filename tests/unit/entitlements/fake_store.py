"""How does a store behave? The fake that pure tests use; the same scenarios run on PostgreSQL."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from services.entitlements.content import canonical, content_hash
from services.entitlements.licence_state import Learned
from services.entitlements.lookup import Key, keys_of_fact
from services.entitlements.store import Appended, Known, Mark, Provisional, Ticket


@dataclass
class FakeStore:
    facts: dict[tuple[str, int, str], Learned] = field(default_factory=dict)
    lookups: dict[Key, set[str]] = field(default_factory=dict)
    marks: dict[tuple[str, datetime], datetime] = field(default_factory=dict)
    waiting: dict[Ticket, Provisional] = field(default_factory=dict)
    announced: set[Ticket] = field(default_factory=set)
    leases: dict[Ticket, datetime] = field(default_factory=dict)

    async def save(self, facts: Sequence[Appended], marks: Sequence[Mark]) -> None:
        for fact, learned_at in facts:
            content = content_hash(canonical(fact)).hex()
            key = (fact.licence_id, fact.version, content)
            known = self.facts.get(key)
            least = learned_at if known is None else min(learned_at, known.learned_at)
            self.facts[key] = Learned(fact, least, content)
            for found in keys_of_fact(fact):
                self.lookups.setdefault(found, set()).add(fact.licence_id)
        for mark in marks:
            at = (mark.source, mark.complete_until)
            self.marks[at] = min(self.marks.get(at, mark.learned_at), mark.learned_at)

    async def load(
        self,
        keys: Collection[Key],
        sources: Collection[str],
        *,
        tickets: Collection[Ticket] = (),
        known_at: datetime | None = None,
    ) -> Known:
        found = {key: self.lookups.get(key, set()) for key in keys}
        licences = {
            licence_id: [fact for key, fact in self.facts.items() if key[0] == licence_id]
            for ids in found.values()
            for licence_id in ids
        }
        unannounced = {t for t in tickets if t in self.waiting and t not in self.announced}
        return Known(self._reached(sources, known_at), licences, found, frozenset(unannounced))

    def _reached(self, sources: Collection[str], known_at: datetime | None) -> datetime | None:
        last = [
            max(
                (
                    until
                    for (name, until), learned_at in self.marks.items()
                    if name == source and (known_at is None or learned_at <= known_at)
                ),
                default=None,
            )
            for source in sources
        ]
        heard = [until for until in last if until is not None]
        return min(heard) if heard and len(heard) == len(last) else None

    async def remember(self, answers: Sequence[Provisional]) -> None:
        for answer in answers:
            self.waiting.setdefault(answer.ticket, answer)

    async def announce(self, tickets: Collection[Ticket]) -> None:
        self.announced |= {ticket for ticket in tickets if ticket in self.waiting}

    async def due(self, until: datetime, limit: int, lease_seconds: float) -> list[Provisional]:
        now = datetime.now(UTC)
        due = [
            answer
            for ticket, answer in self.waiting.items()
            if ticket in self.announced
            and answer.as_of <= until
            and self.leases.get(ticket, now) <= now
        ]
        taken = sorted(due, key=lambda answer: answer.as_of)[:limit]
        for answer in taken:
            self.leases[answer.ticket] = now + timedelta(seconds=lease_seconds)
        return taken

    async def forget(self, tickets: Collection[Ticket]) -> None:
        for ticket in tickets:
            self.waiting.pop(ticket, None)
            self.announced.discard(ticket)
