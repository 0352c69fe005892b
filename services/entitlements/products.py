"""Does a licence include what is asked for?"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple, Protocol

from shared.contracts import ProductArea, Verdict

EVERYTHING = "*"


class Catalogue(Protocol):
    """The names of products, as shared.catalogue has them."""

    def canonical(self, name: str) -> str: ...
    def is_extension(self, name: str) -> bool: ...


class Ask(NamedTuple):
    """What a ticket wants help with. `extension`: its name, where one is named."""

    product_area: ProductArea = ProductArea.UNKNOWN
    extension: str | None = None


def ask_of(verdict: Verdict) -> Ask:
    """The ask that coverage is judged for: the first finding in scope, or the primary."""
    in_scope = [finding for finding in verdict.findings if finding.in_scope]
    for finding in (*in_scope, *verdict.findings):
        return Ask(finding.product_area, finding.extension)
    return Ask()


def includes(products: Iterable[str], ask: Ask, catalogue: Catalogue) -> bool:
    """Whether a licence for `products` counts for the ask (C4, readings 1 and 4).

    A core or unknown area counts any licence; an extension without a name, any with an
    extension; a named one, those that list it or everything.
    """
    if ask.product_area is not ProductArea.EXTENSION:
        return True
    if EVERYTHING in products:
        return True
    if ask.extension is None:
        return any(catalogue.is_extension(name) for name in products)
    wanted = catalogue.canonical(ask.extension)
    return any(catalogue.canonical(name) == wanted for name in products)
