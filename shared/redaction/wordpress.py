"""Which secrets does WordPress itself write? By their names, or in groups of four."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from itertools import islice

from shared.redaction.ordinary import is_common
from shared.redaction.spans import Span
from shared.redaction.values import is_mixed

_SALT = r"(?:SECURE_AUTH|LOGGED_IN|AUTH|NONCE)_(?:KEY|SALT)|WP_CACHE_KEY_SALT"
_CONSTANT = (
    r"DB_PASSWORD|FTP_PRIKEY|SMTP_PASS|JWT_AUTH_SECRET_KEY"
    r"|[A-Z][A-Z0-9_]{1,40}_(?:SECRET|PASSWORD|PASSWD|PASS|PRIVATE_KEY|SECRET_KEY|API_KEY|TOKEN)"
)
_Q = r"(?:['\"’”`]|&#0?39;|&quot;)"
_WP = re.compile(
    rf"(?<![A-Za-z0-9_])(?:(?P<salt>{_SALT}|(?i:{_SALT}))|{_CONSTANT})(?![A-Za-z0-9_])(?:"
    rf"[ \t]{{0,4}}{_Q}?\]?[ \t]{{0,20}}(?:,|=>|=|:|\||\t)\s{{0,30}}(?:[>|]\s{{1,30}})?"
    r"(?:'(?P<a>[^'\n\ufdd0]{1,200}(?:\n[^'\n\ufdd0]{0,100})?)'"
    r"|\"(?P<b>[^\"\n\ufdd0]{1,200}(?:\n[^\"\n\ufdd0]{0,100})?)\""
    r"|(?:&#0?39;|&quot;)(?P<f>[^\n\ufdd0]{1,400}?)(?:&#0?39;|&quot;)\s?\)"
    r"|[‘’“”`](?P<c>[^‘’“”`\n\ufdd0]{1,200}[^\n\ufdd0]{0,200}?)[‘’“”`]\s{0,2}[);,\n]"
    rf"|(?P<d>[^\s\ufdd0][^\n\ufdd0]{{0,140}}?)(?=[ \t,;]{{1,4}}(?:define|{_SALT})|\n|$"
    rf"|[^\n]{{141}}))"
    r"|[ \t]{1,40}(?P<g>[!-~][^\n\ufdd0]{30,140})"
    r"|[`'\"]?\s{1,4}(?P<quote>['\"`])(?P<e>[^\n\ufdd0]{6,200}?)(?P=quote)(?=[\s.,;:)]|$))"
)
_SIGNS = frozenset("$^~|{}#%&*!?@`+;,.<>[]()=/:_-")
_ODD_SIGNS = frozenset("$^~|{}#*!?@`;<>[](),")
_SALT_PIECE = re.compile(r"[!-~]{20,80}")
SALT_LENGTH = 64
MOST_PIECES = 300
_LINE_END = re.compile(r"[ \t]{0,4}['\"’”]?[ \t]{0,2}\)?[ \t]{0,2};?[ \t|]{0,8}$")
_EMPTY_VALUE = re.compile(
    r"(?i)[\W_]*|(?:put )?your.{0,40}|null|true|false|none|undefined|string|x{3,}|redacted.{0,20}"
    r"|getenv.{0,60}|\$.{0,60}|<[a-z_ -]{2,40}>?|is|ist|es|est|password_here"
    r"|\*+ ?[^\W\d]+(?: [^\W\d]+){0,3} ?\*+|\w+=[\"']{2}\)?"
    r"|[(\[{<*][^\W\d_ ]+(?: [^\W\d_]+)*[)\]}>*]|%\w{1,40}%"
)
_NAMES = re.compile(rf"(?i:{_SALT})\b")
"""Behind a name stands the next one: a list of names."""
_SALT_LINE = re.compile(
    r"(?m)^[> \t*-]{0,8}(?:\d[.)] )?(?P<secret>[!-~][ -~]{58,80}[!-~])[ \t]{0,4}\r?$"
)


_NAME = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_"
LONGEST_NAME = 60
MOST_SIGNS = 10
"""Different signs, as no sentence and no code has them."""
SALTS_NEARBY = 2000
"""Characters around a mention of salts in which lines of salts may stand without their names."""


def wp_config(text: str, at: int) -> Iterable[Span]:
    """The value of a constant whose last part begins at `at`, however the line was copied."""
    name = text[max(0, at - LONGEST_NAME) : at]
    found = _WP.match(text, at - len(name) + len(name.rstrip(_NAME)))
    if found is None:
        return
    group = next((name for name in "abcdefg" if found[name] is not None), None)
    if group is None:
        return
    start, end = found.span(group)
    if group == "g" and not (found["salt"] and _is_salt(found[group])):
        return
    if group in "dg" and found["salt"]:
        end = start + len(_LINE_END.sub("", found[group]))
    elif group == "d":
        words = found[group].split()
        told = _EMPTY_VALUE.fullmatch(found[group].rstrip(";, ")) is not None
        if told or (len(words) > 1 and is_common(words[0].lstrip("([{<"))):
            return
        end = start + len(found[group].split()[0].rstrip(",;|)"))
    if found["salt"] and _NAMES.match(text, start, end):
        return
    if not _EMPTY_VALUE.fullmatch(text[start:end]):
        yield Span(start, end, "wp_config_secret")


def salt_pieces(text: str, mentions: Sequence[int]) -> Iterable[Span]:
    """What looks like a salt, around where salts are spoken of."""
    if not mentions:
        return
    first, last = max(0, mentions[0] - SALTS_NEARBY), mentions[-1] + SALTS_NEARBY
    for line in _SALT_LINE.finditer(text, first, last):
        if _signs(line["secret"]) >= MOST_SIGNS:
            yield Span(*line.span("secret"), "wp_config_secret")
    for piece in islice(_SALT_PIECE.finditer(text, first, last), MOST_PIECES):
        odd = len(set(piece[0]) & _ODD_SIGNS)
        if (odd >= 5 or (odd >= 3 and len(piece[0]) >= SALT_LENGTH)) and is_mixed(piece[0]):
            yield Span(*piece.span(), "wp_config_secret")


def _is_salt(value: str) -> bool:
    """Whether it may be one behind its name: no sentence is made so, with hardly a blank in it."""
    unlike = _signs(value) >= 5 and value.count(" ") <= 4 and any(c.isdigit() for c in value)
    return unlike or _signs(value) >= MOST_SIGNS


def _signs(value: str) -> int:
    """How many different signs stand among the letters; no sentence and no code has many."""
    return len(set(value) & _SIGNS)


_RUNS = tuple(
    (gap, re.compile(gap + rf"(?:[A-Za-z0-9]{{4}}[{gap}\n]){{4,}}+"))
    for gap in (" ", "\u00a0", "-")
)
"""Groups with gaps around them; they begin with a plain character, to which the search can jump."""
_GROUP = re.compile(r"(?<![A-Za-z0-9])[A-Za-z0-9]{4}(?![A-Za-z0-9])")
_ODD = re.compile(r"[A-Z0-9](?:(?<=[0-9])|(?<=[A-Za-z0-9][A-Z]))")
_NOT_HEX = re.compile(r"[g-z]")
GROUPS = 6
MOST_NUMBERS = 1
"""Groups of digits alone: a bank account has more."""
MOST_RUNS = 500
"""Of runs, past which no text is prose, and all the rest goes."""
LONGEST_RUN = 24
"""Groups in a row, past which they are all taken or all left."""


def application_passwords(text: str, stretches: Sequence[tuple[int, int]]) -> Iterable[Span]:
    """Six groups of four: WordPress prints its application passwords so. Words are no groups."""
    for gap, runs in _RUNS:
        if gap in text:
            for stretch in stretches:
                for count, run in enumerate(runs.finditer(text, *stretch)):
                    if count == MOST_RUNS:
                        yield Span(run.start() + 1, stretch[1], "wp_application_password")
                        return
                    yield from _six_of(text, max(0, run.start() - 4), run.end() + 4)


def _six_of(text: str, first: int, last: int) -> Iterable[Span]:
    """The six that look least like words; a longer run of such groups as a whole."""
    if _ODD.search(text, first, last) is None:
        return
    groups = [found.span() for found in islice(_GROUP.finditer(text, first, last), LONGEST_RUN + 1)]
    if len(groups) < GROUPS:
        return
    if len(groups) > LONGEST_RUN:
        sixes = [(groups[0][0], last)]
    else:
        sixes = [(a[0], b[1]) for a, b in zip(groups, groups[GROUPS - 1 :], strict=False)]
    start, end = max(
        sixes, key=lambda six: len(_ODD.findall(text, six[0], min(six[1], six[0] + 500)))
    )
    numbers = sum(group.isdigit() for group in text[start : start + 30].split())
    if numbers > MOST_NUMBERS:
        return
    if len(_ODD.findall(text, start, min(end, start + 500))) >= 3 and _NOT_HEX.search(
        text, start, end
    ):
        yield Span(start, end, "wp_application_password")
