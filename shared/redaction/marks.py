"""What stands in the place of a credential? A mark with its kind and, with a key, a short hash."""

from __future__ import annotations

import hmac
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from shared.redaction.candidates import LARGE
from shared.redaction.handed import handed_words
from shared.redaction.kinds import KINDS, SCANS
from shared.redaction.logins import paired_passwords
from shared.redaction.made import made_words
from shared.redaction.placed import placed_words
from shared.redaction.private_keys import private_keys
from shared.redaction.prose import tied_passwords
from shared.redaction.sieve import CROWD, Places, Word, in_place_lower, places
from shared.redaction.spans import Span, Stretch
from shared.redaction.subject import in_subject
from shared.redaction.tables import passwords_in_tables
from shared.redaction.tokens import unnamed_tokens
from shared.redaction.wordpress import application_passwords, salt_pieces, wp_config

PLACE = "\ufdd0"
"""Stands for a mark while a text is searched: no pattern can match into or across one."""
_OTHER_KINDS = {
    "licence_key",
    "password",
    "private_key",
    "token",
    "wp_application_password",
    "wp_config_secret",
}
MARK = re.compile(
    r"\[removed: (?:"
    + "|".join(sorted({k.name for k in KINDS} | {s.name for s in SCANS} | _OTHER_KINDS))
    + r")(?: [0-9a-f]{6})?\]"
)
ROUNDS = 3
"""A removal can lay bare the edge of another credential; in practice the second finds nothing."""
NEAR = 300
"""Characters around what was removed in which something new may show."""
SHORTEST_NAMED = 6
SEAM = "\n\n"
"""Between the texts of one ticket, while they are searched as one."""
LONGEST_NAMED = 5000
MOST_REPEATED = 20
MOST_OCCURRENCES = 400
DENSE_AFTER = 500
DENSE_GAP = 200


@dataclass(frozen=True, slots=True)
class Redacted:
    """`kinds`: the kinds removed, in the order of their first appearance, each once.

    `secrets`: (kind, value) as removed, never to be written or logged.
    """

    text: str
    kinds: tuple[str, ...] = ()
    secrets: tuple[tuple[str, str], ...] = field(default=(), repr=False)


def redact(
    text: str,
    key: bytes | None,
    named: Iterable[tuple[str, str]] = (),
    *,
    shadow: str = "",
    prose: bool = True,
) -> Redacted:
    """The text with each credential replaced by `[removed: KIND HASH]`; redacting twice is safe.

    The hash is the first six hex digits of HMAC-SHA256 under `key`, so that repeats can be
    matched without the value; without a key there is none. `named`: (kind, value) pairs known
    to be secret whatever they look like. `shadow`: the same text, character for character, in
    which escapes are blanked (raw JSON); credentials are looked for in both. `prose`: people wrote
    it; the value of a field that has a name, an id say, is no password for standing alone.
    """
    marks: list[str] = []
    kinds: dict[str, None] = {}
    secrets: dict[tuple[str, str], None] = {}

    def keep(match: re.Match[str]) -> str:
        marks.append(match[0])
        return PLACE

    plain = text.replace(PLACE, "\ufffd")
    veiled = MARK.sub(keep, plain)
    shadows = [MARK.sub(PLACE, shadow.replace(PLACE, "\ufffd"))] if shadow else []
    literals = {value: kind for kind, value in named if len(value) >= SHORTEST_NAMED}
    stretches = [(0, len(veiled))]
    for _ in range(ROUNDS):
        spans = _disjoint(
            span
            for version in (veiled, *shadows)
            if len(version) == len(veiled)
            for span in _find(version, literals, stretches, prose=prose)
        )
        if not spans:
            break
        crowded = any(span.kind == CROWD for span in spans)
        spans = [span if span.kind != CROWD else replace(span, kind="password") for span in spans]
        kinds |= {span.kind: None for span in spans}
        values = [(span.kind, veiled[span.start : span.end]) for span in spans]
        named_so = {pair: _mark(*pair, key) for pair in dict.fromkeys(values)}
        found = [(span, named_so[pair]) for span, pair in zip(spans, values, strict=True)]
        del values[MOST_REPEATED:]
        values = [pair for pair in values if PLACE not in pair[1] and len(pair[1]) < LONGEST_NAMED]
        literals = {value: kind for kind, value in values if len(value) >= SHORTEST_NAMED}
        secrets |= dict.fromkeys(values)
        marks = _woven(veiled, marks, found)
        veiled = _without(veiled, spans)
        if crowded:
            stretches = [(0, len(veiled))]
        else:
            stretches = _around(spans, len(veiled)) if len(plain) < LARGE else []
        shadows = [_without(version, spans) for version in shadows]
    if not kinds:
        return Redacted(plain)
    pieces = veiled.split(PLACE)
    parts = [pieces[0]]
    for mark, piece in zip(marks, pieces[1:], strict=True):
        parts += (mark, piece)
    return Redacted("".join(parts), tuple(kinds), tuple(secrets))


def redact_together(
    texts: Sequence[str], key: bytes | None, named: Iterable[tuple[str, str]] = ()
) -> list[Redacted]:
    """The texts of one ticket: what is a credential in one of them goes from all."""
    known = (*named, *in_subject(texts))
    whole = redact(SEAM.join(texts), key, known)
    if not whole.kinds:
        return [Redacted(text.replace(PLACE, "\ufffd")) for text in texts]
    found = dict.fromkeys((*known, *whole.secrets))
    return [redact(text, key, found) for text in texts]


def _find(
    text: str, literals: Mapping[str, str], stretches: Sequence[Stretch], *, prose: bool
) -> Iterable[Span]:
    """Spans of all credentials in these stretches of a text, in no order, some within others."""
    for value, kind in literals.items():
        yield from _occurrences(text, value, kind)
    if not stretches:
        return
    lowered = in_place_lower(text)
    found = places(text, lowered, stretches)
    if found.crowded is not None:
        yield found.crowded
        return
    yield from _of_forms(text, found, stretches)
    if found.cues and prose:
        yield from handed_words(text, lowered, found.cues)
    alone = prose and stretches[0] == (0, len(text))
    if found.words:
        yield from _near_words(text, lowered, found.words, stretches, alone=alone)
    elif alone:
        yield from made_words(text, (), stretches, alone=True)


def _of_forms(text: str, found: Places, stretches: Sequence[Stretch]) -> Iterable[Span]:
    """What is known by how it begins, or by the name that it stands behind."""
    for at, find in found.forms:
        yield from find(text, at)
    for at in found.constants:
        yield from wp_config(text, at)
    if found.salts:
        yield from salt_pieces(text, found.salts)
    if found.private_keys:
        yield from private_keys(text, found.private_keys)
    yield from application_passwords(text, stretches)


def _near_words(
    text: str, lowered: str, words: Sequence[Word], stretches: Sequence[Stretch], *, alone: bool
) -> Iterable[Span]:
    """What people write near words that speak of access."""
    yield from tied_passwords(text, lowered, words)
    yield from paired_passwords(text, words)
    yield from passwords_in_tables(text, words)
    yield from made_words(text, words, stretches, alone=alone)
    yield from placed_words(text, lowered, words)
    yield from unnamed_tokens(text, words)


def _occurrences(text: str, value: str, kind: str) -> Iterable[Span]:
    """Wherever the value stands; past very many, what stands between them goes, too."""
    count = 0
    at = text.find(value)
    while at >= 0:
        count += 1
        if count == MOST_OCCURRENCES:
            yield Span(at, text.rindex(value) + len(value), kind)
            return
        yield Span(at, at + len(value), kind)
        at = text.find(value, at + len(value))


def _disjoint(spans: Iterable[Span]) -> list[Span]:
    """Overlapping spans as one, under the kind of the first.

    Past `DENSE_AFTER` credentials, what stands between close ones goes with them, so that a
    text made of credentials costs no more than any other.
    """
    merged: list[Span] = []
    for span in sorted(spans, key=lambda s: (s.start, -s.end)):
        reach = DENSE_GAP if len(merged) > DENSE_AFTER else 0
        if merged and span.start < merged[-1].end + reach:
            last = merged[-1]
            if span.end > last.end:
                merged[-1] = Span(last.start, span.end, last.kind)
        else:
            merged.append(span)
    return merged


def _around(spans: list[Span], length: int) -> list[Stretch]:
    """The stretches about the spans, once each span is one character."""
    stretches: list[Stretch] = []
    shorter = 0
    for span in spans:
        at = span.start - shorter
        shorter += span.end - span.start - len(PLACE)
        begin, end = max(0, at - NEAR), min(length, at + NEAR)
        if stretches and begin <= stretches[-1][1]:
            stretches[-1] = (stretches[-1][0], end)
        else:
            stretches.append((begin, end))
    return stretches


def _mark(kind: str, secret: str, key: bytes | None) -> str:
    if key is None:
        return f"[removed: {kind}]"
    digest = hmac.digest(key, secret.encode("utf-8", "surrogatepass"), "sha256")
    return f"[removed: {kind} {digest.hex()[:6]}]"


def _woven(text: str, marks: list[str], found: list[tuple[Span, str]]) -> list[str]:
    """All marks in the order of their places: those that stood there, and those found now."""
    woven: list[str] = []
    at = used = 0
    for span, mark in found:
        before = text.count(PLACE, at, span.start)
        inside = text.count(PLACE, span.start, span.end)
        woven += (*marks[used : used + before], mark)
        used += before + inside
        at = span.end
    return woven + marks[used:]


def _without(text: str, spans: list[Span]) -> str:
    parts: list[str] = []
    at = 0
    for span in spans:
        parts += (text[at : span.start], PLACE)
        at = span.end
    return "".join(parts) + text[at:]
