"""What do we conclude from a ticket? Findings with evidence, and whether we are sure enough."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from services.classifier.evidence import phrases
from services.classifier.model import AREAS, SCOPES, Model
from services.classifier.products import extension_of
from services.classifier.reading import Reading, has_words, read
from services.classifier.scope import CLAUSES, in_scope
from services.classifier.security import Look, look
from shared.contracts import Finding, ProductArea, Scope, Verdict

Floats = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Judgement:
    """All that the classifier says of one ticket."""

    verdict: Verdict
    security: Look


def judge(model: Model, texts: Sequence[tuple[str, str]]) -> list[Judgement]:
    """A judgement per (subject, body), in their order."""
    if not texts:
        return []
    readings = [read(subject, body) for subject, body in texts]
    likely = model.judge(readings)
    return [
        Judgement(
            conclude(model, reading, scopes, areas),
            look(model, reading, float(security)),
        )
        for reading, scopes, security, areas in zip(
            readings, likely.scopes, likely.security, likely.areas, strict=True
        )
    ]


def conclude(model: Model, reading: Reading, scopes: Floats, areas: Floats) -> Verdict:
    """The verdict on one ticket; of a text without words, that it says nothing."""
    if not has_words(reading.text, least=1):
        return Verdict(
            findings=(Finding(scope=Scope.UNCLEAR, in_scope=False),),
            decided=True,
            model=model.ref,
        )
    order = np.argsort(-scopes, kind="stable")
    best, second = int(order[0]), int(order[1])
    decided = is_decided(model, reading, scopes)
    return Verdict(
        findings=(finding(model, reading, best, float(scopes[best]), areas),),
        decided=decided,
        model=model.ref,
        candidates=() if decided else (SCOPES[best], SCOPES[second]),
    )


def is_decided(model: Model, reading: Reading, scopes: Floats) -> bool:
    """Whether the best answer is sure enough, in a language that the model knows."""
    best = int(scopes.argmax())
    enough = scopes[best] >= model.card.decides_from[SCOPES[best]]
    return bool(enough) and model.features.familiar(reading) >= model.card.familiar_from


def finding(
    model: Model, reading: Reading, answer: int, confidence: float, areas: Floats
) -> Finding:
    scope = SCOPES[answer]
    area = AREAS[int(areas.argmax())]
    return Finding(
        scope=scope,
        in_scope=in_scope(scope),
        product_area=area,
        extension=extension_of(reading.text) if area is ProductArea.EXTENSION else None,
        clauses=CLAUSES[scope],
        evidence=phrases(reading.text, model.features, model.direction(answer)),
        confidence=round(confidence, 4),
    )
