"""Is this word a password? What the words around it do not say, its own make-up does."""

from __future__ import annotations

import re

from shared.redaction.ordinary import is_ordinary

_NO_VALUE = re.compile(
    r"(?i)\*+|•+|\.+|x{3,}|-+|_+|\?+|…|\[?removed.*|incorrect\w*|invalid\w*|varchar.*|your.*"
    r"|https?:.*|www\..*|/\S*|\$\w+.*|\{\{?.*|<.*|%\w+.*|.*\(\).*|sha-?\d.*|md5.*|bcrypt.*|aes.*"
    r"|utf-?8.*|base64.*|\d{1,3}[-–]?[^\W\d]*|\d{1,2}[.:]\d\d.*|v?\d+(?:\.\d+)+\S*|wp-[a-z]+"
    r"|[\w-]+=[\"'].*"
    r"|(?-i:[A-Z]\w*(?:\\{1,2}[A-Z]\w*)+)\S*|\w+(?:::|->)\w+\S*"
    r"|(?:my|the|some|enter|insert|new|db|your|dein|mein)?[ _-]?pass(?:word|wort)[ _-]?(?:here)?"
)
EMAIL = re.compile(r"<?[\w.+-]{1,64}@[\w-]{1,64}(?:\.[\w-]{1,64})+>?")
_NAMED_ID = re.compile(
    r"(?:ch|pi|in|cus|sub|txn|evt|pm|price|prod|re|seti|cs_test|cs_live|pk_live|pk_test|acct"
    r"|req|tr|po"
    r"|order|wc_order|inv|inv-|tkt|sess|phpsessid|wordpress_logged_in)[_=-]\S+"
)
_KNOWN_FORM = re.compile(
    r"(?i).*(?:://|::|->|\\\\|\.php|\.js|\.css|\.html?"
    r"|\.log|\.zip|\.csv|\.png|\.jpe?g|\.pdf|\.svg).*"
    r"|[a-z0-9.-]+/[a-z0-9./_-]+|[a-z-]+/\d+(?:\.\d+)*\S*|\S*[?&]\w+=\S*|#?[0-9a-f]{6,64}"
    r"|[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}|(?:[0-9a-f]{2}[:-]){5}[0-9a-f]{2}"
    r"|\+?[\d ()/.-]+|[\d.,]+\s?[%€$£a-z]{0,3}|[%€$£][\d.,]+"
    r"|data:\S+|[a-z]\w*(?:_\w+){2,}|&\w+;.*|[a-z]\w*(?:\\+[a-z]\w*)+|[a-z-]+=[\"'].*"
    r"|\d{1,2}[/-][a-z]{3}(?:[/-]\d{2,4}\S*)?|\d{4}-\d\d-\d\d\S*|-{2,}\S*-{2,}|\S*\[?\]=\S*"
    r"|\S*(?:</[a-z]|<(?:p|br|b|i|a|td|div|span)\b|\">)\S*|\w+\(\S*"
    r"|[a-z]+2[a-z]+|(?:user\w*|login|name|host|server|port|email|mail|db)[=:]\S*"
)
_NOT_HARD = re.compile(
    r"(?i)[$#@&*\\]?[a-z_][a-z_\\]*\d?(?:\(.*)?|[a-z]+-?\d{1,2}|\d+[a-z]{1,3}"
    r"|(?-i:[A-Z0-9]+(?:-[A-Z0-9]+)+)|\**[^\W\d_]+(?:[-'’][^\W\d_]+)*[)\]]?[!?*#.:]*"
    r"|(?-i:[a-z_]\w*=\w{1,12})"
)
_LETTER = re.compile(r"[^\W\d_]")
_LOWER = re.compile(r"[a-zßà-öø-ÿ]")
_UPPER = re.compile(r"[A-ZÀ-ÖØ-Þ]")
_DIGIT = re.compile(r"[0-9]")
_SIGN = re.compile(r"[!#$%&*+=?@^~{}<>\[\]|\\§€]")
_HARD_SIGN = re.compile(r"[!#$%&*+=?@^~{}\[\]§€]")
_INNER_CAPITAL = re.compile(r"[a-zß-ÿ][A-ZÀ-Þ]")
_CHANGE = re.compile(r"[a-z](?=[A-Z0-9])|[A-Z](?=[a-z0-9])|[0-9](?=[A-Za-z])")
_NOT_ALNUM = re.compile(r"[\W_]")
_PHRASE = re.compile(r"[A-Za-z]{3,}(?:-[A-Za-z]{3,}){2,}-?[0-9]{0,4}")


def is_no_value(value: str) -> bool:
    """Whether a password can't look so: a blank, a placeholder, an address, a word for a state."""
    return (
        is_ordinary(value)
        or _NO_VALUE.fullmatch(value) is not None
        or EMAIL.fullmatch(value) is not None
    )


def is_named_id(value: str) -> bool:
    """Whether it is the id of an order, a payment or a session."""
    return _NAMED_ID.fullmatch(value) is not None


def is_known_form(value: str) -> bool:
    """Whether it is made as addresses, file names, hashes, numbers or ids are."""
    return _KNOWN_FORM.fullmatch(value) is not None or is_named_id(value.lower())


def is_mixed(value: str) -> bool:
    """Whether it has small and capital letters and digits."""
    return all(form.search(value) is not None for form in (_LOWER, _UPPER, _DIGIT))


def is_phrase(value: str) -> bool:
    """Whether it is three words or more with hyphens between, as careful people make them."""
    return _PHRASE.fullmatch(value) is not None


def is_made_up(value: str) -> bool:
    """Whether a word is made as words are not: digits among letters, signs, capitals inside."""
    if not 5 <= len(value) <= 512:
        return False
    digits = _DIGIT.search(value) is not None
    signs = _SIGN.search(value, 0, len(value) - 1) is not None
    if _LETTER.search(value) is not None:
        inner = len(value) >= 8 and _INNER_CAPITAL.search(value) is not None
        return (digits or signs or inner) and not is_no_value(value)
    return signs and digits and not is_no_value(value)


def is_hard(value: str) -> bool:
    """Stricter, where nothing ties the value: three kinds of characters of four, no known id."""
    if not 7 <= len(value) <= 64:
        return False
    lower = _LOWER.search(value) is not None
    digit = _DIGIT.search(value) is not None
    kinds = (
        lower + digit + (_UPPER.search(value) is not None) + (_HARD_SIGN.search(value) is not None)
    )
    if kinds < 2:
        return False
    changes = len(_CHANGE.findall(value))
    signs = len(_NOT_ALNUM.findall(value))
    if kinds >= 3:
        fits = changes + signs >= 2
    else:
        fits = lower and digit and not signs and len(value) >= 8 and changes >= 3
    if not fits or _NOT_HARD.fullmatch(value) or is_known_form(value):
        return False
    return not is_no_value(value)


def trimmed(text: str, start: int, end: int) -> tuple[int, int]:
    """Without the quotes around and the stop after."""
    while end > start and text[end - 1] in ".,;:)]}\"'”»’`|":
        end -= 1
    while start < end and text[start] in "\"'“„«‘`([|":
        start += 1
    return start, end
