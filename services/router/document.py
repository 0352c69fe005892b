"""What does an explanation hold? The queue record, why, and all it takes to decide it again."""

from __future__ import annotations

from collections.abc import Mapping

import orjson

from services.router.case import Case, Decision
from services.router.explanation import Explanation, explain
from services.router.inputs import Document, inputs_of, known_by
from services.router.ruling import Rulebook
from shared.contracts import Coverage, Queue


def document(case: Case, decision: Decision, record: bytes, rules: Rulebook) -> Document:
    """What `triage explain --json` prints. `record`: the queue record's JSON."""
    explanation = explanation_of(case, decision, rules)
    return {
        **orjson.loads(record),
        "message_id": decision.message_id,
        "why": explanation.why,
        "clauses": dict(explanation.clauses),
        "rules": [
            {"id": asked.id, "question": asked.question, "outcome": asked.outcome}
            for asked in explanation.rules
        ],
        "facts": facts(decision.record.coverage),
        "alternatives": [
            {"input": other.input, "value": other.value, "queue": other.queue}
            for other in explanation.alternatives
        ],
        "inputs": inputs_of(case, decision),
        "seal": decision.seal,
    }


def explanation_of(case: Case, decision: Decision, rules: Rulebook) -> Explanation:
    """Why this decision, by the policy that it was made by."""
    if decision.basis is None:
        raise LookupError(f"the ledger kept no inputs of revision {decision.revision}")
    known = known_by(case, decision.basis)
    return explain(rules.policy, rules.inputs(known, security=decision.queue is Queue.SECURITY))


def facts(coverage: Coverage | None) -> list[Mapping[str, object]]:
    """The licence facts that the coverage rests on, with version and times."""
    if coverage is None or coverage.licence_id is None:
        return []
    kept = {"licence_id", "fact_version", "learned_at", "complete_until"}
    return [coverage.model_dump(mode="json", include=kept)]


def to_bytes(document: Mapping[str, object]) -> bytes:
    """The document as it is printed and compared."""
    return orjson.dumps(document)
