"""What does the policy say of a case as it stands, corrections included?"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from services.router.case import Case
from services.router.priority import Inputs, Ruling, clauses_of, rule
from services.router.replies import reply_for
from services.router.table import Policy
from services.router.version import code_version
from shared.contracts import (
    COVERED_SCOPES,
    Finding,
    PolicyRef,
    Reply,
    Routed,
    Scope,
    Security,
    Status,
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
    """The policy in force, and the version of the code that carries it out."""

    policy: Policy
    code: str = field(default_factory=code_version)
    _rulings: dict[Inputs, Ruling] = field(default_factory=dict, compare=False, repr=False)
    """What was ruled before: a policy has finitely many questions, and one answer to each."""

    def apply(self, case: Case) -> Ruled:
        """The policy's word on the ordinary lane's input, a person's scope in place of ours."""
        if case.entitled is None:
            raise ValueError("the policy needs the ordinary lane's input")
        return self._ruled(case, security=False)

    def report(self, case: Case) -> Ruled:
        """The policy's word on a case that counts as a security report."""
        return self._ruled(case, security=True)

    def inputs(self, case: Case, *, security: bool) -> Inputs:
        """What the policy looks at.

        A person who gave the scope has looked at whatever had asked for a person; a coverage
        that was never reached is unknown, and so not denied (reading 3).
        """
        if case.entitled is None:
            return Inputs(security=security)
        verdict = _corrected(case.entitled.verdict, case)
        given = Inputs.of(
            findings=verdict.findings,
            decided=verdict.decided,
            coverage=case.entitled.coverage,
            auto_reply=case.entitled.accepted.auto_reply,
            conflict=case.conflicts_with is not None,
            stage_failed=case.entitled.failure is not None,
            security=security,
        )
        if not _scopes_said(case):
            return given
        return replace(
            given,
            auto_reply=False,
            conflict=False,
            stage_failed=False,
            status=given.status or Status.UNVERIFIED,
        )

    def _ruling(self, inputs: Inputs) -> Ruling:
        known = self._rulings.get(inputs)
        if known is None:
            known = self._rulings[inputs] = rule(self.policy, inputs)
        return known

    def _ruled(self, case: Case, *, security: bool) -> Ruled:
        ruling = self._ruling(self.inputs(case, security=security))
        entitled = case.entitled
        verdict = _corrected(entitled.verdict, case) if entitled else Verdict()
        findings = tuple(
            finding.model_copy(update={"clauses": clauses_of(self.policy, finding.scope)})
            for finding in verdict.findings
        )
        coverage = entitled.coverage if entitled else None
        return Ruled(
            ruling=ruling,
            findings=findings,
            decided=verdict.decided,
            security=_cleared(entitled.security, case) if entitled else Security(),
            reply=reply_for(self.policy, ruling, findings, coverage),
            policy=self.policy.ref,
        )


def _scopes_said(case: Case) -> list[Scope]:
    """What people said the scope is, in the order they said it."""
    return [c.corrected.scope for c in case.corrections if c.corrected.scope is not None]


def _corrected(verdict: Verdict, case: Case) -> Verdict:
    scopes = _scopes_said(case)
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
