"""What did a decision rest on? Its inputs as one JSON document, and the seal over them."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from uuid import UUID

import orjson

from services.router.case import (
    Arrived,
    Assessed,
    Basis,
    Case,
    Correction,
    Decision,
    Input,
    Suspected,
)
from shared.contracts import Corrected, Entitled, Frozen, Moment, SecuritySuspected

Document = dict[str, object]


class Step(Frozen):
    """One revision: how much of the case it knew, and the versions that decided it."""

    revision: int
    arrived: Arrived
    assessed: bool
    learned: bool
    suspected: bool
    corrections: int
    code: str
    policy: str
    decided_at: Moment

    def basis(self) -> Basis:
        return Basis(
            self.arrived,
            self.assessed,
            self.learned,
            self.suspected,
            self.corrections,
            self.code,
        )


class Said(Frozen):
    id: str
    corrected: Corrected


class Recorded(Frozen):
    """The inputs as they are printed, read again."""

    ticket_id: UUID
    base_id: UUID
    fingerprint: str
    conflicts_with: UUID | None
    assessed: Entitled | None
    learned: Entitled | None
    suspected: SecuritySuspected | None
    corrections: tuple[Said, ...]
    steps: tuple[Step, ...]


def basis_of(case: Case, arrived: Input, code: str) -> Basis:
    """How much of the case is known, now that this input has been added."""
    return Basis(
        arrived=_kind(case, arrived),
        assessed=case.assessed is not None,
        learned=case.learned is not None,
        suspected=case.suspected is not None,
        corrections=len(case.corrections),
        code=code,
    )


def _kind(case: Case, arrived: Input) -> Arrived:
    match arrived:
        case Suspected():
            return Arrived.SUSPECTED
        case Correction():
            return Arrived.CORRECTION
        case Assessed():
            return Arrived.LEARNED if arrived is case.learned else Arrived.ASSESSED


def sealed(case: Case, earlier: int, basis: Basis) -> Case:
    """The case, with what its decisions after the `earlier` ones rest on."""
    decisions = case.decisions[:earlier]
    for new in case.decisions[earlier:]:
        steps = [*map(_step, decisions), _step_on(new, basis)]
        decisions = (
            *decisions,
            new._replace(basis=basis, seal=seal_of(_inputs(case, basis, steps))),
        )
    return case._replace(decisions=decisions)


def known_by(case: Case, basis: Basis) -> Case:
    """The case as a decision knew it, without decisions."""
    return case._replace(
        assessed=case.assessed if basis.assessed else None,
        learned=case.learned if basis.learned else None,
        suspected=case.suspected if basis.suspected else None,
        corrections=case.corrections[: basis.corrections],
        decisions=(),
    )


def inputs_of(case: Case, decision: Decision) -> Document:
    """All that is needed to make a decision again: events as they arrived, and their order."""
    if decision.basis is None:
        raise LookupError(f"the ledger kept no inputs of revision {decision.revision}")
    return _inputs(case, decision.basis, list(map(_step, case.decisions[: decision.revision])))


def _inputs(case: Case, basis: Basis, steps: Sequence[Document]) -> Document:
    return {
        "ticket_id": str(case.ticket_id),
        "base_id": str(case.base_id),
        "fingerprint": case.fingerprint,
        "conflicts_with": str(case.conflicts_with) if case.conflicts_with else None,
        "assessed": _json(case.assessed) if basis.assessed else None,
        "learned": _json(case.learned) if basis.learned else None,
        "suspected": _json(case.suspected) if basis.suspected else None,
        "corrections": [
            {"id": said.id, "corrected": said.corrected.model_dump(mode="json")}
            for said in case.corrections[: basis.corrections]
        ],
        "steps": steps,
    }


def _json(event: Assessed | Suspected | None) -> object:
    return orjson.loads(event.raw) if event else None


def _step(decision: Decision) -> Document:
    if decision.basis is None:
        raise LookupError(f"the ledger kept no inputs of revision {decision.revision}")
    return _step_on(decision, decision.basis)


def _step_on(decision: Decision, basis: Basis) -> Document:
    policy = decision.record.policy
    return {
        "revision": decision.revision,
        **basis_json(basis),
        "policy": policy.hash if policy else "",
        "decided_at": decision.record.decided_at.isoformat(),
    }


def basis_json(basis: Basis) -> Document:
    return {
        "arrived": basis.arrived.value,
        "assessed": basis.assessed,
        "learned": basis.learned,
        "suspected": basis.suspected,
        "corrections": basis.corrections,
        "code": basis.code,
    }


def seal_of(inputs: Mapping[str, object]) -> str:
    """Hex SHA-256 over every input; the order of keys does not count."""
    return hashlib.sha256(orjson.dumps(inputs, option=orjson.OPT_SORT_KEYS)).hexdigest()


def case_of(inputs: Mapping[str, object]) -> tuple[Case, Sequence[Step]]:
    """The case, without decisions, that these inputs describe; raises ValidationError."""
    recorded = Recorded.model_validate_json(orjson.dumps(inputs))
    case = Case(
        ticket_id=recorded.ticket_id,
        base_id=recorded.base_id,
        fingerprint=recorded.fingerprint,
        conflicts_with=recorded.conflicts_with,
        assessed=_assessed(recorded.assessed, inputs["assessed"]),
        learned=_assessed(recorded.learned, inputs["learned"]),
        suspected=Suspected(recorded.suspected, orjson.dumps(inputs["suspected"]))
        if recorded.suspected
        else None,
        corrections=tuple(Correction(said.id, said.corrected) for said in recorded.corrections),
    )
    return case, recorded.steps


def _assessed(entitled: Entitled | None, given: object) -> Assessed | None:
    return Assessed(entitled, orjson.dumps(given)) if entitled else None
