"""What do confusion and calibration look like? Two small SVG pictures."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from services.classifier.training.answers import Answer
from shared.contracts import Scope

CELL = 46
MARGIN = 170
PLOT = 360


def confusion(answers: Sequence[Answer]) -> str:
    """True scope down, answered scope across; a second defensible answer counts as right."""
    counts = Counter((a.scope if a.right else a.ticket.scope, a.scope) for a in answers)
    scopes = list(Scope)
    per_row = {scope: sum(counts[scope, s] for s in scopes) or 1 for scope in scopes}
    size = MARGIN + CELL * len(scopes) + 10
    parts = [_open(size, size, "Confusion of the ten scopes")]
    for row, true in enumerate(scopes):
        y = MARGIN + row * CELL
        parts.append(_text(MARGIN - 8, y + CELL / 2 + 4, true.value, anchor="end"))
        x = MARGIN + row * CELL + CELL / 2
        parts.append(
            f'<text x="{x}" y="{MARGIN - 8}" transform="rotate(-60 {x} {MARGIN - 8})" '
            f'font-size="12">{true.value}</text>'
        )
        for column, said in enumerate(scopes):
            count = counts[true, said]
            shade = count / per_row[true]
            colour = "38,110,60" if row == column else "190,60,40"
            parts.append(
                f'<rect x="{MARGIN + column * CELL}" y="{y}" width="{CELL - 2}" '
                f'height="{CELL - 2}" fill="rgba({colour},{max(0.04, shade):.2f})"/>'
            )
            if count:
                middle = MARGIN + column * CELL + CELL / 2
                parts.append(_text(middle, y + CELL / 2 + 4, str(count), anchor="middle"))
    return "\n".join([*parts, "</svg>\n"])


def calibration(answers: Sequence[Answer], bins: int = 10) -> str:
    """Confidence across, share right up; the dashed line is where they should meet."""
    parts = [_open(PLOT + 80, PLOT + 80, "Calibration of the confidence")]
    parts.append(
        f'<path d="M50 {PLOT + 20} L{PLOT + 50} 20" stroke="#888" '
        'stroke-dasharray="4" fill="none"/>'
    )
    parts.append(f'<path d="M50 20 V{PLOT + 20} H{PLOT + 50}" stroke="#333" fill="none"/>')
    for number in range(bins):
        here = [a for a in answers if min(int(a.confidence * bins), bins - 1) == number]
        if here:
            sure = sum(a.confidence for a in here) / len(here)
            right = sum(a.right for a in here) / len(here)
            x, y = 50 + sure * PLOT, 20 + (1 - right) * PLOT
            parts.append(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="5" fill="#266e3c"/>')
            parts.append(_text(x + 8, y + 4, str(len(here))))
    parts.append(_text(50 + PLOT / 2, PLOT + 50, "confidence", anchor="middle"))
    parts.append(_text(8, 14, "share right"))
    return "\n".join([*parts, "</svg>\n"])


def _open(width: float, height: float, title: str) -> str:
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" '
        f'font-family="sans-serif" role="img"><title>{title}</title>'
        f'<rect width="100%" height="100%" fill="white"/>'
    )


def _text(x: float, y: float, text: str, *, anchor: str = "start") -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" font-size="12" text-anchor="{anchor}">{text}</text>'
