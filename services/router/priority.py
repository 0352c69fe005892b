"""Which queue does a ticket belong to, by which clauses, and with which reply?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

from services.router.table import Policy, Row, Step, When
from shared.contracts import Coverage, Finding, ProductArea, Queue, ReviewReason, Scope, Status


def effective(findings: Sequence[Finding]) -> Finding | None:
    """The ask that decides: the first one in scope, else the primary (reading 9)."""
    in_scope = (finding for finding in findings if finding.in_scope)
    return next(in_scope, findings[0] if findings else None)


@dataclass(frozen=True, kw_only=True)
class Inputs:
    """All that the policy may look at. Scope and status are None where they were not reached."""

    security: bool = False
    auto_reply: bool = False
    conflict: bool = False
    stage_failed: bool = False
    decided: bool = False
    scope: Scope | None = None
    product_area: ProductArea = ProductArea.UNKNOWN
    status: Status | None = None

    def __post_init__(self) -> None:
        reached = self.scope is not None and self.status is not None
        if not (reached or self.security or self.stage_failed):
            raise ValueError(
                "scope or status is missing; only a security report or a failed stage may lack it"
            )

    @classmethod
    def of(
        cls,
        *,
        security: bool,
        auto_reply: bool,
        conflict: bool,
        stage_failed: bool,
        decided: bool,
        findings: Sequence[Finding],
        coverage: Coverage | None,
    ) -> Self:
        """The inputs of a ticket; what should be there and is not counts as a failed stage."""
        ask = effective(findings)
        return cls(
            security=security,
            auto_reply=auto_reply,
            conflict=conflict,
            stage_failed=stage_failed or ask is None or coverage is None,
            decided=decided,
            scope=ask.scope if ask else None,
            product_area=ask.product_area if ask else ProductArea.UNKNOWN,
            status=coverage.status if coverage else None,
        )


@dataclass(frozen=True)
class RuleAsked:
    """A rule in the order it was asked; `outcome` is `no`, or `yes: ` and the queue."""

    id: str
    question: str
    outcome: str


@dataclass(frozen=True, kw_only=True)
class Ruling:
    queue: Queue
    rank: int
    review_reason: ReviewReason | None
    clauses: tuple[str, ...]
    reply_key: str | None
    rules: tuple[RuleAsked, ...]


def clauses_of(policy: Policy, scope: Scope) -> tuple[str, ...]:
    """The clauses that a finding in this category rests on."""
    return policy.scopes[scope].clauses


def rule(policy: Policy, inputs: Inputs) -> Ruling:
    """Asks the steps in order; in the first that applies, the one row that fits answers."""
    asked: list[RuleAsked] = []
    for step in policy.steps:
        if not _holds(step.when, inputs):
            asked.append(RuleAsked(step.id, step.question, "no"))
            continue
        row = _answer(step, inputs)
        asked.append(RuleAsked(row.id, step.question, f"yes: {row.then}"))
        return Ruling(
            queue=row.then,
            rank=policy.rank(row.then),
            review_reason=row.review_reason,
            clauses=row.clauses,
            reply_key=row.reply,
            rules=tuple(asked),
        )
    raise LookupError(f"policy {policy.version} has no step for {inputs}; was it proved?")


def _answer(step: Step, inputs: Inputs) -> Row:
    for row in step.rows:
        if _holds(row.when, inputs):
            return row
    raise LookupError(f"step {step.id} has no row for {inputs}; was the policy proved?")


def _holds(when: When, inputs: Inputs) -> bool:
    flags = (
        (when.security, inputs.security),
        (when.auto_reply, inputs.auto_reply),
        (when.conflict, inputs.conflict),
        (when.stage_failed, inputs.stage_failed),
        (when.decided, inputs.decided),
    )
    return (
        all(wanted is None or wanted == given for wanted, given in flags)
        and (when.scope is None or inputs.scope in when.scope)
        and (when.product_area is None or inputs.product_area in when.product_area)
        and (when.status is None or inputs.status in when.status)
    )
