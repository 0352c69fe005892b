"""What did the classifier conclude? Findings per ask, with evidence and confidence."""

from __future__ import annotations

from shared.contracts.values import Frozen, ProductArea, Scope


class Finding(Frozen):
    """One ask of the ticket. `confidence`: calibrated probability that `scope` is right."""

    scope: Scope
    in_scope: bool
    product_area: ProductArea = ProductArea.UNKNOWN
    extension: str | None = None
    clauses: tuple[str, ...] = ()
    evidence: tuple[str, ...] = ()
    confidence: float = 1.0


class ModelRef(Frozen):
    name: str
    hash: str


class Verdict(Frozen):
    """Findings, primary first; `decided`: the classifier was sure enough by itself."""

    findings: tuple[Finding, ...] = ()
    decided: bool = False
    model: ModelRef | None = None
    candidates: tuple[Scope, ...] = ()


class StageFailure(Frozen):
    """A stage could not do its work on an accepted ticket: a person decides."""

    stage: str
    reason: str
