"""Which password stands beside its user name? `admin / x`, `log in with bob and x`, three lines."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from shared.redaction.candidates import is_logged, is_named
from shared.redaction.forms import is_known_form
from shared.redaction.ordinary import is_sentence_word
from shared.redaction.sieve import Word
from shared.redaction.spans import Span
from shared.redaction.values import is_hard, is_made_up, is_memorable, trimmed
from shared.redaction.words import PAIRS, Sign

_LEAD = re.compile(
    r"(?:s|en|daten|data|details|name|info\w{0,8})?[\"'”*_)]{0,3}"
    r"(?:[^\n\ufdd0:=]{0,40}?(?P<tie>[:=]|->|→|=>|–|—|\s-\s"
    r"|\b(?:with|using|via|use|as|mit|als|per|con|como|avec|comme|med|com|z)\s))"
    r"[\s\"'“„*_`(>|-]{0,8}(?:(?:https?://|www\.)\S{1,120}[\s,;|/-]{1,4})?"
)
_NAME = re.compile(r"[\w.@+-]{2,60}[\"'”*`]{0,2}")
_GAP = re.compile(
    r"(?P<sign>\s/{1,2}\s|/{1,2}\s?|\s?(?:\||\+|;|,|:|–|—)\s?|\s&\s"
    r"|\s(?:and|und|y|et|e|en|og|och|then|dann|puis|with|using|via|mit|con|avec|-|->|i|oraz)\s"
    r"|[ \t]*\r?\n[ \t>|*-]{0,4}|[ \t]{1,4})[\"'“„*`(]{0,2}"
)
_SECRET = re.compile(r"[^\s\ufdd0]{2,64}")
_WORD = re.compile(r"[A-Za-z]{3,}-?[0-9]{1,2}|[A-Za-z0-9!#$%&*+=?@^~.-]+")
_TYPE = re.compile(r"[A-Za-z]+-?[0-9]{1,2}")
_NAMES = ("admin", "root", "administrator")
_TIES = (":", "=", "->", "=>", "→")
_STROKES = ("/", "|", "+")
_BEFORE_SECRET = ("with", "using", "via", "mit", "con", "avec")
_WITH = re.compile(
    r"\b(?:with|mit|con|avec|as|als|use|using|comme|como|med|com|z)\s[\"'“„`]?"
    r"(?P<user>[\w.@+-]{2,60})[\"'”`]?(?=\s(?:and|und|y|et|e|en|og|och|/|\+|&)\s)"
)
_PATH = re.compile(r"\w/[\w.-]+/$")
_LINE_END = re.compile(r"[\"'.)]{0,2}[ \t]*(?:\r?\n|$)")
_HINT = re.compile(
    r"[0-9!#$%&*+=?@^~/|-](?:(?<=[#$%&*+=@^~/|])|(?<=[!?])(?=\w)|(?<=-)(?=[a-z]{3,}-)"
    r"|(?<=[0-9])(?=[!?_.-]?[A-Za-z])|(?<=[A-Za-z_.!?-][0-9]))"
)
REACH = 90
"""Characters around a word for a login in which its name and password stand."""
SHORTEST = 5
FIRST, LAST = 30, 60
"""Words for a login of a text that has more; in between they are those of a log."""
MOST_NAMES = 3
"""Host, user and what else may stand in front of the password."""


def paired_passwords(text: str, words: Sequence[Word]) -> Iterable[Span]:
    """The second of two, or the last of three, behind a word for a login."""
    logins = [word for word in words if word.sign is Sign.LOGIN]
    if len(logins) > FIRST + LAST:
        logins = logins[:FIRST] + logins[-LAST:]
    for word in logins:
        if _may_be_paired(text, word):
            found = _beside(text, word) or _behind(text, word) or _ahead(text, word)
            if found is not None and not (
                is_named(text, found.start) or is_logged(text, found.end)
            ):
                yield found


def _may_be_paired(text: str, word: Word) -> bool:
    """Whether there is anything around that a sentence about logins does not have."""
    return _HINT.search(text, max(0, word.start - REACH), word.end + REACH) is not None


def _beside(text: str, word: Word) -> Span | None:
    """The word itself is the name (`admin / x`), or name and password follow at once."""
    name = text[word.start : word.end].lower()
    return _along(text, word.end, name, tied=name in _NAMES or name.startswith(PAIRS), blank=False)


def _behind(text: str, word: Word) -> Span | None:
    """Name and password follow behind a sign or `with`."""
    lead = _LEAD.match(text, word.end)
    user = _NAME.match(text, lead.end()) if lead is not None else None
    if lead is None or user is None:
        return None
    sign = lead["tie"] in _TIES
    pair = sign or text[word.start : word.end].lower().startswith(PAIRS)
    return _along(text, user.end(), user[0], tied=pair, blank=sign)


def _ahead(text: str, word: Word) -> Span | None:
    """`with bob and x` in front of the word."""
    first = max(0, word.start - REACH)
    user = _WITH.search(text, first, word.start)
    if user is None:
        return None
    found = _along(text, user.end(), user["user"], tied=False, blank=False)
    return found if found is not None and found.end <= word.start else None


def _along(text: str, at: int, name: str, *, tied: bool, blank: bool) -> Span | None:
    """The first word behind a name that can be its password; `at`: where the name ends.

    `tied`: name and password are what is expected here; `blank`: even with a mere blank between.
    """
    for names in range(MOST_NAMES):
        gap = _GAP.match(text, at)
        secret = _SECRET.match(text, gap.end()) if gap is not None else None
        if gap is None or secret is None:
            return None
        start, end = trimmed(text, *secret.span())
        value = text[start:end]
        sign = gap["sign"].strip(" \t")
        if sign == "/" and _PATH.search(text, max(0, at - REACH), start) is not None:
            return None
        plain = tied and sign in _STROKES and name.islower() and _is_last_word(text, end, value)
        typed = names > 0 and sign == "" and is_memorable(value) and _LINE_END.match(text, end)
        if plain or typed or _fits(value, sign, tied=tied and (blank or sign != "")):
            return Span(start, end, "password")
        user = _NAME.match(text, gap.end())
        if user is None:
            return None
        at, name = user.end(), user[0]
    return None


def _fits(value: str, sign: str, *, tied: bool) -> bool:
    if is_hard(value) or (len(value) >= 8 and sign != "" and is_memorable(value)):
        return True
    if len(value) < SHORTEST or (sign == "" and not tied) or value.isalpha():
        return False
    if _TYPE.fullmatch(value):
        if not (tied or (sign in _BEFORE_SECRET and len(value) >= 8) or _is_lower_type(value)):
            return False
    elif not (tied or len(value) >= 8):
        return False
    return _WORD.fullmatch(value) is not None and is_made_up(value) and not is_known_form(value)


def _is_lower_type(value: str) -> bool:
    """`tigerlily8` is no name of a product or version."""
    return value.islower() and len(value) >= 9


def _is_last_word(text: str, end: int, value: str) -> bool:
    """A plain word, with nothing behind it in its line."""
    last = text[end : end + 2].strip(" .)\"'") in ("", "\n")
    return last and value.isalpha() and value.islower() and not is_sentence_word(value)
