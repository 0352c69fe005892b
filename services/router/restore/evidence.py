"""What does a record on a topic tell of a ticket's past, and of which ticket?"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from services.router.case import Assessed, Case, Correction, Suspected
from services.router.restore.one_ticket import Evidence, Heard, TakenBack, Told
from shared.contracts import Corrected, Entitled, Frozen, Routed, SecuritySuspected, Withdrawn
from shared.envelope import Record, decode, moment_of, types_of, unwrap
from shared.ids import conflicting_ticket_id

TYPES: dict[str, type[Frozen]] = {
    **types_of(Entitled),
    **types_of(SecuritySuspected),
    **types_of(Routed),
    **types_of(Withdrawn),
    **types_of(Corrected),
}


class Kind(StrEnum):
    ENTITLED = "entitled"
    SUSPECTED = "suspected"
    CORRECTED = "corrected"
    ROUTED = "routed"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True)
class Seen:
    """A record that tells of a ticket. `id`: its ce_id; of a withdrawal, the id taken back.

    `ticket_id`: the id that the 202 gave, where the record says it; else the one it names.
    `place`: its offset. `done`: the router had committed it.
    """

    kind: Kind
    id: str
    ticket_id: UUID
    fingerprint: str | None
    at: datetime
    place: int
    done: bool
    raw: bytes


def seen(record: Record, *, done: bool) -> Seen | None:
    """What the record tells; None where it names no ticket. Raises Permanent as `decode` does."""
    event = decode(record, TYPES)
    raw = unwrap(record).data
    at = moment_of(record.timestamp)

    def of(kind: Kind, id_: str, ticket_id: UUID, fingerprint: str | None) -> Seen:
        return Seen(kind, id_, ticket_id, fingerprint, at, record.offset, done, raw)

    match event.data:
        case Entitled(accepted=accepted):
            return of(Kind.ENTITLED, event.id, accepted.ticket_id, accepted.fingerprint)
        case SecuritySuspected(accepted=accepted):
            return of(Kind.SUSPECTED, event.id, accepted.ticket_id, accepted.fingerprint)
        case Corrected() as said:
            return of(Kind.CORRECTED, event.id, said.ticket_id, said.fingerprint)
        case Withdrawn() as withdrawn:
            return of(Kind.WITHDRAWN, withdrawn.withdraws, withdrawn.ticket_id, None)
        case Routed(ticket_id=UUID() as ticket_id) as routed:
            base = routed.conflicts_with or ticket_id
            return of(Kind.ROUTED, event.id, base, routed.fingerprint)
        case _:
            return None


def taken_back(rows: Sequence[Seen]) -> dict[UUID, dict[str, TakenBack]]:
    """Withdrawals by ticket, and by the message id that they take back."""
    found: dict[UUID, dict[str, TakenBack]] = {}
    for row in rows:
        back = TakenBack(Withdrawn.model_validate_json(row.raw), row.at)
        found.setdefault(row.ticket_id, {})[row.id] = back
    return found


def ids_of(base: UUID, rows: Sequence[Seen]) -> frozenset[UUID]:
    """Every ticket that may have come under this id: the first, and any with another text."""
    prints = {row.fingerprint for row in rows if row.fingerprint is not None}
    return frozenset({base} | {conflicting_ticket_id(base, each) for each in prints})


def tickets(
    base: UUID,
    rows: Sequence[Seen],
    corrections: Sequence[Seen],
    backs: Mapping[UUID, Mapping[str, TakenBack]],
    known: Mapping[UUID, Case],
) -> Iterator[tuple[Case, Evidence]]:
    """Each ticket under one id, as the ledger has it or as it would begin, with its evidence.

    `corrections`: on any of these tickets, by whatever id people named them.
    """
    first = _first_text(rows, known.get(base))
    prints = dict.fromkeys([first, *(row.fingerprint for row in rows)])
    for fingerprint in prints:
        mine = [row for row in rows if row.fingerprint == fingerprint]
        case = _case(base, fingerprint, first, known)
        said = [row for row in corrections if _speaks_of(row, case, base)]
        yield case, _evidence(mine, said, backs.get(case.ticket_id, {}))


def _first_text(rows: Sequence[Seen], case: Case | None) -> str | None:
    """Which text holds the id: the ledger's, the one decided under it, the one first heard."""
    if case is not None and case.fingerprint is not None:
        return case.fingerprint
    decided = [row for row in rows if row.kind is Kind.ROUTED]
    for routed, row in ((Routed.model_validate_json(row.raw), row) for row in decided):
        if routed.revision is not None and routed.conflicts_with is None:
            return row.fingerprint
    others = {
        routed.fingerprint
        for routed in (Routed.model_validate_json(row.raw) for row in decided)
        if routed.conflicts_with is not None
    }
    left = [row for row in rows if row.fingerprint not in others] or list(rows)
    return min(left, key=lambda row: (not row.done, row.at)).fingerprint if left else None


def _case(
    base: UUID, fingerprint: str | None, first: str | None, known: Mapping[UUID, Case]
) -> Case:
    conflict = fingerprint != first
    ticket_id = conflicting_ticket_id(base, str(fingerprint)) if conflict else base
    found = known.get(ticket_id)
    if found is None:
        return Case(ticket_id, base, fingerprint, base if conflict else None)
    return found if found.fingerprint is not None else found._replace(fingerprint=fingerprint)


def _speaks_of(row: Seen, case: Case, base: UUID) -> bool:
    """Whether a correction is about this ticket: named itself, or by the id of the first."""
    if row.ticket_id == case.ticket_id:
        return row.fingerprint in (None, case.fingerprint)
    return row.ticket_id == base and row.fingerprint == case.fingerprint


def _evidence(
    rows: Sequence[Seen], corrections: Sequence[Seen], backs: Mapping[str, TakenBack]
) -> Evidence:
    told = tuple(
        Told(row.id, Routed.model_validate_json(row.raw), row.raw, row.at)
        for row in rows
        if row.kind is Kind.ROUTED
    )
    heard = [
        Heard(Assessed(Entitled.model_validate_json(row.raw), row.raw), row.at, row.done)
        for row in rows
        if row.kind is Kind.ENTITLED
    ]
    heard += [
        Heard(Suspected(SecuritySuspected.model_validate_json(row.raw), row.raw), row.at, row.done)
        for row in rows
        if row.kind is Kind.SUSPECTED
    ]
    heard += [
        Heard(Correction(row.id, Corrected.model_validate_json(row.raw)), row.at, row.done)
        for row in corrections
    ]
    return Evidence(told, backs, tuple(heard))
