"""Which phrases of the ticket decided? In its own words, strongest first."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from services.classifier.sight import Sight, Words
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


def phrases(words: Words, sight: Sight, direction: Floats) -> tuple[str, ...]:
    """At most three phrases of a ticket that spoke most in a direction, one number a column."""
    strength = strengths(words, sight, direction)
    if not len(strength):
        return ()
    text = sight.reading.text
    spans = spans_of(text)
    found: list[str] = []
    free = [True] * len(strength)
    least = max(float(strength.max()) * LEAST_SHARE, 1e-6)
    for centre in np.argsort(-strength, kind="stable")[: PHRASES * (2 * REACH + 1)].tolist():
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


def strengths(words: Words, sight: Sight, direction: Floats) -> Floats:
    """How much each word speaks in a direction: by itself, by its pieces, by its pairs."""
    n, (of_words, of_pieces) = words.columns, sight.lengths
    both = np.concatenate([direction / of_words, direction / of_pieces]).astype(np.float32)
    says = sight.shares[:, : 2 * n] @ both
    strength = says[sight.numbers[:CONSIDERED]]
    near = sight.pairs + 1 < CONSIDERED
    places, ids = sight.pairs[near], sight.pair_ids[near]
    if len(places):
        rarity = words.features.rarity[ids]
        half = 0.5 * rarity * (words.weights[ids] @ direction) / np.float32(of_words)
        strength[places] += half
        strength[places + 1] += half
    return np.asarray(strength, np.float32)


def _around(centre: int, free: Sequence[bool]) -> tuple[int, int]:
    """The words right beside a strong one, as far as no other phrase has them."""
    first = last = centre
    while first > 0 and centre - first < REACH and free[first - 1]:
        first -= 1
    while last + 1 < len(free) and last - centre < REACH and free[last + 1]:
        last += 1
    return first, last
