"""How do figures read? A Markdown table, a line each."""

from __future__ import annotations

from collections.abc import Iterable

from tests.bench.figures import Better, Figure, Verdict

HEAD = """\
| figure | ours | peer | | ratio (of each pair) | promised | aim | |
|---|--:|--:|---|---|--:|--:|---|
"""


def table_of(figures: Iterable[Figure]) -> str:
    return HEAD + "".join(line_of(figure) for figure in figures)


def line_of(figure: Figure) -> str:
    spread = f"{short(min(figure.ratios))} to {short(max(figure.ratios))}"
    ratio = (
        f"**{short(figure.ratio)}** ({spread})" if len(figure.pairs) > 1 else short(figure.ratio)
    )
    cells = (
        f"{figure.what}, {figure.unit}",
        short(figure.ours),
        short(figure.theirs),
        figure.peer,
        ratio,
        bound(figure, figure.promised),
        bound(figure, figure.aimed),
        "" if figure.verdict is Verdict.NONE else str(figure.verdict),
    )
    return "| " + " | ".join(cells) + " |\n"


def bound(figure: Figure, limit: float | None) -> str:
    if limit is None:
        return ""
    return f"{'at most' if figure.better is Better.LESS else 'at least'} {short(limit)}"


def short(number: float) -> str:
    """Three significant digits, without an exponent."""
    if abs(number) >= 100:
        return f"{number:,.0f}".replace(",", " ")
    return f"{number:.3g}"
