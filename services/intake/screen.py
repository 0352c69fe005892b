"""Is it a security report? Deterministic rules on the redacted text (promise 1, clause C9).

The rules are data. `screen_rules.yaml` says which words name a concept and which concepts near
each other are a sign; `screen_weights.yaml` says how much each sign weighs (fitted by
`services.intake.screen_fit`). No word alone ("security", "hacked", "403") makes a report.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from services.intake.concepts import TOKEN, Hit, Passage
from services.intake.reading import plain
from services.intake.screen_rules import (
    DOUBTED,
    WORD,
    ScreenRules,
    Sign,
    WeightsFile,
    load_ceiling,
    load_rules,
    load_weights,
)

PASSAGE_WORDS = 60
PASSAGE_STEP = 40
"""A text is judged passage by passage, each of so many words, one every so many."""
PHRASE_CHARACTERS = 120
MOST_REASONS = 3
BESIDE = 2
REACH = 6
"""Words beside a sign in which what casts doubt on it counts, within its sentence."""
DOUBTS = ("want", "refusal")
Place = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Screening:
    """`reasons`: `sign: matched phrase`, the heaviest first."""

    reasons: tuple[str, ...] = ()

    @property
    def flag(self) -> bool:
        return bool(self.reasons)


def screen(subject: str, body: str) -> Screening:
    """Whether subject and body report an exposure, and by which signs."""
    rules, weights = load_rules(), load_weights()
    text = plain(f"{subject}\n{body}")
    tokens = TOKEN.findall(text)
    hits = rules.concepts.hits(tokens)
    ceiling = load_ceiling()
    for start, end, part in _parts(hits, len(tokens)):
        if ceiling.of(rules.concepts.named(part)) <= weights.threshold:
            continue
        passage = rules.concepts.passage(part, start, end)
        found = signs(rules, passage)
        if is_report(features(found, passage), rules, weights):
            return Screening(_reasons(found, passage, weights, text))
    return Screening()


def passages(rules: ScreenRules, text: str) -> Iterator[Passage]:
    """The text's overlapping parts; one where it is short."""
    tokens = TOKEN.findall(text)
    for start, end, part in _parts(rules.concepts.hits(tokens), len(tokens)):
        yield rules.concepts.passage(part, start, end)


def _parts(hits: list[Hit], tokens: int) -> Iterator[tuple[int, int, list[Hit]]]:
    """From which token up to which, and the hits among them."""
    last = max(tokens - (PASSAGE_WORDS - PASSAGE_STEP), 1)
    for start in range(0, last, PASSAGE_STEP):
        end = min(start + PASSAGE_WORDS, tokens)
        yield start, end, hits[bisect_left(hits, (start, ())) : bisect_left(hits, (end, ()))]


def is_report(seen: Mapping[str, float], rules: ScreenRules, weights: WeightsFile) -> bool:
    """Whether it weighs enough; the words of concepts alone, without a sign, never do."""
    if rules.signs.keys().isdisjoint(seen):
        return False
    weight = weights.weights
    total = sum(weight.get(name, 0.0) * size for name, size in seen.items())
    return total > weights.threshold or decides(rules, seen)


def decides(rules: ScreenRules, seen: Mapping[str, float]) -> bool:
    """Whether one of the signs that need no others was seen, and not in doubt."""
    return not rules.decisive.isdisjoint(seen)


def features(found: Mapping[str, Place], passage: Passage) -> dict[str, float]:
    """What is weighed: the signs, and each concept that is named."""
    seen = dict.fromkeys(found, 1.0)
    for concept in passage.places:
        seen[WORD + concept] = 1.0
    return seen


def signs(rules: ScreenRules, passage: Passage) -> dict[str, Place]:
    """The signs in a passage, doubted ones under their other name, with their first place."""
    possible = rules.possible(passage.places.keys())
    if not possible:
        return {}
    doubts = passage.of(DOUBTS)
    found: dict[str, Place] = {}
    for name in sorted(possible):
        _note(found, name, rules.signs[name], passage, doubts)
    return found


def _note(
    found: dict[str, Place], name: str, sign: Sign, passage: Passage, doubts: list[int]
) -> None:
    """The sign's first place that is not in doubt, else its first."""
    always = not passage.places.keys().isdisjoint(sign.unless)
    doubted: Place | None = None
    for place in _places(sign, passage):
        if not always and not (sign.doubted and _is_doubted(place, passage, doubts)):
            found[name] = place
            return
        doubted = doubted or place
    if doubted is not None:
        found[name + DOUBTED] = doubted


def _places(sign: Sign, passage: Passage) -> Iterator[Place]:
    """Every place where a concept of each row stands near one of the rarest row."""
    rarest, *others = sorted((passage.of(row) for row in sign.near), key=len)
    if not sign.within:
        yield rarest[0], max([rarest[0], *(row[0] for row in others)])
        return
    for first in rarest:
        taken = [first]
        for row in others:
            nearest = _nearest(row, first, sign.within, taken)
            if nearest is None:
                break
            taken.append(nearest)
        else:
            yield min(taken), max(taken)


def _nearest(row: list[int], first: int, within: int, taken: list[int]) -> int | None:
    nearest, least = None, within + 1
    for at in row:
        distance = abs(at - first)
        if distance < least and at not in taken:
            nearest, least = at, distance
    return nearest


def _is_doubted(place: Place, passage: Passage, doubts: list[int]) -> bool:
    """Whether it stands in a question, or beside a wish or a refusal in its sentence."""
    ends = passage.ends
    after = bisect_left(ends, place[1])
    end = ends[after] if after < len(ends) else passage.end
    if end in passage.questions:
        return True
    before = bisect_left(ends, place[0])
    low = max(ends[before - 1] if before else 0, place[0] - REACH)
    high = min(end, place[1] + REACH)
    return any(low <= at <= high for at in doubts)


def _reasons(
    found: Mapping[str, Place], passage: Passage, weights: WeightsFile, text: str
) -> tuple[str, ...]:
    """The heaviest signs with the words from their first to their last concept, and two beside."""
    spans = [match.span() for match in TOKEN.finditer(text)]
    rules = load_rules()

    def rank(name: str) -> tuple[bool, float, str]:
        return (name not in rules.decisive, -weights.weights.get(name, 0.0), name)

    counted = [n for n in sorted(found, key=rank) if n in rules.decisive or rank(n)[1] < 0]
    reasons = []
    for name in (counted or sorted(found))[:MOST_REASONS]:
        first = max(found[name][0] - BESIDE, passage.start)
        last = min(found[name][1] + BESIDE, passage.end - 1)
        reasons.append(f"{name}: {_phrase(text[spans[first][0] : spans[last][1]])}")
    return tuple(reasons)


def _phrase(text: str) -> str:
    return " ".join(text.split())[:PHRASE_CHARACTERS]
