"""What do we conclude from a ticket? Findings with evidence, and whether we are sure enough."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from services.classifier.asks import asks_of
from services.classifier.concepts import extension_meant
from services.classifier.model import AREAS, SCOPES, Likelihoods, Model
from services.classifier.products import extension_of
from services.classifier.reading import Reading, has_words, read
from services.classifier.scope import CLAUSES, in_scope
from services.classifier.security import Look, look
from shared.contracts import Finding, ProductArea, Scope, Verdict

Floats = npt.NDArray[np.float32]
ANOTHER_ASK = 0.9
"""From which confidence a part of a ticket counts as an ask of its own."""
NOT_THIS_ASK = 0.2
"""Up to which likelihood of the main ask's scope it does."""
LEAST_LEAD = 0.2
"""By which another scope must lead, by a part's words alone, for the part to be read in full."""
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
    answers = [answer_of(likely, row) for row in range(len(readings))]
    asks = further_asks(model, readings, answers)
    return [
        Judgement(
            conclude(model, reading, answers[row], asks[row]),
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


def further_asks(
    model: Model, readings: Sequence[Reading], answers: Sequence[Likely]
) -> list[list[tuple[Reading, Likely]]]:
    """Per ticket, its parts that may ask for something else, and what each asks for.

    Only parts whose words alone speak for another scope are read in full.
    """
    found: list[list[tuple[Reading, Likely]]] = [[] for _ in readings]
    parts = [
        (row, part)
        for row, reading in enumerate(readings)
        if is_decided(model, reading, answers[row].scopes)
        for part in asks_of(reading.ask)
    ]
    if not parts:
        return found
    seen = model.see([part for _, part in parts])
    leads = [
        lead_of_another(scopes, int(answers[row].scopes.argmax()))
        for (row, _), scopes in zip(parts, model.by_words(seen), strict=True)
    ]
    worth = [number for number, lead in enumerate(leads) if lead >= LEAST_LEAD]
    if worth:
        likely = model.judge([parts[i][1] for i in worth], [seen[i] for i in worth])
        for number, i in enumerate(worth):
            row, part = parts[i]
            found[row].append((part, answer_of(likely, number)))
    return found


def lead_of_another(scopes: Floats, primary: int) -> float:
    """By how much the best of the other scopes is likelier than the main ask's."""
    others = [
        float(likely)
        for number, likely in enumerate(scopes)
        if number != primary and SCOPES[number] is not Scope.UNCLEAR
    ]
    return max(others) - float(scopes[primary])


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
    main = finding(reading, best, likely, model.evidence.phrases(reading, best))
    return Verdict(
        findings=(main, *(further_findings(best, asks) if decided else ())),
        decided=decided,
        model=model.ref,
        candidates=() if decided else (SCOPES[best], SCOPES[second]),
    )


def is_decided(model: Model, reading: Reading, scopes: Floats) -> bool:
    """Whether the best answer is sure enough, in a language that the model knows."""
    best = int(scopes.argmax())
    enough = scopes[best] >= model.card.decides_from[SCOPES[best]]
    return bool(enough) and model.features.familiar(reading) >= model.card.familiar_from


def further_findings(primary: int, asks: Sequence[tuple[Reading, Likely]]) -> tuple[Finding, ...]:
    """One finding per other scope that a part of the ticket surely asks for."""
    found: dict[int, Finding] = {}
    for part, likely in asks:
        best = int(likely.scopes.argmax())
        sure = likely.scopes[best] >= ANOTHER_ASK and likely.scopes[primary] <= NOT_THIS_ASK
        if sure and best != primary and SCOPES[best] is not Scope.UNCLEAR and best not in found:
            found[best] = finding(part, best, likely, (part.ask[:LONGEST_SPAN],))
    return tuple(found.values())


def finding(reading: Reading, answer: int, likely: Likely, evidence: tuple[str, ...]) -> Finding:
    scope = SCOPES[answer]
    area = AREAS[int(likely.areas.argmax())]
    return Finding(
        scope=scope,
        in_scope=in_scope(scope),
        product_area=area,
        extension=_extension(reading) if area is ProductArea.EXTENSION else None,
        clauses=CLAUSES[scope],
        evidence=evidence,
        confidence=round(float(likely.scopes[answer]), 4),
    )


def _extension(reading: Reading) -> str | None:
    """By its name, else by a feature that no other one has."""
    return extension_of(reading.text) or extension_meant(reading.forms)
