"""How does a restored ledger get back what it has lost? Ticket by ticket, from staged records."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass
from uuid import UUID

from services.router.restore.evidence import Kind, Seen, ids_of, taken_back, tickets
from services.router.restore.one_ticket import FindRules, Incomplete, rebuilt
from services.router.restore.staging import OF_TEXTS, Staging
from services.router.store import Ledger, PutBack

BATCH = 200
"""Tickets that are worked on at once."""


@dataclass(frozen=True, slots=True)
class Tally:
    """What was put back. `incomplete`: tickets left as they were, with the reason."""

    tickets: int = 0
    cases: int = 0
    decisions: int = 0
    inputs: int = 0
    corrections: int = 0
    marks: int = 0
    incomplete: tuple[tuple[UUID, str], ...] = ()

    def __add__(self, other: Tally) -> Tally:
        return Tally(
            self.tickets + other.tickets,
            self.cases + other.cases,
            self.decisions + other.decisions,
            self.inputs + other.inputs,
            self.corrections + other.corrections,
            self.marks + other.marks,
            self.incomplete + other.incomplete,
        )


@dataclass(frozen=True, slots=True)
class Rebuilding:
    """One run over everything that is staged. `progress` hears of every batch."""

    ledger: Ledger
    staging: Staging
    find_rules: FindRules
    progress: Callable[[int], None]

    async def run(self) -> Tally:
        """Put back what is lacking; safe to repeat, a second run finds nothing to do."""
        total = Tally()
        spoken: set[str] = set()
        async for bases in self._batches():
            rows = await self.staging.of(OF_TEXTS, bases)
            total += await self._batch(bases, rows, spoken)
        after: UUID | None = None
        while bases := await self.staging.corrected_besides(spoken, after, BATCH):
            after = bases[-1]
            total += await self._batch(bases, (), set())
        return total

    async def _batches(self) -> AsyncIterator[list[UUID]]:
        after: UUID | None = None
        while bases := await self.staging.next_tickets(after, BATCH):
            yield bases
            after = bases[-1]

    async def _batch(self, bases: Sequence[UUID], rows: Sequence[Seen], spoken: set[str]) -> Tally:
        """`spoken`: gets the ids of the corrections that were looked at."""
        by_base: dict[UUID, list[Seen]] = {base: [] for base in bases}
        for row in rows:
            by_base[row.ticket_id].append(row)
        ids = {base: ids_of(base, mine) for base, mine in by_base.items()}
        everyone = frozenset().union(*ids.values())
        said = await self.staging.of([Kind.CORRECTED], everyone)
        backs = taken_back(await self.staging.of([Kind.WITHDRAWN], everyone))
        known = await self.ledger.find_all(everyone)
        spoken.update(row.id for row in said)
        lost, tally = [], Tally(tickets=len(everyone & known.keys()))
        for base, mine in by_base.items():
            corrections = [row for row in said if row.ticket_id in ids[base]]
            for case, evidence in tickets(base, mine, corrections, backs, known):
                try:
                    found = rebuilt(case, evidence, self.find_rules)
                except Incomplete as error:
                    tally += Tally(incomplete=((case.ticket_id, str(error)),))
                    continue
                put_back = PutBack(case, found.case, found.records)
                counted = _counted(put_back, new=case.ticket_id not in known)
                if counted != Tally():
                    lost.append(put_back)
                    tally += counted
        await self.ledger.put_back(lost)
        self.progress(len(bases))
        return tally


def _counted(put_back: PutBack, *, new: bool) -> Tally:
    """What is put back of one case; nothing where it lacks nothing."""
    before, after = put_back.before, put_back.after
    decisions = len(after.decisions) - len(before.decisions)
    inputs = sum(
        mine is None and its is not None
        for mine, its in (
            (before.assessed, after.assessed),
            (before.learned, after.learned),
            (before.suspected, after.suspected),
        )
    )
    corrections = len(after.corrections) - len(before.corrections)
    kept = after.decisions[: len(before.decisions)]
    marks = sum(old != now for old, now in zip(before.decisions, kept, strict=True))
    if not (decisions or inputs or corrections or marks):
        return Tally()
    return Tally(0, int(new), decisions, inputs, corrections, marks)
