"""Is this word a password? What the words around it do not say, its own make-up does."""

from __future__ import annotations

import re

from shared.redaction.forms import EMAIL, is_blank, is_code, is_easy, is_known_form
from shared.redaction.ordinary import is_common, is_long_word, is_ordinary, is_sentence_word

_CAMEL = re.compile(r"(?:[A-Z]?[a-z]{2,}|[A-Z]{2,}|[A-Z][a-z])+[\W_]*")
_TYPE = re.compile(r"[a-z]{5,}[0-9]{1,4}")
_JOINED = re.compile(r"(?i)[a-z]{2,12}(?:[_.][a-z]{2,12}){1,4}[_.][0-9]{1,4}")
_NUMBERED = re.compile(
    r"[A-Za-z]{3,14}(?:[_.-][A-Za-z]{3,14}){0,2}[_.-][0-9]{1,4}(?:[_.-][A-Za-z]{3,14}){1,3}"
)
_LETTERS = re.compile(r"[a-z]+")
_MEMORABLE = re.compile(
    r"[A-Za-z]{3,12}(?:-[A-Za-z]{3,12})+-[0-9]{2,4}|[0-9]{2,4}[A-Z][a-z]{4,}|[0-9]{3,6}[a-z]{6,}"
    r"|(?=[a-z0-9]{8,16}$)(?=\d*[a-z])(?![0-9a-f]+$)(?:[a-z]{3,}\d+[a-z]+\d*|\d+[a-z]+\d+[a-z0-9]*"
    r"|[a-z]+\d+[a-z]+\d+[a-z0-9]*)"
)
_SLUGS = (
    "zero crm jetpack woo plugin portal wordpress admin invoice invoices quote quotes"
    " client api page css http https php mysql post type menu contact contacts task tasks"
    " mail settings windows android iphone ipados debian ubuntu office samsung firefox"
    " chrome safari mariadb elementor field customer section version"
    " wp zbs jpcrm user users backup table meta option utm keepass fail ban keepassxc"
    " template header footer list item box row col tab step form button icon title widget block"
    " theme child main home blog news shop product cart order report import export test demo copy"
    " twenty storefront astra divi blocksy acrobat fritz fritzbox wireguard studio street offer"
    " year birth name date number city phone zip company"
    " value label amount total price status count error"
    " draft"
    " utf mb md sum oauth auth version hours days minutes contacts customers users tickets"
)
_SLUG = frozenset(_SLUGS.split())
"""Of names of pages, files and products."""
_SIZE = re.compile(r"[0-9]{2,5}x[0-9]{2,5}[a-z]{0,3}")
MOST_CHANGES = 8
"""Changes between small letter, capital and digit that a path or a name may have."""
MOST_JUMPS, JUMPS_EACH = 5, 0.4
"""From one kind of character to another, in all and for each character, past which no name goes."""
_JUMP = re.compile(
    r"(?<=[a-z])(?=[^a-z])|(?<=[A-Z])(?=[^A-Za-z])|(?<=[0-9])(?=[^0-9])"
    r"|(?<=[^A-Za-z0-9])(?=[A-Za-z0-9])|(?<=[A-Z])(?=[A-Z][a-z])"
)
_LABEL = re.compile(r"[A-Za-z][A-Za-z_-]{1,24}[:=#](?!//)")
ODD_CHANGES = 5
"""Changes between small, capital and digit in a word, as no name has them."""
SHORTEST_TYPE = 9
"""`tigerlily8`; shorter ones are names of versions."""
_LETTER = re.compile(r"[^\W\d_]")
_LOWER = re.compile(r"[a-zßà-öø-ÿ]")
_UPPER = re.compile(r"[A-ZÀ-ÖØ-Þ]")
_DIGIT = re.compile(r"[0-9]")
_SIGN = re.compile(r"[!#$%&*+=?@^~{}<>\[\]|\\§€]")
_HARD_SIGN = re.compile(r"[!#$%&*+=?@^~{}\[\]§€]")
_INNER_CAPITAL = re.compile(r"[a-zß-ÿ][A-ZÀ-Þ]")
_CHANGE = re.compile(r"[a-z](?=[A-Z0-9])|[A-Z](?=[a-z0-9])|[0-9](?=[A-Za-z])")
_NOT_ALNUM = re.compile(r"[\W_]")
_NAMES_OF_CODE = re.compile(r"(?i)zbs|zero|jpcrm|wp|woo|get|set|is[A-Z]")
_RUN = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+")
_PART = re.compile(r"[A-ZÀ-Þ]?[a-zß-ÿ]+|[A-ZÀ-Þ]+")
_VOWEL = re.compile(r"(?i)[aeiouyà-üœ]")
_SHORT = frozenset(
    [
        "api",
        "app",
        "at",
        "by",
        "css",
        "crm",
        "db",
        "do",
        "es",
        "go",
        "get",
        "has",
        "host",
        "html",
        "http",
        "i",
        "id",
        "in",
        "io",
        "is",
        "js",
        "json",
        "jp",
        "mc",
        "me",
        "my",
        "no",
        "of",
        "on",
        "or",
        "pdf",
        "php",
        "pro",
        "set",
        "sql",
        "the",
        "to",
        "ui",
        "up",
        "url",
        "us",
        "vat",
        "we",
        "wp",
        "xml",
        "zbs",
        "add",
        "all",
        "any",
        "new",
        "old",
        "log",
        "key",
        "is",
        "it",
        "its",
        "map",
        "max",
        "min",
        "not",
        "now",
        "out",
        "per",
        "put",
        "run",
        "sum",
        "tax",
        "top",
        "use",
        "via",
        "was",
        "web",
    ]
)
LONGEST_ODD = 3
SHORTEST_JOINED = 10
_SHORT_HEX = re.compile(r"[0-9]{6,11}|(?=[0-9]*[a-f])(?=[a-f]*[0-9])[0-9a-f]{7,16}")
_MADE = re.compile(
    r"[0-9]{0,6}[^\W\d_]{3,20}(?:[-_.&+!@#]?[^\W\d_]{3,20}){0,5}[-_.&+!@#]?[0-9]{1,8}"
    r"|[0-9]{1,6}_?[^\W\d_]{4,20}(?:[-_.][^\W\d_]{3,20}){0,4}"
    r"|[^\W\d_]{3,20}(?:[-_.&+!@#][^\W\d_]{3,20}){2,5}"
    r"|[^\W\d_]{3,20}(?:[-_.][^\W\d_]{3,20}){0,3}[-_.][0-9]{1,4}(?:[-_.][^\W\d_]{3,20}){1,3}"
)
_PHRASE = re.compile(r"[A-Za-z]{3,}(?:-[A-Za-z]{3,}){2,}-?[0-9]{0,4}")


def is_no_value(value: str) -> bool:
    """Whether a password can't look so: a blank, a placeholder, an address, a word for a state."""
    return is_ordinary(value) or is_blank(value)


def changes(value: str) -> int:
    """How often it changes between small letters, capitals and digits."""
    return len(_CHANGE.findall(value))


def is_mixed(value: str) -> bool:
    """Whether it has small and capital letters and digits."""
    return all(form.search(value) is not None for form in (_LOWER, _UPPER, _DIGIT))


def is_random(value: str) -> bool:
    """Whether only a machine writes so: small and capital letters, digits and signs in a jumble."""
    name = _LABEL.match(value)
    value = value if name is None else value[name.end() :]
    if not 8 <= len(value) <= 64 or _UPPER.search(value) is None or _LOWER.search(value) is None:
        return False
    jumps = len(_JUMP.findall(value))
    if jumps < MOST_JUMPS or jumps < len(value) * JUMPS_EACH or not value.isascii():
        return False
    return not (
        _CAMEL.fullmatch(value) or is_code(value) or ("@" in value and EMAIL.fullmatch(value))
    )


def is_harder(value: str) -> bool:
    """Small letter, capital, digit and sign, all four."""
    return is_mixed(value) and _HARD_SIGN.search(value) is not None


def is_phrase(value: str) -> bool:
    """Whether it is three words or more with hyphens between, as careful people make them.

    What speaks of the product, or as sentences do, is the name of a page or a file.
    """
    if _PHRASE.fullmatch(value) is None or is_no_value(value):
        return False
    words = value.lower().strip("-0123456789").split("-")
    ended = sum(map(is_sentence_word, words))
    return not any(word in _SLUG or is_common(word) for word in words) and ended * 2 < len(words)


def is_jumble(value: str) -> bool:
    """Whether small and capital letters follow each other as in no name: `WBKnsBwi`."""
    if not (value.isalpha() and value.isascii()) or _NAMES_OF_CODE.match(value):
        return False
    runs = _RUN.findall(value)
    odd = [run for run in runs if _is_odd(run)]
    return len(runs) >= 3 and len(odd) * 2 >= len(runs) and len(value) >= 7


def _is_odd(run: str) -> bool:
    """Whether it is no word nor an abbreviation that names are made of."""
    if run.lower() in _SHORT:
        return False
    return len(run) <= LONGEST_ODD or run.isupper() or _VOWEL.search(run) is None


def is_plausible(value: str, *, sure: bool = False) -> bool:
    """Whether it may be one where hardly anything else stands: joined words, a word and digits.

    Words of the product and of sentences make a name of it; `sure`: its place is a password's.
    """
    core = value.rstrip("!?#$*%&+=")
    if sure and _SHORT_HEX.fullmatch(value):
        return True
    if not 6 <= len(core) <= 64 or _NAMES_OF_CODE.match(value):
        return False
    words = [word.lower() for word in _PART.findall(core)]
    if not words or any(word in _SLUG or is_common(word) for word in words):
        return False
    if core.isalpha():
        one = core.islower() or core.isupper() or (sure and core[1:].islower())
        fits = len(core) >= SHORTEST_JOINED and not is_long_word(core, sure=sure)
        fits = fits and (
            (one and not is_sentence_word(core)) or (len(words) > 1 and min(map(len, words)) >= 4)
        )
    else:
        fits = max(map(len, words)) >= 4 and _MADE.fullmatch(core) is not None
    return fits and not (is_no_value(value) or (is_known_form(value) and not is_numbered(core)))


def is_of_product(value: str) -> bool:
    """Whether pages, files and products are named so."""
    return value.lower() in _SLUG


def is_likely(value: str) -> bool:
    """Between made up and hard: for places at which people put what they type."""
    return is_hard(value) or is_memorable(value)


def is_memorable(value: str) -> bool:
    """Whether it is made for people to remember: words with hyphens, or a word with digits."""
    if is_phrase(value):
        return True
    if _JOINED.fullmatch(value) is not None or is_numbered(value):
        return not any(
            word in _SLUG or is_common(word) for word in re.split(r"[_.-]", value.lower())
        )
    if _MEMORABLE.fullmatch(value) is not None:
        return _SIZE.fullmatch(value) is None and not any(
            word in _SLUG or is_common(word) for word in _LETTERS.findall(value.lower())
        )
    if len(value) < SHORTEST_TYPE or _TYPE.fullmatch(value) is None:
        return False
    name = value.rstrip("0123456789")
    return not (name in _SLUG or is_common(name) or is_no_value(value))


def is_numbered(value: str) -> bool:
    """Whether words stand around a number (`heron_19_cobble`), none of the product's."""
    if _NUMBERED.fullmatch(value) is None:
        return False
    words = re.split(r"[_.-]", value.lower())
    return max(map(len, words)) >= 5 and not any(word in _SLUG or is_common(word) for word in words)


def is_made_up(value: str) -> bool:
    """Whether a word is made as words are not: digits among letters, signs, capitals inside."""
    if not 5 <= len(value) <= 512:
        return False
    if is_random(value):
        return True
    digits = _DIGIT.search(value) is not None
    signs = _SIGN.search(value, 0, len(value) - 1) is not None
    if _LETTER.search(value) is not None:
        inner = len(value) >= 8 and _INNER_CAPITAL.search(value) is not None
        return (digits or signs or inner) and not is_no_value(value)
    return signs and digits and not is_no_value(value)


def is_hard(value: str) -> bool:
    """Stricter, where nothing ties the value: three kinds of characters of four, no known id."""
    value = value.rstrip("?")
    if not 7 <= len(value) <= 64:
        return False
    if is_random(value) or is_jumble(value.strip("0123456789")):
        return True
    lower = _LOWER.search(value) is not None
    digit = _DIGIT.search(value) is not None
    kinds = (
        lower + digit + (_UPPER.search(value) is not None) + (_HARD_SIGN.search(value) is not None)
    )
    if kinds < 2:
        return False
    changed = changes(value)
    if changed >= ODD_CHANGES and lower and not _CAMEL.fullmatch(value) and value.isascii():
        return not (is_known_form(value) or is_no_value(value))
    signs = len(_NOT_ALNUM.findall(value))
    if kinds >= 3:
        fits = changed + signs >= 2
    else:
        fits = lower and digit and not signs and len(value) >= 8 and changed >= 3
    if not fits or is_easy(value) or is_known_form(value):
        return False
    return not is_no_value(value)


_MARKUP = ("</", "<br", "&lt;/")


def before_markup(text: str, start: int, end: int) -> int:
    """Where markup begins behind a value, as in `<password>x</password>`; else `end`."""
    for sign in _MARKUP:
        at = text.find(sign, start + 1, end)
        end = at if at >= 0 else end
    return end


def trimmed(text: str, start: int, end: int) -> tuple[int, int]:
    """Without the quotes around and the stop after."""
    while end > start and (
        text[end - 1] in ".,;:)]}\"'”»’`|" or (text[end - 1] in "?!" and text[end - 2] in "\"'”»’`")
    ):
        end -= 1
    while start < end and text[start] in "\"'“„«‘`([|":
        start += 1
    return start, end
