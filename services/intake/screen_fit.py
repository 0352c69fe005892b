"""How much does each sign weigh? Logistic regression on the training corpus, to the byte.

`python -m services.intake.screen_fit <corpus folder>` writes `screen_weights.yaml` beside this
file and prints what the weights find in the tickets of an author they were not fitted on.
"""

from __future__ import annotations

import json
import math
import sys
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
from scipy.optimize import minimize
from scipy.sparse import csr_matrix

from services.intake.reading import plain
from services.intake.screen import decides, features, passages, signs
from services.intake.screen_rules import DOUBTED, WEIGHTS_FILE, WORD, load_rules

HARD = 2.0
"""As so many others counts a ticket written to look like a report."""
ROUNDS = 2
SMALLEST_COUNT = 4
"""A feature of fewer tickets gets no weight."""
SMALLEST_WEIGHT = 0.03
HOLD = 5.0
"""How strongly weights are held near 0 (the inverse of C in the books)."""
SCALES = {"sign": 2.0, "doubted": 1.0, "said": 1.0, "word": 0.5}
"""Signs move more freely than the words alone of which they are made."""
ALARMS = 0.02
"""The share of other tickets, of an author not fitted on, above which the threshold lies."""
MOST_REPORTS = 0.25
"""Of an author's tickets; one who wrote more of them wrote look-alikes as well."""
Doubles = npt.NDArray[np.float64]


Seen = dict[str, float]


@dataclass(frozen=True, slots=True)
class Example:
    author: str
    language: str
    is_report: bool
    is_hard: bool
    passages: tuple[Seen, ...]


def scale_of(name: str) -> float:
    if name.startswith(WORD):
        return SCALES["word"]
    if name.endswith(DOUBTED):
        return SCALES["doubted"]
    return SCALES["said"] if name.startswith("said-") else SCALES["sign"]


def examples(folder: Path) -> list[Example]:
    """The tickets of all authors in a folder, as what the screen sees in them."""
    rules = load_rules()
    found = []
    for file in sorted(folder.glob("*.jsonl")):
        for line in file.read_text(encoding="utf-8").splitlines():
            ticket = json.loads(line)
            text = plain(f"{ticket['subject']}\n{ticket['body']}")
            seen = tuple(features(signs(rules, part), part) for part in passages(rules, text))
            hard = "hard_negative" in ticket["tags"]
            found.append(Example(file.stem, ticket["lang"], bool(ticket["security"]), hard, seen))
    return found


@dataclass(frozen=True, slots=True)
class Row:
    """`truth`: 1 of a report; `counts`: as so many tickets."""

    truth: float
    counts: float
    seen: Seen


@dataclass(frozen=True, slots=True)
class Weights:
    start: float
    by_name: dict[str, float]

    def score(self, seen: Seen) -> float:
        if load_rules().signs.keys().isdisjoint(seen):
            return -math.inf
        return self.start + sum(self.by_name.get(name, 0.0) * seen[name] for name in seen)

    def best(self, example: Example) -> Seen:
        """The passage that speaks most for a report."""
        return max(example.passages, key=self.score)


def fit(given: Sequence[Example]) -> Weights:
    """Weights from all passages of other tickets and the one passage that makes a report."""
    others = [
        Row(0.0, HARD if e.is_hard else 1.0, seen)
        for e in given
        if not e.is_report
        for seen in e.passages
    ]
    reports = [example for example in given if example.is_report]
    weights = _fitted([Row(1.0, 1.0, e.passages[0]) for e in reports] + others)
    for _ in range(ROUNDS):
        weights = _fitted([Row(1.0, 1.0, weights.best(e)) for e in reports] + others)
    return weights


def _fitted(given: Sequence[Row]) -> Weights:
    """Logistic regression; `x`: row x feature, the first of them 1 in every row."""
    counts = Counter(name for row in given for name in row.seen)
    names = sorted(name for name, count in counts.items() if count >= SMALLEST_COUNT)
    number = {name: at + 1 for at, name in enumerate(names)}
    scales = np.array([1.0, *(scale_of(name) for name in names)])
    at = [[0, *(number[name] for name in sorted(row.seen) if name in number)] for row in given]
    starts = np.cumsum([0, *map(len, at)])
    columns = np.concatenate(at)
    x = csr_matrix((scales[columns], columns, starts), shape=(len(given), len(scales)))
    truth = np.array([row.truth for row in given])
    say = np.array([row.counts for row in given])
    held = np.array([0.0] + [HOLD] * len(names))

    def loss(weights: Doubles) -> tuple[float, Doubles]:
        score = x @ weights
        miss = say * (1 / (1 + np.exp(-score)) - truth)
        cost = say @ (np.logaddexp(0, score) - truth * score) + held @ weights**2 / 2
        return float(cost), x.T @ miss + held * weights

    found = minimize(loss, np.zeros(len(scales)), jac=True, method="L-BFGS-B").x * scales
    return Weights(float(found[0]), {n: float(found[number[n]]) for n in names})


def left_out(given: Sequence[Example]) -> list[tuple[Example, float]]:
    """Each ticket with the score by weights fitted on the other authors."""
    scored = []
    for author in sorted({example.author for example in given}):
        weights = fit([example for example in given if example.author != author])
        scored += [(e, _total(weights, e)) for e in given if e.author == author]
    return scored


def _total(weights: Weights, example: Example) -> float:
    rules = load_rules()
    if any(decides(rules, seen) for seen in example.passages):
        return math.inf
    return weights.score(weights.best(example))


def usual(given: Sequence[Example]) -> set[str]:
    """Authors whose tickets are a mix as it arrives, and not reports and their look-alikes."""
    tickets = Counter(example.author for example in given)
    reports = Counter(example.author for example in given if example.is_report)
    return {author for author in tickets if reports[author] <= MOST_REPORTS * tickets[author]}


def threshold(scored: Sequence[tuple[Example, float]], alarms: float) -> float:
    """The score that this share of the other tickets of the usual mix is over."""
    authors = usual([example for example, _ in scored])
    others = sorted(
        (score for example, score in scored if not example.is_report and example.author in authors),
        reverse=True,
    )
    return others[int(alarms * len(others))]


def written(weights: Weights, least: float) -> str:
    """The weights file, heaviest first."""
    kept = {n: round(w, 2) for n, w in weights.by_name.items() if abs(w) >= SMALLEST_WEIGHT}
    lines = [
        "# Written by services/intake/screen_fit.py; not by hand.",
        f"threshold: {round(least - weights.start, 2)}",
        "weights:",
        *(f'  "{n}": {kept[n]:.2f}' for n in sorted(kept, key=lambda n: (-kept[n], n))),
    ]
    return "\n".join(lines) + "\n"


def main(folder: Path) -> None:
    given = examples(folder)
    scored = left_out(given)
    authors = usual(given)
    for alarms in (0.01, ALARMS, 0.03, 0.05):
        least = threshold(scored, alarms)
        told = []
        for name, mine in (("all", {e.author for e in given}), ("usual mix", authors)):
            reports = [score for e, score in scored if e.is_report and e.author in mine]
            told.append(f"{name} {sum(score > least for score in reports)}/{len(reports)}")
        print(f"left out, alarms {alarms:.3f}: recall {', '.join(told)}")  # noqa: T201
    least = threshold(scored, ALARMS)
    WEIGHTS_FILE.write_text(written(fit(given), least), encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
