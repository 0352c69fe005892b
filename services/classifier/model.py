"""How likely is each answer? The trained model: loaded, verified, asked in batches."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import orjson

from services.classifier.evidence import Evidence
from services.classifier.features import Features, Sparse
from services.classifier.meaning import Encoder, LowRank, blocked, hash_of_weights
from services.classifier.reading import Reading
from shared.contracts import ModelRef, ProductArea, Scope

Floats = npt.NDArray[np.float32]
FORMAT = 5
SCOPES = tuple(Scope)
AREAS = tuple(ProductArea)
ANSWERS = len(SCOPES) + 1 + len(AREAS)
"""Ten scopes, security, three areas; the first look at security comes after them."""
ARTEFACT = Path(__file__).parent / "artefact" / "model.npz"


@dataclass(frozen=True, slots=True)
class Card:
    """What the model is, and what was chosen on data that it was not fitted on.

    `temperatures`: softness of scope, security and area. `decides_from`: per scope, the least
    confidence that decides. `security_from`: the least probability that raises the flag.
    `look_from`: the least score of the first look that has a ticket looked at in full.
    `familiar_from`: the least share of known words. `encoder`: the hash of its weights.
    """

    name: str
    format: int
    temperatures: tuple[float, float, float]
    decides_from: dict[str, float]
    security_from: float
    look_from: float
    familiar_from: float
    encoder: str
    trained_on: dict[str, object]


@dataclass(frozen=True, slots=True)
class Likelihoods:
    """Per ticket, calibrated: ten scopes in the order of `SCOPES`, security, three areas."""

    scopes: Floats
    security: Floats
    areas: Floats


@dataclass(frozen=True, slots=True)
class Weights:
    """What speaks for which answer: ten scopes, security, three areas; and the first look.

    `surface`: feature x (answers, first look). `deep`: number of the encoder x answer.
    """

    surface: Floats
    deep: Floats
    bias: Floats
    unread: Floats
    """What the encoder says of a text on average: per answer, for texts that it does not read."""


@dataclass(frozen=True, slots=True)
class Model:
    ref: ModelRef
    card: Card
    features: Features
    encoder: Encoder
    weights: Weights
    evidence: Evidence
    first_look: Floats

    def see(self, readings: Sequence[Reading]) -> list[Sparse]:
        """The features of readings, one each; what all the following take."""
        return [self.features.of(reading) for reading in readings]

    def judge(
        self, readings: Sequence[Reading], seen: Sequence[Sparse] | None = None
    ) -> Likelihoods:
        """Calibrated likelihoods, one row per reading; a row does not depend on the others."""
        seen = self.see(readings) if seen is None else seen
        return self.likelihoods(self._scores(seen, readings))

    def by_words(self, seen: Sequence[Sparse]) -> Floats:
        """Ticket x scope: how likely each scope is by the words alone, roughly and quickly."""
        n = len(SCOPES)
        scores = self._surface(seen)[:, :n] + self.weights.unread[:n]
        return softmax(scores / self.card.temperatures[0])

    def security(self, readings: Sequence[Reading]) -> Floats:
        """Of `judge` the likelihood of a report alone; only what may be one is read in full."""
        seen = self.see(readings)
        likely = np.zeros(len(readings), np.float32)
        may_be = np.flatnonzero(self._at_first_look(seen) >= self.card.look_from).tolist()
        if may_be:
            scores = self._scores([seen[i] for i in may_be], [readings[i] for i in may_be])
            likely[may_be] = self.likelihoods(scores).security
        return likely

    def likelihoods(self, scores: Floats) -> Likelihoods:
        """Of scores, ticket x (answers, first look)."""
        scope_softness, security_softness, area_softness = self.card.temperatures
        n = len(SCOPES)
        report = 1.0 / (1.0 + np.exp(-scores[:, n] / security_softness))
        return Likelihoods(
            softmax(scores[:, :n] / scope_softness),
            np.where(scores[:, ANSWERS] >= self.card.look_from, report, 0).astype(np.float32),
            softmax(scores[:, n + 1 : ANSWERS] / area_softness),
        )

    def _scores(self, seen: Sequence[Sparse], readings: Sequence[Reading]) -> Floats:
        """Ticket x (answers, first look)."""
        meaning = self.encoder.encode([reading.text for reading in readings])
        deep = blocked(meaning, self.weights.deep, 1)
        look = self._at_first_look(seen)
        return np.column_stack([self._surface(seen)[:, :ANSWERS] + deep, look])

    def _surface(self, seen: Sequence[Sparse]) -> Floats:
        rows = [ticket.values @ self.weights.surface[ticket.ids] for ticket in seen]
        return np.asarray(np.stack(rows) + self.weights.bias, np.float32)

    def _at_first_look(self, seen: Sequence[Sparse]) -> Floats:
        """The score of each ticket's words alone; the same digits for both processes."""
        scores = [ticket.values @ self.first_look[ticket.ids] for ticket in seen]
        return np.asarray(scores + self.weights.bias[ANSWERS], np.float32)


def directions_of(weights: Weights) -> Floats:
    """Answer x feature: each scope's weights above the mean of all ten, then security's."""
    scopes = weights.surface[:, : len(SCOPES)].T
    security = weights.surface[:, len(SCOPES)]
    return np.ascontiguousarray(np.vstack([scopes - scopes.mean(axis=0), security]))


def softmax(scores: Floats) -> Floats:
    powers = np.exp(scores - scores.max(axis=-1, keepdims=True))
    return np.asarray(powers / powers.sum(axis=-1, keepdims=True), np.float32)


def to_bytes(card: Card, features: Features, encoder: Encoder, weights: Weights) -> bytes:
    """The artefact: JSON and small numbers in one zip, the same for the same model."""
    vocabulary = {
        "words": list(features.words),
        "pieces": list(features.pieces),
        "signs": list(features.signs),
    }
    scale = np.maximum(np.abs(weights.surface).max(axis=0), 1e-9) / 127
    parts = {
        "card": _as_array(orjson.dumps(card)),
        "vocabulary": _as_array(orjson.dumps(vocabulary)),
        "rarity": features.rarity.astype(np.float16),
        "surface": np.rint(weights.surface / scale).astype(np.int8),
        "scale": scale.astype(np.float32),
        "deep": weights.deep.astype(np.float32),
        "bias": weights.bias.astype(np.float32),
        "unread": weights.unread.astype(np.float32),
        "usual": encoder.usual.astype(np.int32),
    }
    for layer, lows in (("first", encoder.first or ()), ("second", encoder.second or ())):
        for branch, low in enumerate(lows):
            parts[f"{layer}_inner{branch}"] = low.inner.astype(np.float16)
            parts[f"{layer}_outer{branch}"] = low.outer.astype(np.float16)
    file = io.BytesIO()
    np.savez_compressed(file, allow_pickle=False, **parts)
    return file.getvalue()


def from_bytes(artefact: bytes) -> Model:
    """The model in an artefact; raises ValueError where this code or the encoder is another."""
    with np.load(io.BytesIO(artefact), allow_pickle=False) as parts:
        card = Card(**orjson.loads(parts["card"].tobytes()))
        if card.format != FORMAT:
            raise ValueError(f"model format {card.format}, this code reads {FORMAT}")
        if card.encoder != hash_of_weights():
            raise ValueError("the sentence encoder installed is not the one of the model")
        weights = Weights(
            parts["surface"].astype(np.float32) * parts["scale"],
            parts["deep"],
            parts["bias"],
            parts["unread"],
        )
        features = _features(parts)
        return Model(
            ModelRef(name=card.name, hash=hash_of(artefact)),
            card,
            features,
            _encoder(parts),
            weights,
            Evidence(features, directions_of(weights)),
            np.ascontiguousarray(weights.surface[:, ANSWERS]),
        )


def _features(parts: Mapping[str, npt.NDArray[np.generic]]) -> Features:
    vocabulary = orjson.loads(parts["vocabulary"].tobytes())
    words, pieces, signs = (vocabulary[block] for block in ("words", "pieces", "signs"))
    first_piece, first_sign = len(words), len(words) + len(pieces)
    return Features(
        {word: i for i, word in enumerate(words)},
        {piece: first_piece + i for i, piece in enumerate(pieces)},
        {sign: first_sign + i for i, sign in enumerate(signs)},
        parts["rarity"].astype(np.float32),
    )


def _encoder(parts: Mapping[str, npt.NDArray[np.generic]]) -> Encoder:
    first, second = _layer(parts, "first"), _layer(parts, "second")
    return Encoder(first or None, second or None, parts["usual"].astype(np.int64))


def _layer(parts: Mapping[str, npt.NDArray[np.generic]], layer: str) -> tuple[LowRank, ...]:
    return tuple(
        LowRank(
            parts[f"{layer}_inner{branch}"].astype(np.float32),
            parts[f"{layer}_outer{branch}"].astype(np.float32),
        )
        for branch in range(sum(name.startswith(f"{layer}_inner") for name in parts))
    )


def load(path: Path = ARTEFACT) -> Model:
    """The model at `path`, if it is the one that the hash beside it names.

    Raises ValueError in one line naming the file and what to do, OSError where it is missing.
    """
    artefact = path.read_bytes()
    named = path.with_suffix(".sha256").read_text(encoding="ascii").strip()
    if hash_of(artefact) != named:
        raise ValueError(
            f"{path} is not the model that {path.stem}.sha256 names; restore both from the "
            "repository or run `triage model train`"
        )
    return from_bytes(artefact)


def save(artefact: bytes, path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(artefact)
    path.with_suffix(".sha256").write_text(hash_of(artefact) + "\n", encoding="ascii")


def hash_of(artefact: bytes) -> str:
    return "sha256:" + hashlib.sha256(artefact).hexdigest()


def _as_array(data: bytes) -> npt.NDArray[np.uint8]:
    return np.frombuffer(data, np.uint8)
