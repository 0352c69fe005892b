"""Which phrases of the ticket decided? In its own words, strongest first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from services.classifier.features import Features, pairs_of
from services.classifier.reading import Reading
from services.classifier.words import spans_of

Floats = npt.NDArray[np.float32]
PHRASES = 3
REACH = 2
"""Words to either side that make a phrase of a strong word."""
LONGEST_PHRASE = 120
LEAST_SHARE = 0.25
"""Of the strongest word's weight: what is weaker decided nothing."""
CONSIDERED = 400
"""Words of a ticket that are looked at."""
REMEMBERED_WORDS = 20_000


@dataclass(frozen=True, slots=True)
class Evidence:
    """`directions`: answer x feature, how much it speaks for the answer rather than for others."""

    features: Features
    directions: Floats
    _alone: dict[str, tuple[float, ...]] = field(default_factory=dict)

    def phrases(self, reading: Reading, answer: int) -> tuple[str, ...]:
        """At most three phrases of a ticket that spoke most for the answer."""
        forms = reading.forms[:CONSIDERED]
        if not forms:
            return ()
        strength = self.strengths(forms, answer)
        text, spans = reading.text, spans_of(reading.text)
        found: list[str] = []
        free = [True] * len(forms)
        least = max(float(strength.max()) * LEAST_SHARE, 1e-6)
        for centre in np.argsort(-strength, kind="stable").tolist():
            if len(found) == PHRASES or strength[centre] < least:
                break
            if not free[centre]:
                continue
            first, last = _around(centre, free)
            free[first : last + 1] = [False] * (last + 1 - first)
            phrase = " ".join(text[spans[first][0] : spans[last][1]].split())
            if len(phrase) > 1:
                found.append(phrase[:LONGEST_PHRASE])
        return tuple(found)

    def strengths(self, forms: Sequence[str], answer: int) -> Floats:
        """How much each word speaks for the answer: by itself, by its pieces, by its pairs."""
        strength = np.array([self._of_word(form)[answer] for form in forms])
        known = [
            (place, both)
            for place, pair in enumerate(pairs_of(forms))
            if (both := self.features.words.get(pair)) is not None
        ]
        if known:
            first, pairs = np.array(known).T
            says = 0.5 * self.features.rarity[pairs] * self.directions[answer, pairs]
            strength[first] += says
            strength[first + 1] += says
        return strength.astype(np.float32)

    def _of_word(self, form: str) -> tuple[float, ...]:
        """Per answer, how much a word and its pieces say; remembered, for words come again."""
        known = self._alone.get(form)
        if known is None:
            pieces = self.features.pieces_of(form)
            says = (self.features.rarity[pieces] * self.directions[:, pieces]).sum(axis=1)
            says /= max(1, len(pieces))
            if (word := self.features.words.get(form)) is not None:
                says += self.features.rarity[word] * self.directions[:, word]
            known = tuple(says.tolist())
            if len(self._alone) < REMEMBERED_WORDS:
                self._alone[form] = known
        return known


def _around(centre: int, free: Sequence[bool]) -> tuple[int, int]:
    """The words right beside a strong one, as far as no other phrase has them."""
    first = last = centre
    while first > 0 and centre - first < REACH and free[first - 1]:
        first -= 1
    while last + 1 < len(free) and last - centre < REACH and free[last + 1]:
        last += 1
    return first, last
