"""What do we conclude from a ticket? Findings with evidence, and whether we are sure enough."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from services.classifier.areas import SCOPES
from services.classifier.asks import asks_of
from services.classifier.concepts import extension_meant
from services.classifier.evidence import phrases
from services.classifier.model import AREAS, Likelihoods, Model, direction_of
from services.classifier.products import extension_of
from services.classifier.reading import has_words, read
from services.classifier.scope import CLAUSES, in_scope
from services.classifier.security import Look, look
from services.classifier.sight import Sight
from shared.contracts import Finding, ProductArea, Scope, Verdict

Floats = npt.NDArray[np.float32]
ANOTHER_ASK = 0.9
"""From which confidence a part of a ticket counts as an ask of its own."""
NOT_THIS_ASK = 0.2
"""Up to which likelihood of the main ask's scope it does."""
LONGEST_SPAN = 300


@dataclass(frozen=True, slots=True)
class Judgement:
    """All that the classifier says of one ticket."""

    verdict: Verdict
    security: Look


def judge(model: Model, texts: Sequence[tuple[str, str]]) -> list[Judgement]:
    """A judgement per (subject, body), in their order; none depends on another."""
    if not texts:
        return []
    seen = model.see([read(subject, body) for subject, body in texts])
    likely = model.judge(seen)
    answers = [answer_of(likely, row) for row in range(len(seen))]
    asks = further_asks(model, seen, answers)
    return [
        Judgement(
            conclude(model, sight, answers[row], asks[row]),
            look(model, sight, float(likely.security[row])),
        )
        for row, sight in enumerate(seen)
    ]


@dataclass(frozen=True, slots=True)
class Likely:
    """How likely each scope and each area is, for a ticket or a part of one; whether it's sure."""

    scopes: Floats
    areas: Floats
    sure: bool


def answer_of(likely: Likelihoods, row: int) -> Likely:
    return Likely(likely.scopes[row], likely.areas[row], bool(likely.sure[row]))


def further_asks(
    model: Model, seen: Sequence[Sight], answers: Sequence[Likely]
) -> list[list[tuple[Sight, Likely]]]:
    """Per ticket, its parts that may ask for something else, and what each asks for, by words."""
    found: list[list[tuple[Sight, Likely]]] = [[] for _ in seen]
    parts = [
        (row, part)
        for row, sight in enumerate(seen)
        if is_decided(model, sight, answers[row])
        for part in asks_of(sight.reading.ask)
    ]
    if not parts:
        return found
    sights = model.see([part for _, part in parts])
    likely = model.judge_by_words(sights)
    for number, (row, _) in enumerate(parts):
        found[row].append((sights[number], answer_of(likely, number)))
    return found


def conclude(
    model: Model, sight: Sight, likely: Likely, asks: Sequence[tuple[Sight, Likely]] = ()
) -> Verdict:
    """The verdict on one ticket; of a text without words, that it says nothing."""
    if not has_words(sight.reading.text, least=1):
        empty = Finding(scope=Scope.UNCLEAR, in_scope=False)
        return Verdict(findings=(empty,), decided=True, model=model.ref)
    order = np.argsort(-likely.scopes, kind="stable")
    best, second = int(order[0]), int(order[1])
    decided = is_decided(model, sight, likely)
    main = finding(sight, best, likely, phrases(model.words, sight, direction_of(best)))
    return Verdict(
        findings=(main, *(further_findings(best, asks) if decided else ())),
        decided=decided,
        model=model.ref,
        candidates=() if decided else (SCOPES[best], SCOPES[second]),
    )


def is_decided(model: Model, sight: Sight, likely: Likely) -> bool:
    """Whether the best answer is sure enough, in a language that the model knows."""
    return likely.sure and sight.familiar >= model.card.familiar_from


def further_findings(primary: int, asks: Sequence[tuple[Sight, Likely]]) -> tuple[Finding, ...]:
    """One finding per other scope that a part of the ticket surely asks for."""
    found: dict[int, Finding] = {}
    for part, likely in asks:
        best = int(likely.scopes.argmax())
        sure = likely.scopes[best] >= ANOTHER_ASK and likely.scopes[primary] <= NOT_THIS_ASK
        if sure and best != primary and SCOPES[best] is not Scope.UNCLEAR and best not in found:
            found[best] = finding(part, best, likely, (part.reading.ask[:LONGEST_SPAN],))
    return tuple(found.values())


def finding(sight: Sight, answer: int, likely: Likely, evidence: tuple[str, ...]) -> Finding:
    scope = SCOPES[answer]
    area = AREAS[int(likely.areas.argmax())]
    return Finding(
        scope=scope,
        in_scope=in_scope(scope),
        product_area=area,
        extension=_extension(sight) if area is ProductArea.EXTENSION else None,
        clauses=CLAUSES[scope],
        evidence=evidence,
        confidence=round(float(likely.scopes[answer]), 4),
    )


def _extension(sight: Sight) -> str | None:
    """By its name, else by a feature that no other one has."""
    return extension_of(sight.products) or extension_meant(sight.concepts)
