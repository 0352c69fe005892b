"""Who is judged by a model that never saw them? Folds by author, so that style gives no help."""

from __future__ import annotations

import zlib
from collections.abc import Iterator, Sequence

import numpy as np
import numpy.typing as npt

from services.classifier.training.corpus import Labelled

HALVED = frozenset({"author_tc"})
"""Authors who alone write their languages: half of them stays, or the language would be unseen."""


def folds(
    tickets: Sequence[Labelled],
) -> Iterator[tuple[npt.NDArray[np.intp], npt.NDArray[np.intp]]]:
    """Pairs of row numbers to fit on and to judge; every ticket is judged once."""
    names = np.array([fold_of(ticket) for ticket in tickets])
    for name in sorted(set(names)):
        yield np.flatnonzero(names != name), np.flatnonzero(names == name)


def fold_of(ticket: Labelled) -> str:
    if ticket.author in HALVED:
        return f"{ticket.author}/{zlib.crc32(ticket.id.encode()) % 2}"
    return ticket.author
