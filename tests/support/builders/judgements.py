"""What do the classifier and entitlements say of a ticket?"""

from __future__ import annotations

from datetime import timedelta

from shared.contracts import (
    COVERED_SCOPES,
    Accepted,
    Cause,
    Classified,
    Coverage,
    Entitled,
    Finding,
    Identity,
    Moment,
    ProductArea,
    Scope,
    Security,
    SiteStanding,
    StageFailure,
    Status,
    Verdict,
)
from tests.support.builders.constants import EXTENSION, LICENCE, MODEL, NOW
from tests.support.builders.tickets import an_accepted


def a_finding(
    scope: Scope = Scope.INSTALLATION_SETUP,
    *,
    extension: str | None = None,
    product_area: ProductArea | None = None,
    clauses: tuple[str, ...] | None = None,
    evidence: tuple[str, ...] = (),
    confidence: float = 0.93,
) -> Finding:
    """One ask; in scope if the policy covers its category, of an extension if one is named."""
    in_scope = scope in COVERED_SCOPES
    named = ProductArea.EXTENSION if extension is not None else ProductArea.CORE
    clause = "C1" if in_scope else "C3" if scope is Scope.GENERAL_WORDPRESS else "C2"
    return Finding(
        scope=scope,
        in_scope=in_scope,
        product_area=named if product_area is None else product_area,
        extension=extension,
        clauses=(clause,) if clauses is None else clauses,
        evidence=evidence,
        confidence=confidence,
    )


def a_verdict(
    *findings: Finding,
    decided: bool = True,
    candidates: tuple[Scope, ...] = (),
) -> Verdict:
    """What the classifier concluded; a setup question about an extension unless given."""
    return Verdict(
        findings=findings or (a_finding(extension=EXTENSION),),
        decided=decided,
        model=MODEL,
        candidates=candidates,
    )


def a_failure(stage: str = "classifier", reason: str = "decision_failed") -> StageFailure:
    return StageFailure(stage=stage, reason=reason)


def a_classified(
    accepted: Accepted | None = None,
    *,
    verdict: Verdict | None = None,
    security: Security | None = None,
    failure: StageFailure | None = None,
) -> Classified:
    """A ticket with findings; a failed one has an empty verdict."""
    empty = Verdict() if failure is not None else a_verdict()
    return Classified(
        accepted=accepted or an_accepted(),
        security=security or Security(),
        verdict=empty if verdict is None else verdict,
        failure=failure,
    )


def a_coverage(
    status: Status = Status.COVERED,
    *reasons: str,
    identity: Identity = Identity.PROVEN,
    site: SiteStanding = SiteStanding.COVERED,
    licence_id: str | None = LICENCE,
    as_of: Moment = NOW,
    complete_until: Moment | None = NOW + timedelta(minutes=5),
    learned_at: Moment | None = NOW - timedelta(days=30),
    fact_version: int | None = 1,
    provisional: bool = False,
) -> Coverage:
    """A final answer from a feed that is complete past `as_of`."""
    return Coverage(
        status=status,
        reasons=reasons,
        identity=identity,
        site=site,
        licence_id=licence_id,
        as_of=as_of,
        complete_until=complete_until,
        learned_at=learned_at,
        fact_version=fact_version,
        provisional=provisional,
    )


def an_entitled(
    accepted: Accepted | None = None,
    *,
    verdict: Verdict | None = None,
    coverage: Coverage | None = None,
    security: Security | None = None,
    failure: StageFailure | None = None,
    cause: Cause = Cause.FIRST,
) -> Entitled:
    """A judged ticket; a failed one has no coverage."""
    owed = None if failure is not None else a_coverage()
    return Entitled(
        accepted=accepted or an_accepted(),
        security=security or Security(),
        verdict=a_verdict() if verdict is None else verdict,
        coverage=owed if coverage is None else coverage,
        failure=failure,
        cause=cause,
    )
