"""Which plain characters must stand in a text for a pattern to match? Most are never tried.

Understands what the screen's rules use: groups, alternatives, sets, escapes and repetitions.
"""

from __future__ import annotations

import re

SHORTEST = 2
_GROUP = re.compile(r"\?(?:[:=!]|<[=!]|P<\w+>)")


def required(source: str) -> tuple[str, ...]:
    """Literals of which any match of the pattern holds at least one; () where none is known."""
    found: list[str] = []
    for branch in _branches(source):
        literals = _of_sequence(branch)
        if not literals:
            return ()
        found += literals
    return tuple(dict.fromkeys(found))


def _branches(source: str) -> list[str]:
    """The alternatives of the outermost level."""
    parts = [""]
    for piece in _pieces(source):
        if piece == "|":
            parts.append("")
        else:
            parts[-1] += piece
    return parts


def _of_sequence(branch: str) -> tuple[str, ...]:
    """The best of what must stand in one alternative: the longest run, or a whole group."""
    best: tuple[str, ...] = ()
    run = ""
    pieces = _pieces(branch)
    for piece, after in zip(pieces, [*pieces[1:], ""], strict=True):
        optional = after[:1] in ("?", "*") or after.startswith("{0")
        if len(piece) == 1 and piece not in ".^$?*+" and not optional:
            run += piece
            best = _better(best, (run,))
            continue
        run = ""
        if piece[0] == "(" and not optional:
            best = _better(best, _of_group(piece[1:-1]))
    return best


def _of_group(inner: str) -> tuple[str, ...]:
    kind = _GROUP.match(inner)
    if kind is None:
        return required(inner)
    looks_around = kind[0][-1] in "=!"
    return () if looks_around else required(inner[kind.end() :])


def _better(one: tuple[str, ...], other: tuple[str, ...]) -> tuple[str, ...]:
    """The one whose shortest literal is longer."""
    ranks = [min(map(len, literals), default=0) for literals in (one, other)]
    if max(ranks) < SHORTEST:
        return ()
    return other if ranks[1] > ranks[0] else one


def _pieces(source: str) -> list[str]:
    """Characters, escapes, sets, repetitions and whole groups of the outermost level."""
    pieces: list[str] = []
    at = 0
    while at < len(source):
        end = _end_of_piece(source, at)
        pieces.append(source[at:end])
        at = end
    return pieces


def _end_of_piece(source: str, at: int) -> int:
    match source[at]:
        case "\\":
            return at + 2
        case "[":
            return source.index("]", at + 2) + 1
        case "{":
            return source.index("}", at) + 1
        case "(":
            inside = at + 1
            while source[inside] != ")":
                inside = _end_of_piece(source, inside)
            return inside + 1
        case _:
            return at + 1
