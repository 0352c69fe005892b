"""Which string of letters and digits near a word for a token is one? Hashes beside it are not."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from shared.redaction.candidates import around
from shared.redaction.forms import is_known_form, is_named_id
from shared.redaction.sieve import Word
from shared.redaction.spans import Span
from shared.redaction.values import MOST_CHANGES, changes, is_mixed, is_no_value
from shared.redaction.words import Sign

BEFORE, AFTER = 60, 110
"""Characters around a word for a token in which it may stand."""
MOST_WORDS = 15
"""At each end of a text; between them they are those of a log."""
LONGEST = 252
_CANDIDATE = re.compile(
    r"(?<![\w.@#&?%-])(?:(?P<hex>[0-9a-f]{32}(?:[0-9a-f]{8}|[0-9a-f]{32})?)"
    r"|(?P<mixed>(?:[A-Za-z0-9/+][A-Za-z0-9_/+~-]{22,250}={0,2})))(?![\w@/+-]|\.\w)"
)
_HASH = re.compile(
    r"commit|hash|md5|sha-?\d|sha_|checksum|prüfsumm|empreinte|somme|suma\b|nonce|build|etag|finger"
    r"|huella|revision|revisión|\bgit\b|cookie|sess|css|trace|request|publi|öffentl|\bids?\b|uuid"
    r"|guid|order|transa|charge|message|serial|version|release|\bpr\b|branch|deploy|class|klasse"
    r"|autoload|function|option|merge|trunk|\bhead\b|revert|\.js|file|datei|fichier|base64|data:|image|bisect|reference"
)
_QUERY = re.compile(
    r"(?:^|[?&;\s\"'(])(?!\w*(?:key|token|secret|auth|pass|jwt|bearer|pat))[\w-]+=$"
)
CONTEXT = 45
"""Characters in front of it that may say what else it is."""
_WORDY = re.compile(r"[A-Za-z]*[a-z]{12}[A-Za-z]*")


def unnamed_tokens(text: str, words: Sequence[Word]) -> Iterable[Span]:
    """What only a machine makes, close to a word for a token."""
    tokens = [word for word in words if word.sign is Sign.TOKEN]
    if len(tokens) > 2 * MOST_WORDS:
        tokens = tokens[:MOST_WORDS] + tokens[-MOST_WORDS:]
    for first, last in around(tokens, len(text), BEFORE, AFTER):
        least = max(0, first - LONGEST)
        begin = max(text.rfind(" ", least, first), text.rfind("\n", least, first), least - 1) + 1
        for found in _CANDIDATE.finditer(text, begin, last + LONGEST):
            if found.start() >= last:
                break
            if _is_token(text, found):
                yield Span(*found.span(), "token")


def _is_token(text: str, found: re.Match[str]) -> bool:
    if found["mixed"] is not None and not _may_be_token(found[0]):
        return False
    before = text[max(0, found.start() - CONTEXT) : found.start()].lower()
    if _HASH.search(before) is not None or _QUERY.search(before) is not None:
        return False
    behind = text[found.end() : found.end() + 20].lower()
    return "nonce" not in behind and (found["mixed"] is not None or not _HASH.search(behind))


def _may_be_token(value: str) -> bool:
    if not is_mixed(value) or _WORDY.search(value) is not None or is_named_id(value.lower()):
        return False
    if "/" in value:
        return changes(value) >= MOST_CHANGES
    return not (is_known_form(value) or is_no_value(value))
