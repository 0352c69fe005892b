"""Which words are passwords though nothing near them speaks of access?"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from itertools import islice

from shared.redaction.candidates import (
    REACH,
    Stretch,
    at_both_ends,
    candidates,
    is_handed,
    is_in_address,
    is_named,
    parts,
)
from shared.redaction.spans import Span
from shared.redaction.values import is_hard, is_harder, is_random, trimmed

MOST_READ = 12_000
"""Characters at both ends of a text that are looked at."""
MOST_JUDGED = 30
"""Words at each end."""
FAR = 150
"""Characters around a word in which other things are spoken of."""
_ID = re.compile(r"(?i)cve-.*|\S*[\"<>{%].*|[\w.-]+=.*|[^\W\d_]+[,;].*")
_SORT = re.compile(
    r"(?i)\S*[;,:].*|[a-z]+[0-9]?(?:[+/-][a-z]+[0-9]?)+|[a-z]+-?(?:19|20)[0-9]{2}|[a-z_]+(?:19|20)[0-9]{2}\S*|[a-z_]+|[a-z]+[0-9]{2,3}|bc1\S*"
    r"|\S*\.[a-z]{3,4}|[0-9]\S*|[a-z]{1,3}-[0-9]\S*|_\S*|(?-i:[A-Z]{2,}\S*|[A-Z0-9]+-\S*)"
)
"""Ids, names and pieces of something else."""
_LINE_START = re.compile(r"(?:^|\n)[ \t>*\"'-]*$")
_LINE_END = re.compile(r"[\"'.)]{0,2}[ \t]*(?:\r?\n|$)")
_ELSE = re.compile(
    r"(?i)nonce|clid\b|utm_|csp|selector|\bcss\b|queue|postfix|exim|message-id|base64"
)
_COUPON = re.compile(
    r"(?i)coupon|gutschein|cup[oó]n|voucher|promo|discount|rabatt|remise|descuento"
    r"|sconto|% off|sale|checkout|\bcart\b|warenkorb|carrito|panier|code|código"
)


def lonely_words(text: str, stretches: Sequence[Stretch]) -> Iterable[Span]:
    """Words that need no other word near them: people write `it's x` and no more."""
    for first, last in at_both_ends(stretches, MOST_READ):
        for start, end in islice(candidates(text, first, last), MOST_JUDGED):
            for begin, stop in parts(text, *trimmed(text, start, end)):
                value = text[begin:stop]
                named = text[begin - 1 : begin] == "="
                if not named and is_hard(value) and _stands_out(text, begin, value):
                    yield Span(begin, stop, "password")


def _stands_out(text: str, start: int, value: str) -> bool:
    """Whether it can be nothing but a password, or was handed over and is named nothing else."""
    if _ID.fullmatch(value) is not None:
        return False
    jumble = is_random(value)
    alone = is_harder(value) or (jumble and not value.isalnum())
    if not alone and not _is_given(text, start, value):
        return False
    around = max(0, start - FAR), start + FAR
    if is_named(text, start) or is_in_address(text, start) or _ELSE.search(text, *around):
        return False
    return alone or jumble or _COUPON.search(text, *around) is None


def _is_given(text: str, start: int, value: str) -> bool:
    if _SORT.fullmatch(value) is not None and not is_random(value):
        return False
    before = max(0, start - REACH)
    if _LINE_START.search(text, before, start) is not None:
        return _LINE_END.match(text, start + len(value)) is not None
    return is_handed(text, start)
