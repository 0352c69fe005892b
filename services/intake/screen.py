"""Is it a security report? Deterministic rules on the redacted text (promise 1, clause C9).

The rules are data (`screen_rules.yaml`): a rule fires where its concepts stand near each other
and nothing that excludes it does. No word alone ("security", "hacked", "403") makes a report.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

import yaml
from pydantic import BaseModel, ConfigDict

from services.intake.literals import required
from services.intake.reading import plain

RULES_FILE = Path(__file__).with_name("screen_rules.yaml")
MOST_PLACES = 60
"""Places of one concept that are looked at; a report repeats itself less often."""
PHRASE_CHARACTERS = 120
Place = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Screening:
    """`reasons`: `rule-id: matched phrase`, one per rule that fired."""

    reasons: tuple[str, ...] = ()

    @property
    def flag(self) -> bool:
        return bool(self.reasons)


class Examples(BaseModel):
    """What a rule must and must not fire on; a test runs them all."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    fires: tuple[str, ...] = ()
    stays_out: tuple[str, ...] = ()


class Rule(BaseModel):
    """All of `near` within `within` characters, unless one of `unless` stands as near to them."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    meaning: str
    near: tuple[str, ...]
    within: int = 160
    unless: tuple[str, ...] = ()
    unless_anywhere: tuple[str, ...] = ()
    examples: Examples


class RulesFile(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")
    languages: dict[str, str]
    """Small words by which a language is noticed."""
    concepts: dict[str, dict[str, tuple[str, ...]]]
    rules: dict[str, Rule]


@dataclass(frozen=True, slots=True)
class Pattern:
    """One way to say a concept, in one language; `any` is tried in every text.

    `literals`: of these one must stand in the text, or the expression need not be tried.
    """

    language: str
    literals: tuple[str, ...]
    expression: re.Pattern[str]

    @classmethod
    def of(cls, language: str, source: str) -> Pattern:
        return cls(language, required(source), re.compile(source))


@dataclass(slots=True)
class Reading:
    """A text with the places of its concepts, each looked for once and only when asked for."""

    text: str
    languages: frozenset[str]
    concepts: Mapping[str, tuple[Pattern, ...]]
    found: dict[str, list[Place]] = field(default_factory=dict)

    def places(self, concept: str) -> list[Place]:
        known = self.found.get(concept)
        if known is None:
            known = self.found[concept] = self._look_for(concept)
        return known

    def _look_for(self, concept: str) -> list[Place]:
        places: list[Place] = []
        for pattern in self.concepts[concept]:
            if pattern.language in self.languages and self._may_hold(pattern):
                for match in pattern.expression.finditer(self.text):
                    places.append(match.span())
                    if len(places) >= MOST_PLACES:
                        break
        return sorted(places)

    def _may_hold(self, pattern: Pattern) -> bool:
        text = self.text
        return not pattern.literals or any(literal in text for literal in pattern.literals)


def screen(subject: str, body: str) -> Screening:
    """Whether subject and body report an exposure, and by which rules."""
    screen_rules = load_rules()
    text = plain(f"{subject}\n{body}")
    reading = Reading(text, screen_rules.languages_of(text), screen_rules.concepts)
    reasons = []
    for name, rule in screen_rules.rules.items():
        place = fires(rule, reading)
        if place is not None:
            phrase = " ".join(reading.text[place[0] : place[1]].split())
            reasons.append(f"{name}: {phrase[:PHRASE_CHARACTERS]}")
    return Screening(tuple(reasons))


@dataclass(frozen=True, slots=True)
class ScreenRules:
    """The rules, ready to be asked."""

    rules: Mapping[str, Rule]
    concepts: Mapping[str, tuple[Pattern, ...]]
    small_words: Mapping[str, frozenset[str]]

    def languages_of(self, text: str) -> frozenset[str]:
        """Every language of which a small word stands in the text; several where it is mixed."""
        words = set(text.split())
        seen = {name for name, small in self.small_words.items() if not small.isdisjoint(words)}
        return frozenset(seen | {"any"})


@cache
def load_rules() -> ScreenRules:
    """The rules from the file beside this one; raises where a rule names no concept."""
    file = RulesFile.model_validate(yaml.safe_load(RULES_FILE.read_text(encoding="utf-8")))
    concepts = {
        name: tuple(
            Pattern.of(language, source)
            for language, sources in by_language.items()
            for source in sources
        )
        for name, by_language in file.concepts.items()
    }
    for name, rule in file.rules.items():
        for concept in (*rule.near, *rule.unless, *rule.unless_anywhere):
            if concept not in concepts:
                raise ValueError(f"{RULES_FILE.name}: rule {name}: no such concept: {concept}")
    small_words = {name: frozenset(words.split()) for name, words in file.languages.items()}
    return ScreenRules(file.rules, concepts, small_words)


def fires(rule: Rule, reading: Reading) -> Place | None:
    """Where the rule fires first, from the first to the last of its concepts; None: nowhere."""
    if not all(reading.places(concept) for concept in rule.near):
        return None
    if any(reading.places(concept) for concept in rule.unless_anywhere):
        return None
    firsts, *others = (reading.places(concept) for concept in rule.near)
    for first in firsts:
        place = _joined(first, others, rule.within)
        if place is not None and not _excluded(place, rule, reading):
            return place
    return None


def _joined(first: Place, others: list[list[Place]], within: int) -> Place | None:
    start, end = first
    for places in others:
        near = [p for p in places if p[0] <= first[1] + within and p[1] >= first[0] - within]
        if not near:
            return None
        closest = min(near, key=lambda p: max(p[0] - first[1], first[0] - p[1]))
        start, end = min(start, closest[0]), max(end, closest[1])
    return start, end


def _excluded(place: Place, rule: Rule, reading: Reading) -> bool:
    reach = 80
    return any(
        start <= place[1] + reach and end >= place[0] - reach
        for concept in rule.unless
        for start, end in reading.places(concept)
    )
