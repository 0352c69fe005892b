"""Which signs does a ticket carry that hold in every language? Products, logs, code, addresses."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from collections.abc import Set as AbstractSet

from services.classifier.products import Mention
from services.classifier.reading import Reading
from shared.contracts import ProductArea

OUR_PATH = re.compile(r"zero-?bs|jetpack-?crm|jpcrm|zbs_", re.IGNORECASE)
OTHER_PATH = re.compile(r"/(?:plugins|themes)/(?!zero-?bs|jetpack-?crm|jpcrm)[\w-]+", re.IGNORECASE)
CODE = re.compile(
    r"add_(?:action|filter)|function\s+\w*\(|\bdo_action|apply_filters|\$wpdb|=>|\bSELECT\b.+\bFROM\b"
    r"|\{\s*(?:display|color|font)\b|</?(?:script|style)\b|\bclass\s+\w+\s+extends"
)
CODE_NEEDS = (
    *("add_action", "add_filter", "function", "do_action", "apply_filters", "$wpdb", "=>"),
    *("select", "{", "<", "class"),
)
"""What code has in any case, one of these; quickly looked for."""
FATAL = re.compile(
    r"fatal error|uncaught|critical error|erreur fatale|schwerwiegend", re.IGNORECASE
)
MEMORY = re.compile(r"allowed memory|execution time|max_execution|memory_limit", re.IGNORECASE)
CVE = re.compile(r"\bcve-?\s?\d{4}-\d{3,}", re.IGNORECASE)
QUESTION = re.compile(r"[?？]")
OUR_NAME = re.compile(r"crm\b", re.IGNORECASE)


def signs_of(
    reading: Reading, products: Sequence[Mention], concepts: AbstractSet[str]
) -> Iterator[str]:
    """The names of the signs found, each once; of products and concepts that stand in the text."""
    text, log = reading.text, reading.log
    both = f"{text}\n{log}" if log else text
    lowered = both.lower()
    yield from _products(products)
    yield from (f"says: {name}" for name in sorted(concepts))
    if log:
        yield "log"
    for sign, pattern, needed, where in (
        ("log names us", OUR_PATH, ("bs", "crm"), log),
        ("log names another", OTHER_PATH, ("/plugins/", "/themes/"), log),
        ("code", CODE, CODE_NEEDS, both),
        ("fatal", FATAL, ("fatal", "uncaught", "critical", "schwerwiegend"), both),
        ("memory", MEMORY, ("memory", "execution"), both),
        ("cve", CVE, ("cve",), text),
        ("question", QUESTION, ("?", "？"), text),
        ("crm named", OUR_NAME, ("crm",), text),
    ):
        if where and any(part in lowered for part in needed) and pattern.search(where):
            yield sign


def _products(found: Sequence[Mention]) -> Iterator[str]:
    yield from sorted({f"product {mention.product.name}" for mention in found})
    extensions = [m for m in found if m.product.area is ProductArea.EXTENSION]
    if any(mention.sure for mention in extensions):
        yield "extension named"
    elif extensions:
        yield "extension perhaps named"
