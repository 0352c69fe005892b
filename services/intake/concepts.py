"""Which concepts does a text name, and at which of its words?"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
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
SHORTEST_PART = 4
TOKEN = re.compile(r"[^\W_]+|[?.!;](?=\s|$)|\n")
"""A word, or what ends a sentence."""
Understood = tuple[tuple[str, ...], "Phrases | None"]
"""The concepts that a word names, and the phrases that it begins."""
NOTHING: Understood = ((), None)
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
class Phrases:
    """The phrases that one word begins, found again quickly by the word that comes next."""

    all: tuple[Phrase, ...]
    longest: int
    by_next: dict[str, tuple[Phrase, ...]] = field(default_factory=dict)

    def at(self, tokens: list[str], at: int) -> list[str]:
        """The concepts of the phrases that stand there."""
        if at + 1 >= len(tokens):
            return []
        following = tokens[at + 1]
        fitting = self.by_next.get(following)
        if fitting is None:
            if len(self.by_next) > MOST_WORDS_KNOWN:
                self.by_next.clear()
            fitting = tuple(p for p in self.all if _fits(following, p.rest[0]))
            self.by_next[following] = fitting
        if not fitting:
            return []
        after = tokens[at + 1 : at + 1 + self.longest]
        return [phrase.concept for phrase in fitting if phrase.follows(after)]


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
    """The words of one language that name concepts."""

    exact: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    stems: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    parts: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    phrases: dict[str, list[Phrase]] = field(default_factory=lambda: defaultdict(list))

    def learn(self, concept: str, words: str) -> None:
        for word in words.split():
            first, *rest = word.split("_")
            if rest:
                self.phrases[first].append(Phrase(concept, tuple(rest)))
            elif word[0] == "*":
                self.parts[word.strip("*")].add(concept)
            elif word[-1] == "*":
                self.stems[word[:-1]].add(concept)
            else:
                self.exact[word].add(concept)

    def meanings(self, word: str) -> set[str]:
        word = word[:LONGEST_WORD]
        found = set(self.exact.get(word, ()))
        for end in range(2, len(word) + 1):
            found.update(self.stems.get(word[:end], ()))
        if self.parts:
            for start in range(len(word) - SHORTEST_PART + 1):
                for end in range(start + SHORTEST_PART, len(word) + 1):
                    found.update(self.parts.get(word[start:end], ()))
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
        self._pairs = pairs
        self._small: dict[str, list[str]] = defaultdict(list)
        for language, small_words in languages.items():
            for word in small_words.split():
                self._small[word].append(language)
        self._vocabularies: dict[str, Vocabulary] = defaultdict(Vocabulary)
        for concept, by_language in concepts.items():
            for language, words in by_language.items():
                self._vocabularies[language].learn(concept, words)
        self._understood: dict[frozenset[str], dict[str, Understood]] = defaultdict(dict)

    def languages_of(self, tokens: Iterable[str]) -> frozenset[str]:
        """The language of most small words, and those with at least half as many."""
        seen: Counter[str] = Counter()
        for token in tokens:
            if token in self._small:
                seen.update(self._small[token])
        if not seen:
            return UNDERSTOOD_WITHOUT_A_SIGN
        most = max(seen.values())
        return frozenset({ANY, *(name for name, count in seen.items() if 2 * count >= most)})

    def hits(self, tokens: list[str]) -> list[Hit]:
        """What the tokens mean, in their order, in the languages that the text seems to be in."""
        languages = self.languages_of(tokens)
        understood = self._understood[languages]
        if len(understood) > MOST_WORDS_KNOWN:
            understood.clear()
        found: list[Hit] = []
        for at, token in enumerate(tokens):
            known = understood.get(token)
            if known is None:
                known = understood[token] = self._understand(token, languages)
            if known is NOTHING:
                continue
            named, phrases = known
            if named:
                found.append((at, named))
            if phrases is not None and (begun := phrases.at(tokens, at)):
                found.append((at, tuple(begun)))
        return found

    def passage(self, hits: list[Hit], start: int, end: int) -> Passage:
        """Where the concepts stand among the tokens from `start` up to `end`."""
        places: dict[str, list[int]] = {}
        first = bisect_left(hits, (start, ()))
        for at, named in hits[first : bisect_left(hits, (end, ()))]:
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

    def _understand(self, word: str, languages: frozenset[str]) -> Understood:
        """What a word, or the end of a sentence, means in these languages."""
        if not word.isalnum():
            return ((QUESTION if word == "?" else END,), None)
        vocabularies = [self._vocabularies[name] for name in sorted(languages)]
        named = {concept for known in vocabularies for concept in known.meanings(word)}
        begun = tuple(p for known in vocabularies for p in known.phrases.get(word, ()))
        if not named and not begun:
            return NOTHING
        longest = max((len(phrase.rest) for phrase in begun), default=0)
        return tuple(sorted(named)), Phrases(begun, longest) if begun else None


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
