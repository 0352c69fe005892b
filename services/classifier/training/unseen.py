"""What did models that had not seen a ticket's author say of it? Kept beside the artefact.

The model learned from the development set too, so its figures there come from these scores.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from services.classifier.training.corpus import Labelled

Floats = npt.NDArray[np.float32]
SUFFIX = ".unseen.npz"


@dataclass(frozen=True, slots=True)
class Unseen:
    """`model`: the hash of the artefact; `scores`: per ticket id, as `Model.likelihoods` takes."""

    model: str
    scores: dict[str, Floats]

    def of(self, tickets: Sequence[Labelled]) -> Floats:
        """Raises ValueError naming a ticket that the model was not trained with."""
        for ticket in tickets:
            if ticket.id not in self.scores:
                raise ValueError(f"no out-of-fold scores of ticket {ticket.id}: train again")
        return np.stack([self.scores[ticket.id] for ticket in tickets])


def save(path: Path, model: str, tickets: Sequence[Labelled], scores: Floats) -> None:
    """Beside the artefact at `path`."""
    file = io.BytesIO()
    ids = np.array([ticket.id for ticket in tickets])
    np.savez_compressed(
        file, allow_pickle=False, model=np.array(model), ids=ids, scores=scores.astype(np.float32)
    )
    beside(path).write_bytes(file.getvalue())


def load(path: Path, model: str) -> Unseen:
    """Of the artefact at `path`; raises ValueError where they are another model's."""
    with np.load(beside(path), allow_pickle=False) as parts:
        named = str(parts["model"])
        scores = dict(zip(parts["ids"].tolist(), parts["scores"], strict=True))
    if named != model:
        raise ValueError(f"{beside(path)} is not of the model {model}: train again")
    return Unseen(named, scores)


def beside(path: Path) -> Path:
    return path.with_suffix(SUFFIX)
