"""Is it a security report? Deterministic rules on the redacted text (promise 1, clause C9)."""

from __future__ import annotations

import re
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Screening:
    """`reasons`: `rule-id: matched phrase`, one per rule that fired."""

    reasons: tuple[str, ...] = ()

    @property
    def flag(self) -> bool:
        return bool(self.reasons)


RULES = {
    "cve": re.compile(r"\bcve-\d{4}-\d{4,7}\b"),
    "technique": re.compile(
        r"\b(?:stored |reflected )?xss\b|\bsql injection\b|\bsqli\b|\bcsrf\b|\bidor\b"
    ),
}


def screen(subject: str, body: str) -> Screening:
    """Whether subject and body report an exposure, and by which rules."""
    text = f"{subject}\n{body}".lower()
    return Screening(
        tuple(
            f"{name}: {found[0]}"
            for name, rule in RULES.items()
            if (found := rule.search(text)) is not None
        )
    )
