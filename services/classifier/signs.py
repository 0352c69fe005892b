"""Which signs does a ticket carry that hold in every language? Products, logs, code, addresses."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from services.classifier.concepts import concepts_in
from services.classifier.products import mentions
from services.classifier.reading import Reading
from shared.contracts import ProductArea

OUR_PATH = re.compile(r"zero-?bs|jetpack-?crm|jpcrm|zbs_", re.IGNORECASE)
OTHER_PATH = re.compile(r"/(?:plugins|themes)/(?!zero-?bs|jetpack-?crm|jpcrm)[\w-]+", re.IGNORECASE)
CODE = re.compile(
    r"add_(?:action|filter)|function\s+\w*\(|\bdo_action|apply_filters|\$wpdb|=>|\bSELECT\b.+\bFROM\b"
    r"|\{\s*(?:display|color|font)\b|</?(?:script|style)\b|\bclass\s+\w+\s+extends"
)
FATAL = re.compile(
    r"fatal error|uncaught|critical error|erreur fatale|schwerwiegend", re.IGNORECASE
)
MEMORY = re.compile(r"allowed memory|execution time|max_execution|memory_limit", re.IGNORECASE)
CVE = re.compile(r"\bcve-?\s?\d{4}-\d{3,}", re.IGNORECASE)
QUESTION = re.compile(r"[?？]")
OUR_NAME = re.compile(r"crm\b", re.IGNORECASE)


def signs_of(reading: Reading, forms: Sequence[str]) -> Iterator[str]:
    """The names of the signs found, each once. `forms`: of the words of the reading's text."""
    text, log = reading.text, reading.log
    both = f"{text}\n{log}" if log else text
    yield from _products(text)
    yield from (f"says: {name}" for name in sorted(concepts_in(forms)))
    if log:
        yield "log"
    for sign, pattern, where in (
        ("log names us", OUR_PATH, log),
        ("log names another", OTHER_PATH, log),
        ("code", CODE, both),
        ("fatal", FATAL, both),
        ("memory", MEMORY, both),
        ("cve", CVE, text),
        ("question", QUESTION, text),
        ("crm named", OUR_NAME, text),
    ):
        if pattern.search(where):
            yield sign


def _products(text: str) -> Iterator[str]:
    found = mentions(text)
    yield from sorted({f"product {mention.product.name}" for mention in found})
    extensions = [m for m in found if m.product.area is ProductArea.EXTENSION]
    if any(mention.sure for mention in extensions):
        yield "extension named"
    elif extensions:
        yield "extension perhaps named"
