"""How good is the model, for people? Tables, two pictures, slices, and the worst errors."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from services.classifier.training.answers import Answer
from services.classifier.training.figures import Figure, by_language, figures, share
from services.classifier.training.metamorphic import Rate
from services.classifier.training.pictures import calibration, confusion
from shared.contracts import Scope

WORST = 20


def write(
    folder: Path, sets: Mapping[str, Sequence[Answer]], rates: Sequence[Rate], model: str
) -> list[Path]:
    """The report on these sets of answers, as files in `folder`; worst errors by id alone."""
    folder.mkdir(parents=True, exist_ok=True)
    files = {"report.md": text(sets, rates, model)}
    for name, answers in sets.items():
        files[f"confusion-{name}.svg"] = confusion(answers)
        files[f"calibration-{name}.svg"] = calibration(answers)
    written = []
    for name, content in files.items():
        path = folder / name
        path.write_text(content, encoding="utf-8")
        written.append(path)
    return written


def text(sets: Mapping[str, Sequence[Answer]], rates: Sequence[Rate], model: str) -> str:
    parts = [f"# Report on the model\n\n`{model}`\n"]
    for name, answers in sets.items():
        parts.append(f"## {name} ({len(answers)} tickets)\n")
        parts.append(table(figures(answers)))
        parts.append(f"![confusion](confusion-{name}.svg)\n")
        parts.append(f"![calibration](calibration-{name}.svg)\n")
        parts.append("### Per category\n\n" + per_scope(answers))
        parts.append("### Slices: scope right\n\n" + table(slices(answers)))
        parts.append("### Worst errors\n\n" + worst(answers))
        for language, some in by_language(answers).items():
            parts.append(f"### Language {language}\n\n" + table(some))
    parts.append("## Words that are no evidence\n\n" + changed(rates))
    return "\n".join(parts)


def table(some: Sequence[Figure]) -> str:
    rows = ["| figure | value | 95 % interval | tickets |", "|---|---|---|---|"]
    rows += [f"| {f.name} | {number(f.value)} | {interval(f)} | {f.size} |" for f in some]
    return "\n".join(rows) + "\n"


def per_scope(answers: Sequence[Answer]) -> str:
    rows = ["| category | precision | recall | answered | meant |", "|---|---|---|---|---|"]
    for scope in Scope:
        said = [a for a in answers if a.scope is scope]
        meant = [a for a in answers if a.ticket.scope is scope]
        precision = share("", sum(a.right for a in said), len(said)).value
        recall = share("", sum(a.right for a in meant), len(meant)).value
        rows.append(
            f"| {scope} | {number(precision)} | {number(recall)} | {len(said)} | {len(meant)} |"
        )
    return "\n".join(rows) + "\n"


def slices(answers: Sequence[Answer]) -> list[Figure]:
    """Scope right by language, length and tag."""
    kinds: dict[str, Callable[[Answer], bool]] = {
        "shorter than 100 characters": lambda a: len(a.ticket.body) < 100,
        "100 to 400 characters": lambda a: 100 <= len(a.ticket.body) < 400,
        "400 characters and more": lambda a: len(a.ticket.body) >= 400,
    }
    found = [_slice(name, [a for a in answers if kind(a)]) for name, kind in kinds.items()]
    for language in sorted({a.ticket.lang for a in answers}):
        mine = [a for a in answers if a.ticket.lang == language]
        found.append(_slice(f"language {language}", mine))
    tags = sorted({tag for a in answers for tag in a.ticket.tags})
    found += [_slice(f"tag {tag}", [a for a in answers if tag in a.ticket.tags]) for tag in tags]
    return [figure for figure in found if figure.size]


def worst(answers: Sequence[Answer]) -> str:
    """The wrong answers that the model was surest of, by id: texts stay in their files."""
    wrong = sorted((a for a in answers if not a.right), key=lambda a: -a.confidence)[:WORST]
    rows = ["| ticket | meant | answered | confidence |", "|---|---|---|---|"]
    rows += [f"| {a.ticket.id} | {a.ticket.scope} | {a.scope} | {a.confidence} |" for a in wrong]
    return "\n".join(rows) + "\n"


def changed(rates: Sequence[Rate]) -> str:
    rows = [
        "| added or changed | decisions changed | flags changed | tickets |",
        "|---|---|---|---|",
    ]
    rows += [f"| {r.change} | {r.decisions:.4f} | {r.flags:.4f} | {r.size} |" for r in rates]
    return "\n".join(rows) + "\n"


def number(value: float) -> str:
    return "–" if math.isnan(value) else f"{value:.3f}"


def interval(figure: Figure) -> str:
    if figure.low is None or figure.high is None:
        return "–"
    return f"{figure.low:.3f} to {figure.high:.3f}"


def _slice(name: str, answers: Sequence[Answer]) -> Figure:
    return share(name, sum(a.right for a in answers), len(answers))
