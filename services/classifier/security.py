"""Does the model take a ticket for a security report? It may raise the flag, never lower it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from services.classifier.evidence import phrases
from services.classifier.model import SECURITY, Model, direction_of
from services.classifier.reading import Reading
from services.classifier.sight import Sight
from shared.contracts import Finder, Security


@dataclass(frozen=True, slots=True)
class Look:
    """What the model makes of a ticket. `reasons`: the phrases that decided, if it is one."""

    probability: float
    found: bool
    reasons: tuple[str, ...] = ()


def look(model: Model, sight: Sight, probability: float) -> Look:
    """The finding for a ticket whose probability of being a report is known."""
    if probability < model.card.security_from:
        return Look(probability, found=False)
    told = phrases(model.words, sight, direction_of(SECURITY))
    return Look(probability, found=True, reasons=tuple(f"reads as: {phrase}" for phrase in told))


def look_at(model: Model, readings: Sequence[Reading]) -> list[Look]:
    """The security look alone, for the process that does nothing else."""
    if not readings:
        return []
    seen = model.see(readings)
    likely = model.security(seen)
    return [look(model, sight, float(p)) for sight, p in zip(seen, likely, strict=True)]


def raised(before: Security, found: Look) -> Security:
    """The flag after the model's look: raised, or as it was."""
    if not found.found or Finder.MODEL in before.found_by:
        return before
    return Security(
        flag=True,
        reasons=(*before.reasons, *found.reasons),
        found_by=(*before.found_by, Finder.MODEL),
        over_rate=before.over_rate,
    )
