"""Which words did only a machine or a careful person make? Near a login, and with nothing near."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from itertools import chain, islice

from shared.redaction.candidates import (
    LARGE,
    NAME,
    around,
    at_both_ends,
    candidates,
    is_handed,
    is_in_address,
    is_logged,
    is_named,
    is_of_sale,
    outside,
    parts,
)
from shared.redaction.forms import is_known_form
from shared.redaction.ordinary import is_sentence_word
from shared.redaction.sieve import Word
from shared.redaction.spans import Span, Stretch
from shared.redaction.values import (
    is_hard,
    is_harder,
    is_made_up,
    is_memorable,
    is_phrase,
    is_plausible,
    is_random,
    trimmed,
)
from shared.redaction.words import BLANK, Sign

MOST_CANDIDATES = 120
MOST_CHARACTERS = 20_000
"""Around words for access; past so many they are those of a log, and people write at its ends."""
BEFORE, AFTER = 70, 160
"""Characters around a word for password in which a hard word counts as one."""
CLOSE = 60
"""Characters behind a word for password in which three words with hyphens are one."""
MOST_READ = 12_000
"""Characters at both ends of a text in which words with nothing near them are looked at."""
MOST_ALONE = 30
"""Such words at each end."""
FAR = 150
"""Characters around such a word in which other things are spoken of."""
_HYPHENS = re.compile(r"-[A-Za-z]{3,12}-")
_PHRASE = re.compile(
    r"(?<![\w.@/#=-])[A-Za-z]{3,12}(?:-[A-Za-z]{3,12}){2,6}(?:-?[0-9]{1,4})?(?![\w-])"
)
_QUOTED_PHRASE = re.compile(
    r"[\"“„«‘'`] ?(?P<words>[^\W\d_]{3,14}(?: [^\W\d_]{3,14}){3,7}(?: [0-9]{1,4})?) ?[\"”“»’'`]"
)
_PAIRED = re.compile(r"[ \t](?:/|//|\||\+|&)[ \t]$")
_WORD_2 = re.compile(r"[A-Za-z]{3,}-?[0-9]{1,2}|[A-Za-z0-9!#$%&*+=?@^~-]+")
_ID = re.compile(r"(?i)cve-.*|\S*[\"<>{].*|[\w.-]+=.*|[^\W\d_]+[,;].*")
_SORT = re.compile(
    r"(?i)\S*[;,:].*|[a-z]+[0-9]?(?:[+/-][a-z]+[0-9]?)+|[a-z]+-?(?:19|20)[0-9]{2}|[a-z_]+(?:19"
    r"|20)[0-9]{2}\S*|[a-z_]+|[a-z]+[0-9]{2,3}|bc1\S*"
    r"|\S*\.[a-z]{3,4}|[0-9]\S*|[a-z]{1,3}-[0-9]\S*|_\S*|(?-i:[A-Z]{2,}\S*|[A-Z0-9]+-\S*)"
)
"""Ids, names and pieces of something else."""
_LINE_START = re.compile(r"(?:^|\n)[ \t>*\"'-]*$")
_LINE_END = re.compile(r"[\"'.)]{0,2}[ \t]*(?:\r?\n|$)")
_ELSE = re.compile(r"nonce|clid\b|utm_|csp|selector|\bcss\b|queue|postfix|exim|message-id|base64")
_COUPON = re.compile(
    r"coupon|gutschein|cup[oó]n|voucher|promo|discount|rabatt|remise|descuento"
    r"|sconto|% off|sale|checkout|\bcart\b|warenkorb|carrito|panier|code|código"
)
_THING = re.compile(
    r"(?:\b(?:as|als|como|comme|segment\w*|campa\w+|kampagne|widget\w*|snippet|tags?|product\w*|produ[ck]t\w*|artikel"
    r"|newsletter|series?|serie|contact\w*|kontakt\w*|phone|laptop|tablet|printer|drucker|impresora|imprimante"
    r"|user\w*|usuari\w+|utilisateur\w*|benutzer\w*|login|identifiant|account|konto"
    r"|compte|cuenta|plugin"
    r"|extension|theme|app|version|versión|template|model\w*|modèle|typ|type|by|named|called"
    r"|namens|field|feld"
    r"|campo|champ|column|spalte|columna|colonne|table|tabelle|tabla|rule|regel|tag|label|list"
    r"|liste|lista|file"
    r"|datei|fichier|archivo|folder|ordner|carpeta|dossier|group|gruppe|grupo|groupe|role|rolle"
    r"|rol|rôle"
    r"|company|firma|empresa|entreprise|société|nickname|handle|host|server|servidor|serveur"
    r"|domain|slug|id|nr|no|n°|ref\w*|key|clave|clé|schlüssel|s/n|n/s"
    r"|número|numéro|nummer|number|team|branch|class|klasse|clase|classe|option|opción|función"
    r"|function|hook"
    r"|card|karte|tarjeta|carte|cve|iso|din|standard|norm|room|raum|sala|salle|site|page|seite"
    r"|página)"
    r"|@|\bn[º°])(?:\s(?:like|wie|como|comme))?[\s:=#„“\"'«(.-]{0,4}$"
)
"""What says of the next word that it is a name."""
_SOME_THING = re.compile(
    r"\b(?:(?:the|an?|our|my|his|her|this|der|die|das|den|dem|unser\w*|mein\w*|el|la|los|las|una?|nuestr\w+|mi"
    r"|les?|du|notre|mon|ma|votre)\s\w+|l[’']\w+|in|at|im|bei|en|chez|from|von|de|of|aus|from|import\w*)"
    r"\s[\"'“„«(]?$"
)
"""A thing that the next word seems to be the name of."""
_CODES = re.compile(r"\b(?:codes?|códigos?|coupon\w*|bons?|aktion\w*|promo\w*)\b")
_LIKE_ID = re.compile(
    r"[^\W\d_]+[.-][^\W\d_]+[0-9]|[A-ZÄÖÜ]{2,}[A-Z0-9_-]*[0-9][A-Z0-9_-]*[!?]?"
    r"|[^\W\d_]+[-_.]?[0-9]|[0-9].*|[^0-9]*"
    r"|[a-z]+(?:_[a-z]+)+_[0-9]+|[a-z]{1,7}_[0-9]+|[a-z]{2,4}_\w+|(?i:[^aeiouyäöü]*)"
    r"|(?i:base|utf|iso|din|sha|hmac|rfc|wp|php|ipv|win|mac|ios|office|cve|zero|last|top|camt"
    r"|select).*"
)
"""Ids, names of standards and fields, a name with one digit."""
_NEXT_NAME = re.compile(r"[!?]? [A-ZÄÖÜ][a-zäöüß]|[+\w/@=]")
ACCESS = """
denied locked refus log␣in log-in login logs␣in logged␣in logging sign␣in sign-in signed␣in
access accep invalid wrong says␣no portal staging preview dashboard admin members anmeld
einlogg gesperrt lehnt falsch zugang ␣rein mitglieder acced acces entrar entro ␣entra␣ deneg
rechaz panel socios accès connect ␣entre portail espace tablet browser navigat tipp tecle
␣tape typed typing saisi
"""
_ACCESS = tuple(word.replace(BLANK, " ") for word in ACCESS.split())
"""Of what is read near a word with digits, so that it may be a password though nobody hands it."""
LONGEST_TOLD = 30
_REACH = 14
"""Characters in front of a word that say how its line begins."""


def made_words(
    text: str, words: Sequence[Word], stretches: Sequence[Stretch], *, alone: bool
) -> Iterable[Span]:
    """Words that nothing ties: close to a word for access, and where people write `it's x`."""
    near: Sequence[Stretch] = ()
    if words:
        near = at_both_ends(around(words, len(text), BEFORE, AFTER), MOST_CHARACTERS)
        yield from _phrases(text, words)
        yield from _near(text, near)
    if alone:
        for end in at_both_ends(stretches, MOST_READ):
            found = (candidates(text, *stretch) for stretch in outside(near, end))
            for word in islice(chain.from_iterable(found), MOST_ALONE):
                yield from _alone(text, *trimmed(text, *word))


def _near(text: str, near: Iterable[Stretch]) -> Iterable[Span]:
    count = 0
    most = MOST_CANDIDATES if len(text) < LARGE else MOST_CANDIDATES // 2
    for first, last in near:
        yield from _quoted_phrases(text, first, last)
        hyphens = _HYPHENS.search(text, first, last) is not None
        phrases = _PHRASE.finditer(text, first, last) if hyphens else ()
        for start, end in chain(candidates(text, first, last), (one.span() for one in phrases)):
            count += 1
            if count > most:
                yield Span(start, last, "password")
                break
            yield from _judged(text, *trimmed(text, start, end))


def _phrases(text: str, words: Sequence[Word]) -> Iterable[Span]:
    """Words with hyphens behind a word for password; where phrases are spoken of, quoted ones."""
    passwords = [word for word in words if word.sign is Sign.PASSWORD]
    for word in passwords[:MOST_CANDIDATES]:
        first, last = max(0, word.start - 20), word.end + CLOSE
        if _HYPHENS.search(text, first, last) is not None:
            for found in _PHRASE.finditer(text, first, last):
                if is_phrase(found[0]):
                    yield Span(*found.span(), "password")
    if any("phr" in text[word.start : word.end].lower() for word in passwords):
        yield from _quoted_phrases(text, 0, min(len(text), MOST_CHARACTERS))


def _quoted_phrases(text: str, first: int, last: int) -> Iterable[Span]:
    """Four words or more in quotes that make no sentence."""
    for found in _QUOTED_PHRASE.finditer(text, first, last):
        words = found["words"].split()
        if found["words"].islower() and not any(map(is_sentence_word, words)):
            yield Span(*found.span("words"), "password")


def _judged(text: str, start: int, stop: int) -> Iterable[Span]:
    for begin, end in parts(text, start, stop):
        value = text[begin:end]
        fits = is_hard(value) or _handed(text, begin, value)
        fits = fits or _is_second_of_pair(text, start, value)
        if fits and not (
            is_in_address(text, start) or is_named(text, start) or is_logged(text, end)
        ):
            yield Span(begin, end, "password")


def _is_second_of_pair(text: str, start: int, value: str) -> bool:
    """`name / value`: the value need be less hard, as its place says what it is."""
    if _PAIRED.search(text, max(0, start - 4), start) is None or value.isalpha():
        return False
    return is_made_up(value) and not is_known_form(value) and _WORD_2.fullmatch(value) is not None


def _is_told(text: str, start: int, value: str) -> bool:
    """A word with digits as people make them, given to somebody, or where access is spoken of."""
    if len(value) > LONGEST_TOLD or _LIKE_ID.fullmatch(value) is not None:
        return False
    if not (is_memorable(value) or is_plausible(value)) or is_of_sale(
        text, start, start + len(value)
    ):
        return False
    if _is_called(text, start) or _NEXT_NAME.match(text, start + len(value)):
        return False
    at_start = _LINE_START.search(text, max(0, start - _REACH), start) is not None
    if is_handed(text, start) and not (
        at_start and _LINE_END.match(text, start + len(value)) is None
    ):
        return True
    if is_some_thing(text, start):
        return False
    near = text[max(0, start - FAR) : start + FAR].lower()
    return (
        len(text) < LARGE and any(word in near for word in _ACCESS) and _ELSE.search(near) is None
    )


def is_some_thing(text: str, start: int) -> bool:
    """Whether it seems to be the name of the thing in front: `the segment x`, `l'identifiant x`."""
    before = text[max(0, start - NAME) : start].lower()
    return _SOME_THING.search(before) is not None or _THING.search(before) is not None


def _is_called(text: str, start: int) -> bool:
    """Whether a name, an id or a code is expected there."""
    before = text[max(0, start - NAME) : start].lower()
    other = _THING.search(before) is not None or _CODES.search(before) is not None
    return other or is_named(text, start) or is_in_address(text, start)


def _handed(text: str, start: int, value: str) -> bool:
    """Whether somebody was given it, typed or set it, and it may well be one."""
    if not is_handed(text, start):
        return _is_told(text, start, value)
    return is_memorable(value) or (
        not value.rstrip("!?#$*").isalpha()
        and is_plausible(value)
        and not is_of_sale(text, start, start + len(value))
    )


def _alone(text: str, start: int, stop: int) -> Iterable[Span]:
    """With no word near it that speaks of access."""
    for begin, end in parts(text, start, stop):
        value = text[begin:end]
        jumble = is_random(value)
        hard = text[begin - 1 : begin] != "=" and (jumble or is_hard(value))
        stands_out = hard and _stands_out(text, begin, value, jumble=jumble)
        if stands_out or _is_told(text, begin, value):
            yield Span(begin, end, "password")


def _stands_out(text: str, start: int, value: str, *, jumble: bool) -> bool:
    """Whether it can be nothing but a password, or was handed over and is named nothing else."""
    if _ID.fullmatch(value) is not None or ("%" in value and not jumble):
        return False
    sure = is_harder(value) or (jumble and not value.isalnum())
    if not sure and not _is_given(text, start, value, jumble=jumble):
        return False
    end = start + len(value)
    if (value.isalnum() or text.startswith(" - gsmtp", end)) and is_logged(text, end):
        return False
    far = text[max(0, start - FAR) : start + FAR].lower()
    if is_named(text, start) or is_in_address(text, start) or _ELSE.search(far) is not None:
        return False
    return sure or jumble or _COUPON.search(far) is None


def _is_given(text: str, start: int, value: str, *, jumble: bool) -> bool:
    if not jumble and _SORT.fullmatch(value) is not None:
        return False
    if _LINE_START.search(text, max(0, start - _REACH), start) is not None:
        return _LINE_END.match(text, start + len(value)) is not None
    return is_handed(text, start)
