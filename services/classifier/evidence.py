"""Which phrases of the ticket decided? In its own words, strongest first."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from services.classifier.features import Features, pairs_of, tokens_of

Floats = npt.NDArray[np.float32]
PHRASES = 3
REACH = 2
"""Words to either side that make a phrase of a strong word."""
LONGEST_PHRASE = 120
LEAST_SHARE = 0.25
"""Of the strongest word's weight: what is weaker decided nothing."""
CONSIDERED = 400
"""Words of a ticket that are looked at."""


def phrases(text: str, features: Features, direction: Floats) -> tuple[str, ...]:
    """At most three phrases of `text` that spoke most for the answer.

    `direction`: per feature, how much it speaks for the answer rather than for the others.
    """
    tokens = tokens_of(text)[:CONSIDERED]
    if not tokens:
        return ()
    strength = strengths([token.form for token in tokens], features, direction)
    found: list[str] = []
    free = np.ones(len(tokens), bool)
    least = max(float(strength.max()) * LEAST_SHARE, 1e-6)
    for centre in np.argsort(-strength, kind="stable"):
        if len(found) == PHRASES or strength[centre] < least:
            break
        if not free[centre]:
            continue
        first, last = _around(int(centre), strength, free)
        free[first : last + 1] = False
        phrase = " ".join(text[tokens[first].start : tokens[last].end].split())
        if len(phrase) > 1:
            found.append(phrase[:LONGEST_PHRASE])
    return tuple(found)


def strengths(forms: Sequence[str], features: Features, direction: Floats) -> Floats:
    """How much each word speaks for the answer: by itself, with its neighbours, by its pieces."""
    strength = np.zeros(len(forms), np.float32)
    for position, form in enumerate(forms):
        strength[position] = _weight_of(form, features, direction)
    for position, pair in enumerate(pairs_of(list(forms))):
        feature = features.words.get(pair)
        if feature is not None:
            half = features.rarity[feature] * direction[feature] / 2
            strength[position] += half
            strength[position + 1] += half
    return strength


def _weight_of(form: str, features: Features, direction: Floats) -> float:
    feature = features.words.get(form)
    own = 0.0 if feature is None else float(features.rarity[feature] * direction[feature])
    pieces = features.pieces_of(form)
    if len(pieces):
        own += float(features.rarity[pieces] @ direction[pieces]) / len(pieces)
    return own


def _around(centre: int, strength: Floats, free: npt.NDArray[np.bool_]) -> tuple[int, int]:
    """The words around a strong one that speak for the answer too, or stand right beside it."""
    first = last = centre
    while first > 0 and centre - first < REACH and free[first - 1]:
        first -= 1
    while last + 1 < len(strength) and last - centre < REACH and free[last + 1]:
        last += 1
    return first, last
