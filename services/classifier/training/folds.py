"""Who is judged by a model that never saw them? Folds by author, so that style gives no help."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import numpy.typing as npt

from services.classifier.training.corpus import Labelled


def folds(
    tickets: Sequence[Labelled],
) -> Iterator[tuple[npt.NDArray[np.intp], npt.NDArray[np.intp]]]:
    """Pairs of row numbers to fit on and to judge; every ticket is judged once."""
    names = np.array([ticket.author for ticket in tickets])
    for name in sorted(set(names)):
        yield np.flatnonzero(names != name), np.flatnonzero(names == name)
