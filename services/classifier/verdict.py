"""What do we conclude from a ticket? Findings with evidence, and whether we are sure enough."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from services.classifier.asks import asks_of
from services.classifier.concepts import extension_meant
from services.classifier.evidence import phrases
from services.classifier.model import AREAS, SCOPES, Likelihoods, Model
from services.classifier.products import extension_of
from services.classifier.reading import Reading, has_words, read
from services.classifier.scope import CLAUSES, in_scope
from services.classifier.security import Look, look
from shared.contracts import Finding, ProductArea, Scope, Verdict

Floats = npt.NDArray[np.float32]
ANOTHER_ASK = 0.7
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
    readings = [read(subject, body) for subject, body in texts]
    likely = model.judge(readings)
    asks = [
        asks_of(reading.ask) if is_decided(model, reading, scopes) else []
        for reading, scopes in zip(readings, likely.scopes, strict=True)
    ]
    parts = [part for some in asks for part in some]
    of_parts = model.judge(parts) if parts else likely
    answers = iter([(part, answer_of(of_parts, row)) for row, part in enumerate(parts)])
    return [
        Judgement(
            conclude(model, reading, answer_of(likely, row), [next(answers) for _ in asks[row]]),
            look(model, reading, float(likely.security[row])),
        )
        for row, reading in enumerate(readings)
    ]


@dataclass(frozen=True, slots=True)
class Likely:
    """How likely each scope and each area is, for a ticket or a part of one."""

    scopes: Floats
    areas: Floats


def answer_of(likely: Likelihoods, row: int) -> Likely:
    return Likely(likely.scopes[row], likely.areas[row])


def conclude(
    model: Model,
    reading: Reading,
    likely: Likely,
    asks: Sequence[tuple[Reading, Likely]] = (),
) -> Verdict:
    """The verdict on one ticket; of a text without words, that it says nothing."""
    if not has_words(reading.text, least=1):
        empty = Finding(scope=Scope.UNCLEAR, in_scope=False)
        return Verdict(findings=(empty,), decided=True, model=model.ref)
    order = np.argsort(-likely.scopes, kind="stable")
    best, second = int(order[0]), int(order[1])
    decided = is_decided(model, reading, likely.scopes)
    further = further_findings(model, best, asks) if decided else ()
    return Verdict(
        findings=(finding(model, reading, best, likely), *further),
        decided=decided,
        model=model.ref,
        candidates=() if decided else (SCOPES[best], SCOPES[second]),
    )


def is_decided(model: Model, reading: Reading, scopes: Floats) -> bool:
    """Whether the best answer is sure enough, in a language that the model knows."""
    best = int(scopes.argmax())
    enough = scopes[best] >= model.card.decides_from[SCOPES[best]]
    return bool(enough) and model.features.familiar(reading) >= model.card.familiar_from


def further_findings(
    model: Model, primary: int, asks: Sequence[tuple[Reading, Likely]]
) -> tuple[Finding, ...]:
    """One finding per other scope that a part of the ticket surely asks for."""
    found: dict[int, Finding] = {}
    for part, likely in asks:
        best = int(likely.scopes.argmax())
        sure = likely.scopes[best] >= ANOTHER_ASK and likely.scopes[primary] <= NOT_THIS_ASK
        if sure and best != primary and SCOPES[best] is not Scope.UNCLEAR and best not in found:
            found[best] = finding(model, part, best, likely).model_copy(
                update={"evidence": (part.ask[:LONGEST_SPAN],)}
            )
    return tuple(found.values())


def finding(model: Model, reading: Reading, answer: int, likely: Likely) -> Finding:
    scope = SCOPES[answer]
    area = AREAS[int(likely.areas.argmax())]
    return Finding(
        scope=scope,
        in_scope=in_scope(scope),
        product_area=area,
        extension=_extension(reading) if area is ProductArea.EXTENSION else None,
        clauses=CLAUSES[scope],
        evidence=phrases(reading, model.features, model.direction(answer)),
        confidence=round(float(likely.scopes[answer]), 4),
    )


def _extension(reading: Reading) -> str | None:
    """By its name, else by a feature that no other one has."""
    return extension_of(reading.text) or extension_meant(reading.forms)
