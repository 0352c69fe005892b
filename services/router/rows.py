"""How does a case stand in rows? From the tables to a case, and back."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from uuid import UUID

import asyncpg
import orjson

from services.router.case import (
    Arrived,
    Assessed,
    Basis,
    Case,
    Correction,
    Decision,
    Suspected,
)
from services.router.inputs import basis_json
from shared.contracts import Cause, Corrected, Entitled, Queue, Routed, SecuritySuspected


def case_of(row: asyncpg.Record, decisions: Iterable[Decision]) -> Case:
    suspected = row["suspected"]
    return Case(
        ticket_id=row["ticket_id"],
        base_id=row["base_id"],
        fingerprint=row["fingerprint"],
        conflicts_with=row["conflicts_with"],
        assessed=_assessed(row["assessed"]),
        learned=_assessed(row["learned"]),
        suspected=Suspected(SecuritySuspected.model_validate_json(suspected), suspected)
        if suspected
        else None,
        corrections=tuple(
            Correction(said["id"], Corrected.model_validate(said["corrected"]))
            for said in orjson.loads(row["corrections"])
        ),
        decisions=tuple(decisions),
    )


def _assessed(raw: bytes | None) -> Assessed | None:
    return Assessed(Entitled.model_validate_json(raw), raw) if raw else None


def decision_of(row: asyncpg.Record) -> Decision:
    return Decision(
        revision=row["revision"],
        queue=Queue(row["queue"]),
        rank=row["rank"],
        cause=Cause(row["cause"]),
        message_id=row["message_id"],
        supersedes=row["supersedes"],
        live=row["live"],
        record=Routed.model_validate_json(row["record"]),
        basis=_basis(row["basis"]),
        seal=row["seal"],
        published_at=row["published_at"],
        withdrawn_at=row["withdrawn_at"],
        json=row["record"],
    )


def _basis(stored: str | None) -> Basis | None:
    if stored is None:
        return None
    kept = orjson.loads(stored)
    return Basis(**{**kept, "arrived": Arrived(kept["arrived"])})


def decision_row(
    ticket_id: UUID, decision: Decision, record: bytes | None = None
) -> tuple[object, ...]:
    """`record`: its bytes where they stand on a queue already."""
    return (
        ticket_id,
        decision.revision,
        decision.queue.value,
        decision.rank,
        decision.cause.value,
        decision.message_id,
        decision.supersedes,
        decision.live,
        record or decision.json or decision.record.model_dump_json().encode(),
        orjson.dumps(basis_json(decision.basis)).decode() if decision.basis else None,
        decision.seal,
        decision.record.decided_at,
        decision.published_at,
        decision.withdrawn_at,
    )


def case_row(case: Case) -> tuple[object, ...]:
    """What arrived: fingerprint, assessed, learned, suspected, corrections."""
    return (
        case.fingerprint,
        case.assessed.raw if case.assessed else None,
        case.learned.raw if case.learned else None,
        case.suspected.raw if case.suspected else None,
        corrections_json(case.corrections),
    )


def corrections_json(corrections: Sequence[Correction]) -> str:
    said = [{"id": c.id, "corrected": c.corrected.model_dump(mode="json")} for c in corrections]
    return orjson.dumps(said).decode()


def columns_of(rows: Iterable[Sequence[object]], width: int = 0) -> list[list[object]]:
    """Rows turned into columns, as `unnest` takes them; `width`: how many where there is no row."""
    return [list(column) for column in zip(*rows, strict=True)] or [[] for _ in range(width)]
