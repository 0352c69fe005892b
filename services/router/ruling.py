"""What does the policy say of a case as it stands, corrections included?"""

from __future__ import annotations

from dataclasses import dataclass

from services.router.case import Case
from services.router.priority import Inputs, Ruling, clauses_of, rule
from services.router.replies import reply_for
from services.router.table import Policy
from shared.contracts import (
    COVERED_SCOPES,
    Finding,
    PolicyRef,
    Reply,
    Routed,
    Scope,
    Security,
    Verdict,
)


@dataclass(frozen=True, slots=True)
class Ruled:
    """A ruling with everything that its queue record says of it."""

    ruling: Ruling
    findings: tuple[Finding, ...]
    decided: bool
    security: Security
    reply: Reply | None
    policy: PolicyRef

    def same_as(self, record: Routed) -> bool:
        """Whether the record says this already: then there is nothing to revise."""
        return (
            record.queue is self.ruling.queue
            and record.review_reason is self.ruling.review_reason
            and record.findings == self.findings
        )


@dataclass(frozen=True, slots=True)
class Rulebook:
    """The policy in force."""

    policy: Policy

    def apply(self, case: Case) -> Ruled:
        """The policy's word on the ordinary lane's input, a person's scope in place of ours."""
        if case.assessed is None:
            raise ValueError("the policy needs the ordinary lane's input")
        entitled = case.assessed.entitled
        verdict = _corrected(entitled.verdict, case)
        findings = tuple(
            finding.model_copy(update={"clauses": clauses_of(self.policy, finding.scope)})
            for finding in verdict.findings
        )
        inputs = Inputs.of(
            findings=findings,
            decided=verdict.decided,
            coverage=entitled.coverage,
            auto_reply=entitled.accepted.auto_reply,
            conflict=case.conflicts_with is not None,
            stage_failed=entitled.failure is not None,
            security=False,
        )
        ruling = rule(self.policy, inputs)
        return Ruled(
            ruling=ruling,
            findings=findings,
            decided=verdict.decided,
            security=_cleared(entitled.security, case),
            reply=reply_for(self.policy, ruling, findings, entitled.coverage),
            policy=self.policy.ref,
        )


def _corrected(verdict: Verdict, case: Case) -> Verdict:
    scopes = [c.corrected.scope for c in case.corrections if c.corrected.scope is not None]
    if not scopes:
        return verdict
    return verdict.model_copy(
        update={"findings": (_said_by_person(scopes[-1], verdict),), "decided": True},
    )


def _said_by_person(scope: Scope, verdict: Verdict) -> Finding:
    """A person's scope; product and area stay what the classifier made of them."""
    before = verdict.findings[0] if verdict.findings else Finding(scope=scope, in_scope=False)
    return before.model_copy(
        update={
            "scope": scope,
            "in_scope": scope in COVERED_SCOPES,
            "confidence": 1.0,
            "evidence": (),
        },
    )


def _cleared(security: Security, case: Case) -> Security:
    said = [c for c in case.corrections if c.corrected.security is not None]
    return security.model_copy(update={"flag": False}) if said else security
