"""Which product is meant by a name? One list of names for classifier and entitlements."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path

import yaml

from shared.contracts import ProductArea

FILE = Path(__file__).with_name("catalogue.yaml")
_NOT_SPELLING = re.compile(r"[\W_]+")


@dataclass(frozen=True, slots=True)
class CatalogueProduct:
    """A product under its canonical name. `area`: core or extension.

    `everyday`: those of its names that mean something else too.
    """

    name: str
    area: ProductArea
    aliases: tuple[str, ...] = ()
    everyday: tuple[str, ...] = ()

    def is_everyday(self, name: str) -> bool:
        return _spelling(name) in {_spelling(word) for word in self.everyday}


@dataclass(frozen=True, slots=True)
class Catalogue:
    """All products, found under any of their spellings."""

    products: tuple[CatalogueProduct, ...]
    by_spelling: Mapping[str, CatalogueProduct]

    def resolve(self, name: str) -> CatalogueProduct | None:
        """The product of this name or alias; None for a name that the file doesn't have."""
        return self.by_spelling.get(_spelling(name))

    def canonical(self, name: str) -> str:
        """The canonical name; an unknown name stays itself, without case and punctuation."""
        product = self.resolve(name)
        return product.name if product is not None else _spelling(name)

    def is_extension(self, name: str) -> bool:
        """Whether a name is an extension's; an unknown name is taken for a new one's."""
        product = self.resolve(name)
        return product is None or product.area is ProductArea.EXTENSION


@cache
def load_catalogue(file: Path = FILE) -> Catalogue:
    """The catalogue in a file; raises ValueError naming a doubled name or a wrong entry."""
    products = tuple(
        _product(entry) for entry in yaml.safe_load(file.read_text("utf-8"))["products"]
    )
    by_spelling: dict[str, CatalogueProduct] = {}
    for product in products:
        for name in (product.name, *product.aliases):
            if by_spelling.setdefault(_spelling(name), product) is not product:
                raise ValueError(f"{file.name}: {name} names two products")
    return Catalogue(products, by_spelling)


def _product(entry: Mapping[str, object]) -> CatalogueProduct:
    match entry:
        case {"name": str(name), "area": ("core" | "extension") as area, "aliases": list(aliases)}:
            everyday = entry.get("everyday", [])
            if not isinstance(everyday, list):
                raise TypeError(f"{FILE.name}: everyday of {name} is not a list")
            return CatalogueProduct(
                name, ProductArea(area), tuple(map(str, aliases)), tuple(map(str, everyday))
            )
        case _:
            raise ValueError(f"{FILE.name}: an entry needs name, area and aliases: {entry}")


@lru_cache(maxsize=4096)
def _spelling(name: str) -> str:
    return _NOT_SPELLING.sub("", name).casefold()
