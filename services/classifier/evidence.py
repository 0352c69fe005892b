"""Which phrases of the ticket decided? In its own words, strongest first."""

from __future__ import annotations

from collections.abc import Sequence

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


def phrases(reading: Reading, features: Features, direction: Floats) -> tuple[str, ...]:
    """At most three phrases of a ticket that spoke most for the answer.

    `direction`: per feature, how much it speaks for the answer rather than for the others.
    """
    forms = reading.forms[:CONSIDERED]
    if not forms:
        return ()
    strength = strengths(forms, features, direction)
    text, spans = reading.text, spans_of(reading.text)
    found: list[str] = []
    free = np.ones(len(forms), bool)
    least = max(float(strength.max()) * LEAST_SHARE, 1e-6)
    for centre in np.argsort(-strength, kind="stable").tolist():
        if len(found) == PHRASES or strength[centre] < least:
            break
        if not free[centre]:
            continue
        first, last = _around(centre, free)
        free[first : last + 1] = False
        phrase = " ".join(text[spans[first][0] : spans[last][1]].split())
        if len(phrase) > 1:
            found.append(phrase[:LONGEST_PHRASE])
    return tuple(found)


def strengths(forms: Sequence[str], features: Features, direction: Floats) -> Floats:
    """How much each word speaks for the answer: by itself, with its neighbours, by its pieces."""
    places: list[int] = []
    known: list[int] = []
    shares: list[float] = []
    for place, form in enumerate(forms):
        if (word := features.words.get(form)) is not None:
            places.append(place)
            known.append(word)
            shares.append(1.0)
    for place, pair in enumerate(pairs_of(list(forms))):
        if (both := features.words.get(pair)) is not None:
            places += (place, place + 1)
            known += (both, both)
            shares += (0.5, 0.5)
    pieces = [features.pieces_of(form) for form in forms]
    counts = np.array([len(some) for some in pieces])
    where = np.concatenate([np.array(places, np.intp), np.repeat(np.arange(len(forms)), counts)])
    ids = np.concatenate([np.array(known, np.intp), *pieces])
    weight = np.concatenate([np.array(shares), np.repeat(1.0 / np.maximum(counts, 1), counts)])
    says = features.rarity[ids] * direction[ids] * weight
    return np.bincount(where, says, len(forms)).astype(np.float32)


def _around(centre: int, free: npt.NDArray[np.bool_]) -> tuple[int, int]:
    """The words right beside a strong one, as far as no other phrase has them."""
    first = last = centre
    while first > 0 and centre - first < REACH and free[first - 1]:
        first -= 1
    while last + 1 < len(free) and last - centre < REACH and free[last + 1]:
        last += 1
    return first, last
