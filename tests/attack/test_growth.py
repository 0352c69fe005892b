"""Does twice as much text cost at most about twice as much? For whatever strangers repeat."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator

import orjson
import pytest

from services.classifier.reading import read as read_words
from services.entitlements.address import mailbox
from services.entitlements.site import site_of
from services.intake import inbound
from services.intake.auto_reply import is_auto_reply
from services.intake.http import _submission
from services.intake.screen import screen
from services.intake.submission import LARGEST_BYTES
from shared.redaction import redact
from tests.attack.conftest import EXAMPLES, Figures

SLOPE = 3.0
"""Twice is linear and four times is quadratic."""
QUICK = 0.05
"""Seconds of the whole size that are no matter, however they came about."""
KEY = b"k" * 16
SIZE = LARGEST_BYTES if EXAMPLES > 100 else LARGEST_BYTES // 8

PARSERS: dict[str, Callable[[str], object]] = {
    "redact": lambda text: redact(text, KEY),
    "screen": lambda text: screen(text[:2000], text),
    "read": lambda text: read_words(text[:2000], text),
    "auto-reply": lambda text: is_auto_reply(text, text, text[:320]),
    "submission": lambda text: _submission(orjson.dumps({"body": "x", "more": text})),
    "record": lambda text: inbound.text_of(text.encode()),
    "site": site_of.__wrapped__,
    "mailbox": mailbox.__wrapped__,
}
REPEATED = [
    "a", " ", "\n", "\t \n", "<", "<a ", "</p>", "&amp;", "a@", "a.", "://", "http://a", "=", ":", '"', "'", "\\",
    "password=", "password: ", "api_key = '", "Authorization: Basic ", "Bearer ", "eyJ", "AKIA", "ghp_",
    "-----BEGIN PRIVATE KEY-----\n", "-----BEGIN ", "[removed: ", "[removed: password", "define('", "QUJD",
    "0f", "4111 ", "4111-", "a-", "_a", "user:pass@", "mysql://u:p@", "{", "[", "(", "{'a': ", "> ", ">>> ",
    "On a wrote:\n", "From: a\n", "-- \n", "é", "\u0430a", "\u200b", "\u0301", "\N{PILE OF POO}",
    "without login ", "invoice opens ", "security ", "xss ", "<script>", "id=1 ", "see others' invoices ",
    "passwort ist ", "login: a ", "not a ", "A1", "Aa1!", "\r", "\0", "%41", "\\u0041", "a b ", "#", "*", "|", "- ",
]  # fmt: skip


HEADS = [
    "From",
    "On ",
    "> ",
    "<a ",
    "<!--",
    "password",
    "Authorization:",
    "http://",
    "[removed: ",
    "x",
]
RUNS = [" ", "\t", "a", "-", ".", "=", "a ", "\n", "\n ", "/", "\\"]


def hostile(size: int) -> Iterator[tuple[str, str]]:
    """What is repeated, and the whole: alone, and once begun like something that is looked for."""
    for piece in REPEATED:
        yield piece, (piece * size)[: size // len(piece.encode())]
    for head in HEADS:
        for run in RUNS:
            yield f"{head}{run}", (head + run * size)[: size - 1] + "!"


def seconds(parse: Callable[[str], object], text: str) -> float:
    """CPU seconds."""
    began = time.process_time()
    parse(text)
    return time.process_time() - began


def is_linear(parse: Callable[[str], object], text: str) -> bool:
    """Whether the whole costs about twice its half; a busy machine is asked three times."""
    half = text[: len(text) // 2]
    return any(seconds(parse, text) / seconds(parse, half) < SLOPE for _ in range(3))


@pytest.mark.parametrize("name", PARSERS)
def test_time_grows_with_the_text_and_no_faster(name: str, figures: Figures) -> None:
    parse = PARSERS[name]
    parse("warm")
    worst, worst_of = 0.0, ""
    for piece, whole in hostile(SIZE):
        took = seconds(parse, whole)
        worst, worst_of = max((worst, worst_of), (took, piece))
        assert took < QUICK or is_linear(parse, whole), f"{name}: {piece!r}: {took:.3f} s"
    figures.append(
        f"{name}, worst of {SIZE // 1024} kB: {worst * 1000:.0f} ms CPU, repeating {worst_of!r}"
    )
