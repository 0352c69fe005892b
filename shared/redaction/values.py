"""Is this word a password? What the words around it do not say, its own make-up does."""

from __future__ import annotations

import re

from shared.redaction.ordinary import is_common, is_ordinary, is_sentence_word

_NO_VALUE = re.compile(
    r"(?i)\*+|•+|\.+|x{3,}(?:-x{2,})*|-+|_+|\?+|…|\[?removed.*|incorrect\w*|invalid\w*|varchar.*|your.*"
    r"|https?:.*|www\..*|/\S*|\$\w+.*|\$\{.*|\{\{?.*|<.*|%\w+.*|.*\(\).*|sha-?\d.*|md5.*|bcrypt.*|aes.*"
    r"|utf-?8.*|base64.*|\d{1,3}[-–]?[^\W\d]*|\d{1,2}[.:]\d\d.*|v?\d+(?:\.\d+)+\S*|wp-[a-z]+(?:-[a-z0-9]+)*"
    r"|[\w-]+=(?:[\"'].*|\*+)|enc\[.*|(?:process|os)\.env.*|\$\(.*"
    r"|(?:op|vault|arn|file|ssm|env|secrets?)[:.][\w/:.].*|<[a-z_ 0-9-]*>?|sha256:.*"
    r"|!(?:vault|secret|env)\b.*|[a-z_]{4,}\(.*"
    r"|(?-i:[A-Z]\w*(?:\\{1,2}[A-Z]\w*)+)\S*|\w*(?:::|->)\$?\w+\S*"
    r"|(?:my|the|some|enter|insert|new|db|your|dein|mein)?[ _-]?pass(?:word|wort)[ _-]?(?:here)?"
)
EMAIL = re.compile(r"<?[\w.+-]{1,64}@[\w-]{1,64}(?:\.[\w-]{1,64})+>?")
_NAMED_ID = re.compile(
    r"(?:ch|pi|in|cus|sub|txn|evt|pm|price|prod|re|seti|py|ba|card|src|si|il|dp|du|cs_test|cs_live|pk_live|pk_test|acct"
    r"|req|tr|po"
    r"|order|wc_order|inv|inv-|tkt|sess|phpsessid|wordpress_logged_in)[_=-]\S+"
)
_KNOWN_FORM = re.compile(
    r"(?i).*(?:://|::|->|\\\\|\.php|\.js|\.css|\.html?"
    r"|\.log|\.zip|\.csv|\.png|\.jpe?g|\.pdf|\.svg).*"
    r"|[a-z0-9.-]+/[a-z0-9./_-]+|[a-z-]+/\d+(?:\.\d+)*\S*|\S*[?&]\w+=\S*|#?[0-9a-f]{6,64}"
    r"|.*[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}.*|(?:[0-9a-f]{2}[:-]){5}[0-9a-f]{2}"
    r"|\+?[\d ()/.-]+|[\d.,]+\s?[%€$£a-z]{0,3}|[%€$£][\d.,]+"
    r"|data:\S+|[a-z]\w*(?:_\w+){2,}|&\w+;.*|[a-z]\w*(?:\\+[a-z]\w*)+|[a-z-]+=[\"'].*"
    r"|\d{1,2}[/-][a-z]{3}(?:[/-]\d{2,4}\S*)?|\d{4}-\d\d-\d\d\S*|-{2,}\S*-{2,}|\S*\[?\]=\S*"
    r"|\S*(?:</[a-z]|<(?:p|br|b|i|a|td|div|span)\b|\">)\S*|[a-z_]\w{3,}\(\S*"
    r"|\S*nonce\S*|\S*data:\S*|.*pk_(?:live|test)_.*|(?:ctrl|alt|shift|cmd|strg|maj)\+\S+"
    r"|(?:tel|error|sms):\+?[0-9a-f]{4,}|\S*(?:[0-9a-f]{2}[:-]){5}[0-9a-f]{2}|s?sess\w*[0-9a-f]{20,}"
    r"|[a-z_]+[0-9a-f]{32}|[.#]?[a-z]{2,}(?:-[a-z]+)*-(?=[a-z]*\d)[0-9a-f]{6,12}"
    r"|[.#]?(?:css|jss|sc)-?(?=[a-z]*\d)[0-9a-z]{5,12}|\.[a-z][\w-]+"
    r"|(?-i:\w*(?:get|set|has|is|Token|Type|Exception|Provider|Store|Controller|Response|Request"
    r"|Handler|Service|Interface|Factory|Loader)[A-Z]\w*|[A-Z]\w+(?:Type|Exception|Provider|Store))"
    r"|\S*__\S+|(?:jsx|svelte|emotion|mui\w*|makestyles|chakra|astro|ng|data-v|_ng\w*|style|tw)[-_]\S*"
    r"|(?:iphone|ipad|pixel|galaxy|s2\d|macbook|thinkpad|redmi|oneplus|b2b|b2c)\S*|[a-z]{1,6}=[\d.:]+"
    r"|\S*(?:div|span|input|button)\.[a-z]\S*|[a-z]:\\\S*|\\\S*|\S*\\\S+\\\S*|(?:gclid|fbclid|msclkid|\w*clid|utm_\w+|mc_\w+|_ga\w*)[=:]\S*"
    r"|[a-z]+\d+(?:\.\d+)+|(?:outlook|chrome|firefox|windows|office|edge|safari|android|php)\d+"
    r"|(?-i:#[A-Z0-9]+(?:-[A-Z0-9]+)+|#\d+(?:-\w+)?|[0-9a-zA-Z]{6}-[0-9a-zA-Z]{6,11}-[0-9a-zA-Z]{2,4})"
    r"|[\w-]+(?:\.[\w-]+){3,}|\S+\.\w{1,4}:\d+(?::\d+)?|[\w.-]+\[[\d.:]+\]?(?::\d+)?"
    r"|\S*[\"'][:,}\]]\s?[,\"'{]\S*|\w+[\"”][-–]\w+|.*\)>.*|(?-i:[A-Z][A-Za-z]+\.[a-z]{2,4})"
    r"|.*\.(?:sql|gz|tar|bak|txt|json|xml|ya?ml)(?:\W.*)?|\S*&(?:trade|copy|reg|nbsp|amp|quot|lt|gt)\b.*"
    r"|\S*[a-z_]{5,}\(\S*|\S*&[a-z]{2,6};\S*|[\w.-]+\.[a-z]{2,12}:\d+"
    r"|[a-z]+2[a-z]+|(?:user\w*|login|name|host|server|port|email|mail|db)[=:]\S*"
)
_NOT_HARD = re.compile(
    r"(?i)[$#@&*\\]?[a-z_][a-z_\\]*\d?|[$#@&*\\]?[a-z_\\]{4,}\d?\(.*|[a-z]+-?\d{1,2}|\d+[a-z]{1,3}"
    r"|(?-i:[A-Z0-9]+(?:-[A-Z0-9]+)+)|\**[^\W\d_]+(?:[-'’][^\W\d_]+)*[)\]!?*.:]*"
    r"|(?-i:[a-z_]\w*=\w{1,12})|[a-z]+(?:_[a-z]+)+[?:.]*|[a-z]+\+{1,2}"
    r"|[a-z_.]+=\w{1,12}"
)
_CAMEL = re.compile(r"(?:[A-Z]?[a-z]{2,}|[A-Z]{2,}|[A-Z][a-z])+[\W_]*")
_TYPE = re.compile(r"[a-z]{5,}[0-9]{1,4}")
_JOINED = re.compile(r"(?i)[a-z]{2,12}(?:[_.][a-z]{2,12}){1,4}[_.][0-9]{1,4}")
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
    " draft utf mb md sum oauth auth version hours days minutes contacts customers users tickets"
)
_SLUG = frozenset(_SLUGS.split())
"""Of names of pages, files and products."""
MOST_CHANGES = 8
"""Changes between small letter, capital and digit that a path or a name may have."""
MOST_JUMPS, JUMPS_EACH = 5, 0.4
"""From one kind of character to another, in all and for each character, past which no name goes."""
_JUMP = re.compile(
    r"(?<=[a-z])(?=[^a-z])|(?<=[A-Z])(?=[^A-Za-z])|(?<=[0-9])(?=[^0-9])"
    r"|(?<=[^A-Za-z0-9])(?=[A-Za-z0-9])|(?<=[A-Z])(?=[A-Z][a-z])"
)
_LABEL = re.compile(r"[A-Za-z][A-Za-z_-]{1,24}[:=#](?!//)")
_NO_JUMBLE = re.compile(
    r"(?i)(?:op|vault|arn):.*|(?:sha\d+|aaaa[bce]3nza).*|.*[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}.*|.*\d{1,3}(?:\.\d{1,3}){3}.*|.*\d\d:\d\d:\d\d.*"
    r"|.*(?:://|[?&]\w+=|\.php|\.js|\.css|::|->|nonce|data:|\[removed|\$_).*|[0-9a-f:-]+|v?\d+(?:\.\d+)+.*"
    r"|[\w.-]*[a-z][/-]?v?\d+(?:\.\d+)+\S*|[\w.-]+=[\"'\w].*|\S*@[\w-]+(?:\.[\w-]+)+\S*|\S*__\S+"
    r"|(?-i:[0-9a-zA-Z]{6}-[0-9a-zA-Z]{6,11}-[0-9a-zA-Z]{2,4})|[\w.-]+(?:\.[\w-]+){3,}|.*<[^<>]+>.*"
    r"|b2[bc]\S*|(?:sc|css|jss)-\S*|(?-i:[A-Z0-9]+(?:-[A-Z0-9]+)+)|\d[\d.,/:-]*\d[a-z]{0,3}|\S*[\"'][:,]\S*"
    r"|.*pk_(?:live|test)_.*|(?:[a-z]+\\+)+\w*|\d{1,2}/[a-z]{3}/\d{4}.*|\w*[0-9a-f]{24,}"
    r"|\S*\d{4}-\d\d-\d\d\S*|/(?:[\w.-]+/)+[\w.-]*|-{2,}\S*-{2,}|.*\\x[0-9a-f]{2}.*|(?-i:[a-z_]{4,}|[A-Z]{4,})\(.*"
    r"|[0-9a-f]{8}-[0-9a-f]{4}-.*"
)
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
    value = value.rstrip("?!:")
    return _KNOWN_FORM.fullmatch(value) is not None or is_named_id(value.lower())


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
        _CAMEL.fullmatch(value)
        or _NO_JUMBLE.fullmatch(value)
        or is_named_id(value.lower())
        or EMAIL.fullmatch(value)
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
    return not any(word in _SLUG or is_sentence_word(word) for word in value.lower().split("-"))


def is_likely(value: str) -> bool:
    """Between made up and hard: for places at which people put what they type."""
    return is_hard(value) or is_memorable(value)


def is_memorable(value: str) -> bool:
    """Whether it is made for people to remember: words with hyphens, or a word with digits."""
    if is_phrase(value):
        return True
    if _JOINED.fullmatch(value) is not None:
        return not any(
            word in _SLUG or is_common(word) for word in re.split(r"[_.]", value.lower())
        )
    if _MEMORABLE.fullmatch(value) is not None:
        return not any(word in _SLUG or is_common(word) for word in _LETTERS.findall(value.lower()))
    if len(value) < SHORTEST_TYPE or _TYPE.fullmatch(value) is None:
        return False
    name = value.rstrip("0123456789")
    return not (name in _SLUG or is_common(name) or is_no_value(value))


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
    if not 7 <= len(value) <= 64:
        return False
    if is_random(value):
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
    if not fits or _NOT_HARD.fullmatch(value) or is_known_form(value):
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
    while end > start and text[end - 1] in ".,;:)]}\"'”»’`|":
        end -= 1
    while start < end and text[start] in "\"'“„«‘`([|":
        start += 1
    return start, end
