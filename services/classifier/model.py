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

from services.classifier.areas import SCOPES, Areas, softmax
from services.classifier.features import Features
from services.classifier.meaning import Encoder, LowRank, blocked, hash_of_weights
from services.classifier.reading import Reading
from services.classifier.sight import Sight, Words
from shared.contracts import ModelRef, ProductArea

Floats = npt.NDArray[np.float32]
Flags = npt.NDArray[np.bool_]
FORMAT = 6
AREAS = tuple(ProductArea)
ANSWERS = len(SCOPES) + len(AREAS)
"""Ten scopes, three areas: by words alone, and once more in full."""
SECURITY = 2 * ANSWERS
"""The column that speaks of security by words alone; the next one does in full."""
COLUMNS = SECURITY + 2
IN_FULL = [*range(ANSWERS, SECURITY), SECURITY + 1]
"""The columns to which the encoder adds."""
ARTEFACT = Path(__file__).parent / "artefact" / "model.npz"


@dataclass(frozen=True, slots=True)
class Scale:
    """How scores of scopes become probabilities, and from which on each decides."""

    softness: float
    decides_from: dict[str, float]


@dataclass(frozen=True, slots=True)
class Card:
    """What the model is, and what was chosen on data that it was not fitted on.

    `by_words`, `in_full`: of judging by words alone, and with the encoder. `look_from`: the least
    score of security by words alone that has a ticket read in full. `security_softness`: of the
    score in full; `security_from`: the least probability that raises the flag. `familiar_from`:
    the least share of known words. `encoder`: the hash of its weights.
    """

    name: str
    format: int
    by_words: Scale
    in_full: Scale
    look_from: float
    security_softness: float
    security_from: float
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

    `surface`: feature x column (answers by words alone, answers in full, security twice); `bias`
    likewise. `deep`: number of the encoder x column of `IN_FULL`.
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
    areas: tuple[Areas, Areas]
    """By words alone, and in full."""

    def see(self, readings: Sequence[Reading]) -> list[Sight]:
        """What the words of readings say, one each; what all the following take."""
        return [self.words.see(reading) for reading in readings]

    def judge(self, seen: Sequence[Sight]) -> Likelihoods:
        """Calibrated likelihoods, one row per reading; a row does not depend on the others."""
        scores = _scores(seen)
        self._read_in_full(seen, scores, self.leave_open(scores))
        return self.likelihoods(scores, named(seen))

    def judge_by_words(self, seen: Sequence[Sight]) -> Likelihoods:
        """The same by words alone: roughly and quickly."""
        return self._likely(_scores(seen), named(seen), full=False)

    def security(self, seen: Sequence[Sight]) -> Floats:
        """Of `judge` the likelihood of a report alone; only what may be one is read in full."""
        scores = _scores(seen)
        self._read_in_full(seen, scores, self.may_be_reports(scores))
        return self._report(scores)

    def likelihoods(self, scores: Floats, names: Floats) -> Likelihoods:
        """Of scores, ticket x column, and how each ticket names the product."""
        by_words = self._likely(scores, names, full=False)
        in_full = self._likely(scores, names, full=True)
        sure = by_words.sure
        return Likelihoods(
            np.where(sure[:, None], by_words.scopes, in_full.scopes),
            by_words.security,
            np.where(sure[:, None], by_words.areas, in_full.areas),
            sure | in_full.sure,
        )

    def leave_open(self, scores: Floats) -> Flags:
        """Which tickets must be read in full, because their words don't decide."""
        sure = sure_of(self.card.by_words, scope_likelihoods(self.card.by_words, scores))
        return ~sure | self.may_be_reports(scores)

    def may_be_reports(self, scores: Floats) -> Flags:
        return np.asarray(scores[:, SECURITY] >= self.card.look_from)

    def _read_in_full(self, seen: Sequence[Sight], scores: Floats, which: Flags) -> None:
        """Adds to the scores in full what the encoder says; elsewhere they are never looked at."""
        rows = np.flatnonzero(which).tolist()
        if rows:
            meaning = self.encoder.encode([seen[row].reading.text for row in rows])
            scores[np.ix_(rows, IN_FULL)] += blocked(meaning, self.weights.deep, 1)

    def _likely(self, scores: Floats, names: Floats, *, full: bool) -> Likelihoods:
        scale = self.card.in_full if full else self.card.by_words
        mine = scores[:, ANSWERS:SECURITY] if full else scores[:, :ANSWERS]
        scopes = scope_likelihoods(scale, mine)
        areas = self.areas[full].likely(mine, names, scopes)
        return Likelihoods(scopes, self._report(scores), areas, sure_of(scale, scopes))

    def _report(self, scores: Floats) -> Floats:
        softened = scores[:, SECURITY + 1] / np.float32(self.card.security_softness)
        report = 1.0 / (1.0 + np.exp(-softened))
        return np.where(self.may_be_reports(scores), report, 0).astype(np.float32)


def scope_likelihoods(scale: Scale, answers: Floats) -> Floats:
    return softmax(answers[:, : len(SCOPES)] / np.float32(scale.softness))


def sure_of(scale: Scale, scopes: Floats) -> Flags:
    """Whether the best scope of each row reaches its threshold."""
    least = np.array([scale.decides_from[scope] for scope in SCOPES], np.float32)
    return np.asarray(scopes.max(axis=1) >= least[scopes.argmax(axis=1)])


def direction_of(answer: int) -> Floats:
    """Column by column, what speaks for a scope rather than for the others, or for security."""
    direction = np.zeros(COLUMNS, np.float32)
    if answer < len(SCOPES):
        direction[: len(SCOPES)] = -1 / len(SCOPES)
    direction[answer] += 1
    return direction


def named(seen: Sequence[Sight]) -> Floats:
    """How each ticket names the product, a row each."""
    return np.array([sight.named for sight in seen], np.float32)


def _scores(seen: Sequence[Sight]) -> Floats:
    return np.stack([sight.scores for sight in seen])


def to_bytes(
    card: Card,
    features: Features,
    encoder: Encoder,
    weights: Weights,
    areas: tuple[Areas, Areas],
) -> bytes:
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
    for number, some in enumerate(areas):
        parts |= {f"turn{number}": some.turn, f"shift{number}": some.shift}
        parts[f"beside{number}"] = some.beside
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
            (_areas(parts, 0), _areas(parts, 1)),
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


def _areas(parts: Mapping[str, npt.NDArray[np.generic]], number: int) -> Areas:
    turn, shift, beside = (
        parts[f"{name}{number}"].astype(np.float32) for name in ("turn", "shift", "beside")
    )
    return Areas(turn, shift, beside)


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
