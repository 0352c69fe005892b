"""What do the screen's rules say, and which of them could a text fulfil at all?"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import yaml
from pydantic import BaseModel, ConfigDict

from services.intake.concepts import END, Concepts, Pair

RULES_FILE = Path(__file__).with_name("screen_rules.yaml")
WEIGHTS_FILE = Path(__file__).with_name("screen_weights.yaml")
DOUBTED = " (doubted)"
WORD = "word: "


class Sign(BaseModel):
    """One concept of each row of `near`, within so many words of the first.

    In a question, or beside a wish or a refusal, it counts as doubted. `decides`: needs no others.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")
    near: tuple[tuple[str, ...], ...]
    within: int = 0
    """0: anywhere in the passage."""
    doubted: bool = True
    unless: tuple[str, ...] = ()
    """Concepts which, in the passage, cast doubt on this sign."""
    decides: bool = False


class RulesFile(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")
    languages: dict[str, str]
    """Small words by which a language is noticed."""
    concepts: dict[str, dict[str, str]]
    pairs: dict[str, Pair]
    signs: dict[str, Sign]


class WeightsFile(BaseModel):
    """`threshold`: a passage whose weights sum to more is flagged."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    threshold: float
    weights: dict[str, float]


@dataclass(frozen=True, slots=True)
class ScreenRules:
    """The rules, ready to be asked."""

    signs: Mapping[str, Sign]
    concepts: Concepts
    decisive: frozenset[str]
    bits: Mapping[str, int]
    """A bit for each concept, so that most signs are ruled out by one look."""
    by_concept: Mapping[str, tuple[tuple[str, tuple[int, ...]], ...]]
    """The signs, in bits, under each concept of the row that tells the most."""

    def possible(self, named: AbstractSet[str]) -> set[str]:
        """The signs of which these concepts name every row, near each other or not."""
        seen = sum(map(self.bits.__getitem__, named))
        found: set[str] = set()
        for concept in named:
            for name, rows in self.by_concept.get(concept, ()):
                for row in rows:
                    if not seen & row:
                        break
                else:
                    found.add(name)
        return found


@cache
def load_rules() -> ScreenRules:
    """The rules from the file beside this one; raises where a sign names no concept."""
    file = RulesFile.model_validate(yaml.safe_load(RULES_FILE.read_text(encoding="utf-8")))
    concepts = Concepts(file.concepts, file.pairs, file.languages)
    for name, sign in file.signs.items():
        for concept in (*sign.unless, *(c for row in sign.near for c in row)):
            if concept not in concepts.names:
                raise ValueError(f"{RULES_FILE.name}: sign {name}: no such concept: {concept}")
    decisive = frozenset(name for name, sign in file.signs.items() if sign.decides)
    bits = {name: 1 << at for at, name in enumerate(sorted({END, *concepts.names}))}
    return ScreenRules(file.signs, concepts, decisive, bits, _by_concept(file.signs, bits))


def _by_concept(
    signs: Mapping[str, Sign], bits: Mapping[str, int]
) -> dict[str, tuple[tuple[str, tuple[int, ...]], ...]]:
    """Each sign under its row of the concepts that the fewest signs ask for."""
    asked = Counter(concept for sign in signs.values() for row in sign.near for concept in row)
    found: dict[str, tuple[tuple[str, tuple[int, ...]], ...]] = {}
    for name, sign in signs.items():
        in_bits = tuple(sum(bits[concept] for concept in set(row)) for row in sign.near)
        for concept in set(min(sign.near, key=lambda row: sum(asked[c] for c in row))):
            found[concept] = (*found.get(concept, ()), (name, in_bits))
    return found


@dataclass(frozen=True, slots=True)
class Ceiling:
    """How much a passage could weigh at most; by far the most are done with that."""

    rules: ScreenRules
    words: Mapping[str, float]
    signs: Mapping[str, float]

    def of(self, named: AbstractSet[str]) -> float:
        """Were these concepts, of one passage, as near each other as the rules ask for."""
        possible = self.rules.possible(named)
        if not possible:
            return -math.inf
        words, signs = self.words, self.signs
        most = sum([words[concept] for concept in named if concept in words])
        return most + sum([signs[name] for name in possible])


@cache
def load_ceiling() -> Ceiling:
    rules, weights = load_rules(), load_weights().weights
    pairs = rules.concepts.pairs
    words = {n.removeprefix(WORD): w for n, w in weights.items() if n.startswith(WORD)}
    words = {name: max(weight, 0.0) if name in pairs else weight for name, weight in words.items()}
    signs: dict[str, float] = {}
    for name, sign in rules.signs.items():
        most = max(weights.get(name, 0.0), weights.get(name + DOUBTED, 0.0))
        certain = len(sign.near) == 1 and pairs.isdisjoint(sign.near[0])
        signs[name] = most if certain else max(most, 0.0)
    signs |= dict.fromkeys(rules.decisive, math.inf)
    return Ceiling(rules, words, signs)


@cache
def load_weights() -> WeightsFile:
    return WeightsFile.model_validate(yaml.safe_load(WEIGHTS_FILE.read_text(encoding="utf-8")))
