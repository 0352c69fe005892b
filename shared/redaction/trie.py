"""How are many literals looked for in one pass? As one expression that shares their beginnings."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(slots=True)
class _Node:
    tails: dict[str, None] = field(default_factory=dict)
    children: dict[str, _Node] = field(default_factory=dict)

    def expression(self) -> str:
        branches = [re.escape(c) + node.expression() for c, node in self.children.items()]
        branches += self.tails
        return branches[0] if len(branches) == 1 else f"(?:{'|'.join(branches)})"


def one_of(literals: Mapping[str, str]) -> str:
    """An expression for any of the literals, each followed by its tail (an expression, or "")."""
    root = _Node()
    for literal, tail in literals.items():
        node = root
        for character in literal:
            node = node.children.setdefault(character, _Node())
        node.tails[tail] = None
    return root.expression()
