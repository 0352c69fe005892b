"""Which concepts does a text name, and at which of its words?"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from pydantic import BaseModel, ConfigDict

ANY = "any"
QUESTION = "question"
"""The concept of a question mark."""
END = "."
UNDERSTOOD_WITHOUT_A_SIGN = frozenset({ANY, "en"})
"""Languages of a text in which no small word is seen."""
MOST_PLACES = 6
"""Places of one concept that are looked at in one passage; a report repeats itself less often."""
MOST_WORDS_KNOWN = 20_000
LONGEST_WORD = 40
LONGEST_PHRASE = 6
"""Words after the first."""
TOKEN = re.compile(r"\w+|[?.!;](?!\S)|\n")
"""A word, or what ends a sentence."""
Hit = tuple[int, tuple[str, ...]]
"""A token's number, and concepts that it names."""


class Pair(BaseModel):
    """Two concepts so near that they make a third: "not" before "logged in"."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    first: tuple[str, ...]
    then: tuple[str, ...]
    within: int
    either_order: bool = False


@dataclass(frozen=True, slots=True)
class Phrase:
    """The words after the first, each whole or (with `*`) as a stem."""

    concept: str
    rest: tuple[str, ...]

    def follows(self, tokens: list[str]) -> bool:
        """Whether the tokens begin with the rest of the phrase."""
        return len(tokens) >= len(self.rest) and all(map(_fits, tokens, self.rest))


def _fits(token: str, word: str) -> bool:
    return token.startswith(word[:-1]) if word[-1] == "*" else token == word


@dataclass(slots=True)
class Passage:
    """The concepts among some tokens in a row, by their places; `ends` of sentences."""

    places: dict[str, list[int]]
    ends: list[int]
    questions: frozenset[int]
    start: int
    end: int
    merged: dict[tuple[str, ...], list[int]] = field(default_factory=dict)

    def of(self, concepts: tuple[str, ...]) -> list[int]:
        """The places of any of these concepts, in order."""
        known = self.merged.get(concepts)
        if known is None:
            found = [self.places[concept] for concept in concepts if concept in self.places]
            known = sorted({at for some in found for at in some}) if len(found) != 1 else found[0]
            self.merged[concepts] = known
        return known


@dataclass(slots=True)
class Vocabulary:
    """The words that name concepts where some languages are understood."""

    exact: dict[str, set[str]] = field(default_factory=dict)
    stems: dict[str, set[str]] = field(default_factory=dict)
    parts: dict[str, set[str]] = field(default_factory=dict)
    phrases: dict[str, list[Phrase]] = field(default_factory=dict)

    def learn(self, concept: str, words: str) -> None:
        for word in words.split():
            first, *rest = word.split("_")
            if len(rest) > LONGEST_PHRASE:
                raise ValueError(f"concept {concept}: more than {LONGEST_PHRASE + 1} words: {word}")
            if rest:
                self.phrases.setdefault(first, []).append(Phrase(concept, tuple(rest)))
            elif word[0] == "*":
                self.parts.setdefault(word.strip("*"), set()).add(concept)
            elif word[-1] == "*":
                self.stems.setdefault(word[:-1], set()).add(concept)
            else:
                self.exact.setdefault(word, set()).add(concept)

    def named_by(self, word: str) -> tuple[str, ...]:
        """The concepts that a word names, or the end of a sentence."""
        if not word.isalnum():
            return (QUESTION if word == "?" else END,)
        word = word[:LONGEST_WORD]
        found = set(self.exact.get(word, ()))
        for end in range(2, len(word) + 1):
            if word[:end] in self.stems:
                found |= self.stems[word[:end]]
        for part, concepts in self.parts.items():
            if part in word:
                found |= concepts
        return tuple(sorted(found))


class Seconds(dict[str, tuple[Phrase, ...]]):
    """By the word that comes after it: the phrases that a word begins."""

    def __init__(self, phrases: Sequence[Phrase]) -> None:
        self._stems = [phrase for phrase in phrases if phrase.rest[0][-1] == "*"]
        self._exact: dict[str, list[Phrase]] = defaultdict(list)
        for phrase in phrases:
            if phrase.rest[0][-1] != "*":
                self._exact[phrase.rest[0]].append(phrase)

    def __missing__(self, word: str) -> tuple[Phrase, ...]:
        if len(self) >= MOST_WORDS_KNOWN:
            self.clear()
        stems = [phrase for phrase in self._stems if _fits(word, phrase.rest[0])]
        found = self[word] = (*self._exact.get(word, ()), *stems)
        return found


Meaning = tuple[tuple[str, ...], Seconds | None, bool] | tuple[()]
"""The concepts that a word names, the phrases it begins, whether it can be the second of one."""


class Tongue(dict[str, Meaning]):
    """By word: what it means in some languages; each is asked for once."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self._vocabulary = vocabulary
        self._begun = {first: Seconds(found) for first, found in vocabulary.phrases.items()}
        seconds = {p.rest[0] for phrases in vocabulary.phrases.values() for p in phrases}
        self._seconds = {word for word in seconds if word[-1] != "*"}
        self._second_stems = tuple(word[:-1] for word in seconds if word[-1] == "*")

    def __missing__(self, word: str) -> Meaning:
        if len(self) >= MOST_WORDS_KNOWN:
            self.clear()
        named, begun = self._vocabulary.named_by(word), self._begun.get(word)
        second = word in self._seconds or word.startswith(self._second_stems)
        known = named or begun is not None or second
        meaning: Meaning = (named, begun, second) if known else ()
        self[word] = meaning
        return meaning

    def hits(self, tokens: list[str]) -> list[Hit]:
        """What the tokens mean, in their order."""
        found: list[Hit] = []
        begun: Seconds | None = None
        for at, meaning in enumerate(map(self.__getitem__, tokens)):
            if not meaning:
                begun = None
                continue
            named, begins, second = meaning
            if second and begun is not None and (phrases := begun[tokens[at]]):
                after = tokens[at : at + LONGEST_PHRASE]
                if concepts := tuple([p.concept for p in phrases if p.follows(after)]):
                    found.append((at - 1, concepts))
            if named:
                found.append((at, named))
            begun = begins
        found.sort()
        return found


class Concepts:
    """All concepts and pairs, ready to be looked for."""

    def __init__(
        self,
        concepts: Mapping[str, Mapping[str, str]],
        pairs: Mapping[str, Pair],
        languages: Mapping[str, str],
    ) -> None:
        self.names = {QUESTION, *concepts, *pairs}
        self.pairs = pairs.keys()
        self._pairs = pairs
        small: dict[str, tuple[str, ...]] = {}
        for language, small_words in languages.items():
            for word in small_words.split():
                small[word] = (*small.get(word, ()), language)
        self._sets = [(), *sorted(set(small.values()))]
        self._small = {word: self._sets.index(names) for word, names in small.items()}
        """By small word: which of the sets of languages it is of."""
        self._concepts = concepts
        self._tongues: dict[frozenset[str], Tongue] = {}

    def languages_of(self, tokens: Iterable[str]) -> frozenset[str]:
        """The language of most small words, and those with at least half as many."""
        seen: Counter[str] = Counter()
        for number, count in Counter(map(self._small.get, tokens)).items():
            for name in self._sets[number or 0]:
                seen[name] += count
        if not seen:
            return UNDERSTOOD_WITHOUT_A_SIGN
        most = max(seen.values())
        return frozenset({ANY, *(name for name, count in seen.items() if 2 * count >= most)})

    def hits(self, tokens: list[str]) -> list[Hit]:
        """What the tokens mean, in their order, in the languages that the text seems to be in."""
        languages = self.languages_of(tokens)
        tongue = self._tongues.get(languages)
        if tongue is None:
            tongue = self._tongues[languages] = Tongue(self._vocabulary(languages))
        return tongue.hits(tokens)

    def _vocabulary(self, languages: frozenset[str]) -> Vocabulary:
        known = Vocabulary()
        for concept, by_language in self._concepts.items():
            for language in languages & by_language.keys():
                known.learn(concept, by_language[language])
        return known

    def named(self, hits: list[Hit]) -> set[str]:
        """The concepts among the hits, and the pairs that there could be."""
        named: set[str] = set().union(*(concepts for _, concepts in hits))
        for name, pair in self._pairs.items():
            if not named.isdisjoint(pair.first) and not named.isdisjoint(pair.then):
                named.add(name)
        return named

    def passage(self, hits: list[Hit], start: int, end: int) -> Passage:
        """Where the hits among the tokens from `start` up to `end` stand."""
        places: dict[str, list[int]] = {}
        for at, named in hits:
            for concept in named:
                known = places.get(concept)
                if known is None:
                    places[concept] = [at]
                elif known[-1] != at and len(known) < MOST_PLACES:
                    known.append(at)
        questions = frozenset(places.get(QUESTION, ()))
        ends = sorted({*places.pop(END, ()), *questions})
        for name, pair in self._pairs.items():
            if found := joined(pair, places):
                places[name] = found
        return Passage(places, ends, questions, start, end)


def joined(pair: Pair, places: Mapping[str, list[int]]) -> list[int]:
    """Where the second of a pair stands near its first."""
    firsts = [at for concept in pair.first for at in places.get(concept, ())]
    thens = sorted({at for concept in pair.then for at in places.get(concept, ())})
    if not firsts or not thens:
        return []
    found: set[int] = set()
    for first in firsts:
        nearest = bisect_left(thens, first - pair.within if pair.either_order else first + 1)
        for then in thens[nearest:]:
            if then > first + pair.within:
                break
            if then != first:
                found.add(then)
    return sorted(found)[:MOST_PLACES]
