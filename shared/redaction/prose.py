"""Which words are passwords that somebody wrote in a sentence, a table or a settings file?

Two signs: a tie ("the password is ...", "pw: ...", `"password": "..."`) makes almost any word a
password; without one, only a word that no dictionary holds, close to where access is spoken of.
What only speaks about passwords stays.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise

from shared.redaction.kinds import Span

MOST_WORDS = 1000
"""Past so many words for password, all between them goes: no ticket, and no time to be subtle."""
MOST_CANDIDATES = 1000
BEFORE, AFTER = 70, 160
"""Characters around a word for password in which a hard word counts as one."""


class Sign(StrEnum):
    """What a word in a text is a sign of."""

    PASSWORD = "password"  # noqa: S105  # a kind of word
    TOKEN = "token"  # noqa: S105  # likewise
    LOGIN = "login"


_INSIDE = {
    Sign.PASSWORD: "passw passphrase passcode kennw contrase wachtwoord losungswort",
    Sign.TOKEN: "schlüssel",
    Sign.LOGIN: "zugangsdaten anmeldedaten credential credencial identifiant benutzer",
}
"""Count wherever they stand in a word."""
_WHOLE = {
    Sign.PASSWORD: "pass pwd pw psw psswd mdp clave claves passe parola pword psk senha passwrd",
    Sign.TOKEN: "key keys token tokens secret secrets",
    Sign.LOGIN: (
        "login logins log-in creds ftp sftp ssh zugang wp-admin acceso accesos accès connexion access "
        "logged einloggen user username usuario utilisateur admin cpanel plesk eingeloggt konto"
    ),
}
"""Count as words of their own, or as the last part of a name (`db_pass`)."""
_STEMS = tuple(
    (stem, sign, whole)
    for table, whole in ((_INSIDE, False), (_WHOLE, True))
    for sign, stems in table.items()
    for stem in stems.split()
)
_REST_OF_WORD = re.compile(r"[^\W\d_]{0,14}")
_KEY_OF = re.compile(
    r"(?:api|auth|access|client|consumer|secret|private|security|shared|signing|refresh|bearer|app"
    r"|rest|live|test|bot|clé|clave)[ _-]?$"
)
_IS = (
    r"is|are|was|be|ist|lautet|lauten|heißt|war|wäre|es|era|será|est|était|sera|é"
    r"|stays|remains|bleibt|being|reads|set to|changed to|now"
)
_PREPOSITION = (
    r"for|of|to|on|in|at|you|we|i|für|vom|von|zum|zur|der|des|im|am|para|de|del|en|el|la|pour|du|le"
    r"|sur|au|is|und|and"
)
_TIE = re.compile(
    r"(?:n|s|en|es)?[\"'”»’`*_)\]]{0,3}"
    rf"(?P<for>\s(?:\(|(?:{_PREPOSITION})\b)[^\n:=\ufdd0]{{0,50}}?)?\s{{0,3}}"
    rf"(?P<tie>:=|=>|->|→|>|[:=|：][:=]?|(?<=[\s*_\"'])(?:{_IS})(?: (?:still|now|currently"
    rf"|jetzt|ahora|maintenant|noch|just))?[:\s])"
    r"[ \t|:]{0,30}(?:\r?\n[ \t>|*-]{0,8}){0,3}"
)
_VALUE = re.compile(
    r"(?:(?P<q>[\"'“„«‘`‚*_(]{1,3})\s?(?P<quoted>[^\n\ufdd0\"“”„«»`]{1,100}?)(?=\s?[\"'”“»’`*_)]{1,3}(?:[\s.,;:!?)<|\]}&-]|$))"
    r"|(?:<[a-zA-Z]{1,10}>)?(?P<bare>[^\s\ufdd0|]{2,128}))"
)
_BARE = re.compile(r"[\"'”»’`*_)]{0,3}[ \t]{0,8}[-–/,;>(]{0,2}[ \t\"'“„«‘`*(]{0,8}")
_LATER = re.compile(r"[^\n:=\ufdd0]{1,60}(?:=>|->|→|[:=])\s{0,8}")
_BELOW = re.compile(
    r"[^\n\ufdd0]{0,80}\n(?:[ \t>|]{0,8}\r?\n){0,2}[ \t>|*-]{0,8}(?=[^\s\ufdd0]{5,64}[ \t]{0,3}(?:\r?\n|$))"
)
_HARD = re.compile(
    r"(?<![^\s\"'“„«‘`(\[{>|])(?=[^\s\ufdd0]{0,40}[0-9!#$%&*+?^~§€])(?=[^\s\ufdd0]{0,40}[A-Za-z])"
    r"[^\s\ufdd0]{6,80}"
)
_NONCE = re.compile(r"(?i)nonce[^\n]{0,30}$")
_PAIRED = re.compile(r"[ \t](?:/|//|\|)[ \t]$")
_WORD_2 = re.compile(r"[A-Za-z]{3,}-?[0-9]{1,2}|[A-Za-z0-9!#$%&*+=?@^~-]+")
_NO_VALUE = re.compile(
    r"(?i)(?:\*+|•+|\.+|x{3,}|-+|_+|\?+|…|redacted|\[?removed.*|hidden|entfernt|geheim|masked|null"
    r"|none|nil|true|false|undefined|empty|leer|vacío|vide|required|incorrect\w*|invalid\w*"
    r"|wrong|falsch"
    r"|reset|unknown|secret|see|siehe|voir|ver|véase|same|below|above|attached|unten|oben|ok"
    r"|yes|no|not"
    r"|n/a|tbd|missing|password|passwort|kennwort|contraseña|string|text|varchar.*|your.*|https?:.*"
    r"|www\..*|/\S*|\$\w+.*|\{\{?.*|<.*|%\w+.*|.*\(\).*|sha-?\d.*|md5.*|bcrypt.*|aes.*"
    r"|utf-?8.*|base64.*"
    r"|\d{1,3}[-–]?[^\W\d]*|\d{1,2}[.:]\d\d.*|v?\d+(?:\.\d+)+\S*|wordpress|jetpack"
    r"|woocommerce|cpanel"
    r"|javascript|mysql|phpmyadmin|oauth2?|2fa|wp-\w+|expired|changed|correct|field|protected"
    r"|stored"
    r"|encrypted|hashed|visible|login|email|admin|user|username|click|please|bitte)"
)
_EMAIL = re.compile(r"<?[\w.+-]{1,64}@[\w-]{1,64}(?:\.[\w-]{1,64})+>?")
_NAMED_ID = re.compile(
    r"(?:ch|pi|in|cus|sub|txn|evt|pm|price|prod|re|seti|cs_test|cs_live|pk_live|pk_test|acct"
    r"|req|tr|po"
    r"|order|wc_order|inv|inv-|tkt|sess|phpsessid|wordpress_logged_in)[_=-]\S+"
)
_NOT_HARD = re.compile(
    r"(?i)[$#@&*\\]?[a-z_][a-z_\\]*\d?(?:\(.*)?|.*(?:://|::|->|\\\\|\.php|\.js|\.css|\.html?"
    r"|\.log|\.zip|\.csv|\.png|\.jpe?g|\.pdf|\.svg).*"
    r"|[a-z0-9.-]+/[a-z0-9./_-]+|[a-z-]+/\d+(?:\.\d+)*\S*|\S*[?&]\w+=\S*|#?[0-9a-f]{6,64}"
    r"|[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}|(?:[0-9a-f]{2}[:-]){5}[0-9a-f]{2}"
    r"|\+?[\d ()/.-]+|[\d.,]+\s?[%€$£a-z]{0,3}|[%€$£][\d.,]+|[a-z]+-?\d{1,2}|\d+[a-z]{1,3}"
    r"|data:\S+|[a-z]\w*(?:_\w+){2,}|&\w+;.*|[A-Z0-9]+(?:-[A-Z0-9]+)+"
)


@dataclass(frozen=True, slots=True, order=True)
class Word:
    """A word that is a sign of something, as characters [start, end) of the text."""

    start: int
    end: int
    sign: Sign


def find_passwords(text: str) -> Iterable[Span]:
    """Every value that the text ties to a word for password, token or access."""
    lowered = _in_place_lower(text)
    words = sorted(_words(lowered))
    tying = [word for word in words if word.sign is not Sign.LOGIN]
    for word in tying[:MOST_WORDS]:
        tied = _tied(text, lowered, word)
        if tied is not None:
            yield tied
    if len(tying) > MOST_WORDS:
        yield Span(tying[MOST_WORDS].start, _last_word(lowered) + AFTER, "password")
    yield from _hard_words(text, _windows(words[: 2 * MOST_WORDS], len(text)))


def _words(lowered: str) -> Iterable[Word]:
    """The words that count, of each kind no more than matter."""
    for stem, sign, whole in _STEMS:
        at = lowered.find(stem)
        count = 0
        while at >= 0 and count <= MOST_WORDS:
            end = at + len(stem)
            if not whole:
                found = _REST_OF_WORD.match(lowered, end)
                end = found.end() if found is not None else end
                yield Word(at, end, sign)
                count += 1
            elif _stands_alone(lowered, at, end) and _is_tokens(lowered, at, stem, sign):
                yield Word(at, end, sign)
                count += 1
            at = lowered.find(stem, end)


def _stands_alone(lowered: str, at: int, end: int) -> bool:
    before = at == 0 or not lowered[at - 1].isalnum()
    return before and (end == len(lowered) or not (lowered[end].isalnum() or lowered[end] == "_"))


def _is_tokens(lowered: str, at: int, stem: str, sign: Sign) -> bool:
    """`key` counts after a word that says of what; `token` and `secret` speak for themselves."""
    if sign is not Sign.TOKEN or not stem.startswith("key"):
        return True
    return _KEY_OF.search(lowered, max(0, at - 12), at) is not None


def _windows(words: list[Word], length: int) -> list[tuple[int, int]]:
    """Stretches of text around the words, none twice."""
    windows: list[tuple[int, int]] = []
    for word in words:
        begin, end = max(0, word.start - BEFORE), min(length, word.end + AFTER)
        if windows and begin <= windows[-1][1]:
            windows[-1] = (windows[-1][0], end)
        else:
            windows.append((begin, end))
    return windows


def _in_place_lower(text: str) -> str:
    """Lower case with every character in its place (U+0130 is the one that grows)."""
    return text.replace("\u0130", "i").lower()


def _last_word(lowered: str) -> int:
    return max(lowered.rfind(stem) for stem, sign, _ in _STEMS if sign is not Sign.LOGIN)


def _tied(text: str, lowered: str, word: Word) -> Span | None:
    """The value tied to a word: behind a sign or verb, behind a clause, beside it, or below it."""
    token = word.sign is Sign.TOKEN
    tie = _TIE.match(lowered, word.end)
    if tie is not None:
        sure = not tie["tie"].strip(" :\t\n").isalpha() or tie["tie"].endswith(":")
        found = _value(text, tie.end(), token=token, sure=sure and not tie["for"])
        if found is not None:
            return found
    for way in (_BARE, _BELOW, _LATER):
        at = way.match(lowered, word.end)
        if at is not None and at.end() > word.end:
            found = _value(text, at.end(), token=token, sure=False)
            if found is not None and (way is _BARE or is_hard(text[found.start : found.end])):
                return found
    return None


def _value(text: str, at: int, *, token: bool, sure: bool) -> Span | None:
    """The value that begins at `at`, if it can be one; `sure`: the tie leaves little doubt."""
    found = _VALUE.match(text, at)
    if found is None:
        return None
    start, end = found.span("quoted" if found["quoted"] else "bare")
    end = min(end, _tag(text, start, end))
    start, end = _trimmed(text, start, end)
    value = text[start:end]
    if _NO_VALUE.fullmatch(value) or _EMAIL.fullmatch(value):
        return None
    if value.count("-") >= 3 and value.replace("-", "").isalpha():
        fits = not token
    elif token:
        fits = len(value) >= 12 and is_made_up(value) and not _NAMED_ID.fullmatch(value)
    elif found["quoted"] is not None and sure:
        fits = len(value) >= 4
    else:
        fits = is_made_up(value) or (sure and _alone(text, end, value))
    return Span(start, end, "token" if token else "password") if fits else None


def _tag(text: str, start: int, end: int) -> int:
    """Where markup begins inside a value: `<password>x</password>`."""
    tag = text.find("</", start, end)
    return tag if tag > start else text.find("<br", start, end) if "<br" in text[start:end] else end


def _alone(text: str, end: int, value: str) -> bool:
    """A plain word is a password where the line holds nothing else after the tie."""
    rest = text[end : end + 4].lstrip(".,;:!?)]}\"'”»’`*_ \t|")
    return len(value) >= 5 and (not rest or rest[0] in "\r\n<&;")


def _trimmed(text: str, start: int, end: int) -> tuple[int, int]:
    """Without the quotes around and the stop after."""
    while end > start and text[end - 1] in ".,;:)]}\"'”»’`|":
        end -= 1
    while start < end and text[start] in "\"'“„«‘`([|":
        start += 1
    return start, end


def _hard_words(text: str, windows: list[tuple[int, int]]) -> Iterable[Span]:
    """Words that only a machine or a careful person makes, close to a word for access."""
    count = 0
    for first, last in windows:
        for found in _HARD.finditer(text, first, last):
            count += 1
            if count > MOST_CANDIDATES:
                yield Span(found.start(), windows[-1][1], "password")
                return
            start, stop = _trimmed(text, *found.span())
            if _NONCE.search(text, max(0, start - 40), start):
                continue
            paired = _PAIRED.search(text, max(0, start - 4), start) is not None
            for begin, end in _parts(text, start, stop):
                value = text[begin:end]
                if is_hard(value) or (paired and is_made_up(value) and _WORD_2.fullmatch(value)):
                    yield Span(begin, end, "password")


def _parts(text: str, start: int, stop: int) -> Iterable[tuple[int, int]]:
    """`name=value` and `name/value` as their value, else the whole word."""
    for sign in "=/":
        at = text.find(sign, start, stop)
        if at > start and text[start:at].replace("-", "_").isidentifier():
            yield at + 1, stop
            if sign == "/":
                return
    yield start, stop


def is_made_up(value: str) -> bool:
    """Whether a word is made as words are not: digits among letters, signs, capitals inside."""
    if not 5 <= len(value) <= 128:
        return False
    letters = any(c.isalpha() for c in value)
    digits = any(c.isdigit() for c in value)
    signs = any(c in "!#$%&*+=?@^~{}<>[]|\\§€" for c in value[:-1])
    inner = any(a.islower() and b.isupper() for a, b in pairwise(value))
    plain = _NO_VALUE.fullmatch(value) or _EMAIL.fullmatch(value)
    return not plain and (
        (letters and (digits or signs or (inner and len(value) >= 8))) or (signs and digits)
    )


def is_hard(value: str) -> bool:
    """Stricter, where nothing ties the value: three kinds of characters of four, and no known id."""
    if not 7 <= len(value) <= 64 or _NOT_HARD.fullmatch(value) or _NO_VALUE.fullmatch(value):
        return False
    if _EMAIL.fullmatch(value) or _NAMED_ID.fullmatch(value.lower()):
        return False
    kinds = (
        any(c.islower() for c in value),
        any(c.isupper() for c in value),
        any(c.isdigit() for c in value),
        any(c in "!#$%&*+=?@^~{}[]§€" for c in value),
    )
    changes = sum(
        _class_of(a) != _class_of(b) for a, b in pairwise(value) if a.isalnum() and b.isalnum()
    )
    signs = sum(not c.isalnum() for c in value)
    if sum(kinds) >= 3:
        return changes + signs >= 2
    return kinds[0] and kinds[2] and not signs and len(value) >= 8 and changes >= 3


def _class_of(character: str) -> int:
    return 0 if character.isdigit() else 1 if character.islower() else 2
