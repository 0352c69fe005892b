"""How likely is each answer? The trained model: loaded, verified, asked in batches.

Words are judged first. The sentence encoder is asked only where they leave open what is asked for,
or where the ticket may be a security report.
"""

from __future__ import annotations

import hashlib
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import orjson

from services.classifier.features import Features
from services.classifier.meaning import Encoder, LowRank, blocked, hash_of_weights
from services.classifier.reading import Reading
from services.classifier.sight import Sight, Words
from shared.contracts import ModelRef, ProductArea, Scope

Floats = npt.NDArray[np.float32]
Flags = npt.NDArray[np.bool_]
FORMAT = 6
SCOPES = tuple(Scope)
AREAS = tuple(ProductArea)
SECURITY = len(SCOPES)
ANSWERS = len(SCOPES) + 1 + len(AREAS)
"""Ten scopes, security, three areas."""
ARTEFACT = Path(__file__).parent / "artefact" / "model.npz"


@dataclass(frozen=True, slots=True)
class Scale:
    """How scores become probabilities, and from where they decide.

    `softness`: of scope, security and area. `decides_from`: per scope, the least confidence.
    """

    softness: tuple[float, float, float]
    decides_from: dict[str, float]


@dataclass(frozen=True, slots=True)
class Card:
    """What the model is, and what was chosen on data that it was not fitted on.

    `by_words`, `in_full`: of judging by words alone, and with the encoder. `security_from`: the
    least probability that raises the flag. `look_from`: the least score of a report by words alone
    that has a ticket read in full. `familiar_from`: the least share of known words. `encoder`: the
    hash of its weights.
    """

    name: str
    format: int
    by_words: Scale
    in_full: Scale
    security_from: float
    look_from: float
    familiar_from: float
    encoder: str
    trained_on: dict[str, object]


@dataclass(frozen=True, slots=True)
class Likelihoods:
    """Per ticket, calibrated: ten scopes in the order of `SCOPES`, security, three areas.

    `sure`: whether the best scope is likely enough to decide.
    """

    scopes: Floats
    security: Floats
    areas: Floats
    sure: Flags


@dataclass(frozen=True, slots=True)
class Weights:
    """What speaks for which answer.

    `surface`: feature x (answers by words alone, answers in full); `bias` likewise. `deep`: number
    of the encoder x answer.
    """

    surface: Floats
    deep: Floats
    bias: Floats


@dataclass(frozen=True, slots=True)
class Model:
    ref: ModelRef
    card: Card
    encoder: Encoder
    weights: Weights
    words: Words

    def see(self, readings: Sequence[Reading]) -> list[Sight]:
        """What the words of readings say, one each; what all the following take."""
        return [self.words.see(reading) for reading in readings]

    def judge(self, seen: Sequence[Sight]) -> Likelihoods:
        """Calibrated likelihoods, one row per reading; a row does not depend on the others."""
        scores = np.stack([sight.scores for sight in seen])
        by_words, in_full = scores[:, :ANSWERS], scores[:, ANSWERS:]
        open_ = np.flatnonzero(self.leave_open(by_words)).tolist()
        if open_:
            in_full[open_] += self._deep([seen[i] for i in open_])
        return self.likelihoods(scores)

    def judge_by_words(self, seen: Sequence[Sight]) -> Likelihoods:
        """The same by words alone: roughly and quickly."""
        scores = np.stack([sight.scores for sight in seen])
        return _scaled(self.card.by_words, scores[:, :ANSWERS])

    def security(self, seen: Sequence[Sight]) -> Floats:
        """Of `judge` the likelihood of a report alone; only what may be one is read in full."""
        scores = np.stack([sight.scores for sight in seen])
        may_be = np.flatnonzero(scores[:, SECURITY] >= self.card.look_from).tolist()
        if may_be:
            scores[may_be, ANSWERS:] += self._deep([seen[i] for i in may_be])
        return self.likelihoods(scores).security

    def likelihoods(self, scores: Floats) -> Likelihoods:
        """Of scores, ticket x (answers by words alone, answers in full)."""
        by_words = _scaled(self.card.by_words, scores[:, :ANSWERS])
        in_full = _scaled(self.card.in_full, scores[:, ANSWERS:])
        open_ = self.leave_open(scores[:, :ANSWERS])
        may_be = scores[:, SECURITY] >= self.card.look_from
        return Likelihoods(
            np.where(open_[:, None], in_full.scopes, by_words.scopes),
            np.where(may_be, in_full.security, np.float32(0)),
            np.where(open_[:, None], in_full.areas, by_words.areas),
            np.where(open_, in_full.sure, by_words.sure),
        )

    def leave_open(self, by_words: Floats) -> Flags:
        """Which tickets must be read in full, by their words' scores."""
        sure = _scaled(self.card.by_words, by_words).sure
        return np.asarray(~sure | (by_words[:, SECURITY] >= self.card.look_from))

    def direction(self, answer: int) -> Floats:
        """Column by column, what speaks for a scope rather than for the others, or for security."""
        direction = np.zeros(2 * ANSWERS, np.float32)
        if answer < len(SCOPES):
            direction[: len(SCOPES)] = -1 / len(SCOPES)
        direction[answer] += 1
        return direction

    def _deep(self, seen: Sequence[Sight]) -> Floats:
        meaning = self.encoder.encode([sight.reading.text for sight in seen])
        return blocked(meaning, self.weights.deep, 1)


def _scaled(scale: Scale, scores: Floats) -> Likelihoods:
    scope_softness, security_softness, area_softness = scale.softness
    scopes = softmax(scores[:, :SECURITY] / np.float32(scope_softness))
    report = 1.0 / (1.0 + np.exp(-scores[:, SECURITY] / np.float32(security_softness)))
    least = np.array([scale.decides_from[scope] for scope in SCOPES], np.float32)
    return Likelihoods(
        scopes,
        np.asarray(report, np.float32),
        softmax(scores[:, SECURITY + 1 :] / np.float32(area_softness)),
        np.asarray(scopes.max(axis=1) >= least[scopes.argmax(axis=1)]),
    )


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
        document = orjson.loads(parts["card"].tobytes())
        if document["format"] != FORMAT:
            raise ValueError(f"model format {document['format']}, this code reads {FORMAT}")
        if document["encoder"] != hash_of_weights():
            raise ValueError("the sentence encoder installed is not the one of the model")
        scales = {name: Scale(**document[name]) for name in ("by_words", "in_full")}
        weights = Weights(
            parts["surface"].astype(np.float32) * parts["scale"], parts["deep"], parts["bias"]
        )
        return Model(
            ModelRef(name=document["name"], hash=hash_of(artefact)),
            Card(**document | scales),
            _encoder(parts),
            weights,
            Words(_features(parts), weights.surface, weights.bias),
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
