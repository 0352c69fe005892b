"""Which part of the product is meant? By what words say, how it is named, and what is asked for.

Where nothing of the product is asked for, no part of it is meant, however many are named: how
likely that is comes from the scope.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from services.classifier.meaning import blocked
from services.classifier.naming import SIZE as NAMED
from shared.contracts import Scope

Floats = npt.NDArray[np.float32]
SCOPES = tuple(Scope)
BESIDE = [SCOPES.index(Scope.UNCLEAR), SCOPES.index(Scope.GENERAL_WORDPRESS)]
"""The scopes that ask for nothing of the product."""


@dataclass(frozen=True, slots=True)
class Areas:
    """`turn`: what is given x area; `beside`: how likely each area is for the scopes beside us."""

    turn: Floats
    shift: Floats
    beside: Floats

    def likely(self, scores: Floats, named: Floats, scopes: Floats) -> Floats:
        """Ticket x area, of scores, `naming_of` and likelihoods of scopes, a row a ticket."""
        inside = softmax(blocked(given(scores, named, scopes), self.turn, 1) + self.shift)
        beside = scopes[:, BESIDE].sum(axis=1, keepdims=True)
        return np.asarray(beside * self.beside + (1 - beside) * inside, np.float32)


def given(scores: Floats, named: Floats, scopes: Floats) -> Floats:
    assert named.shape[1] == NAMED
    return np.hstack([scores, named, scopes]).astype(np.float32)


def softmax(scores: Floats) -> Floats:
    powers = np.exp(scores - scores.max(axis=-1, keepdims=True))
    return np.asarray(powers / powers.sum(axis=-1, keepdims=True), np.float32)
