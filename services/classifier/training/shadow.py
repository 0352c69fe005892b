"""What would change with another model? Both judge the same tickets, the differences are shown."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from services.classifier.model import Model
from services.classifier.training.metamorphic import decision
from services.classifier.verdict import Judgement, judge


@dataclass(frozen=True, slots=True)
class Difference:
    """A ticket on which two models do not agree: scope, decided, security of each."""

    ticket: str
    live: tuple[str, bool, bool]
    candidate: tuple[str, bool, bool]


def differences(
    live: Model, candidate: Model, tickets: Sequence[tuple[str, str, str]]
) -> list[Difference]:
    """Of (id, subject, body), those whose way or flag the candidate would change."""
    texts = [(subject, body) for _, subject, body in tickets]
    pairs = zip(tickets, judge(live, texts), judge(candidate, texts), strict=True)
    return [
        Difference(name, summary(old), summary(new))
        for (name, _, _), old, new in pairs
        if decision(old) != decision(new) or old.security.found != new.security.found
    ]


def summary(judgement: Judgement) -> tuple[str, bool, bool]:
    verdict = judgement.verdict
    return verdict.findings[0].scope.value, verdict.decided, judgement.security.found
