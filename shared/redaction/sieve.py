"""Where in a text may a credential stand? One pass over it finds the places worth a closer look."""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import chain

from shared.redaction.handing import CUES
from shared.redaction.kinds import KINDS, SCANS, Find
from shared.redaction.spans import Span, Stretch
from shared.redaction.trie import one_of
from shared.redaction.words import (
    BEGINNINGS,
    BLANK,
    CHANGED,
    FIELDS,
    GETTING_IN,
    INSIDE,
    JOINTS,
    KEY_OF,
    MADE_OF,
    PASS_BEFORE,
    SALTS,
    WHOLE,
    Sign,
)

MOST_PLACES = 100
"""Past so many, all but the end of the text goes: no ticket, and no time to be subtle."""
CROWD = "crowd"
"""The kind of all that goes because there is too much to look at."""
KEPT_PLACES = 40
"""Of so many places the first are read all the same."""
LONGEST_FORM = 200
"""Characters by which any literal is known, with what has to follow it."""
MOST_LOGINS = 30
"""Past so many, words for a login are those of a log."""
MOST_ASKED = 15
"""Times that it is asked whether access is spoken of; past so many it is taken to be."""
END = 1500
"""Characters that are always read: people write above and below what they paste."""
Hit = tuple[int, int, str]
"""Characters [start, end) are this literal, or a word that begins with it."""


@dataclass(frozen=True, slots=True, order=True)
class Word:
    """A word that is a sign of something, as characters [start, end) of the text."""

    start: int
    end: int
    sign: Sign


@dataclass(slots=True)
class Places:
    """`words`: what speaks of access. `forms`: whom to ask where. `constants`: where the last part
    of a name in capitals may begin. `salts`, `private_keys`: where they are mentioned. `cues`:
    phrases that hand over access. `crowded`: where there are too many places to look at any.
    """

    words: list[Word] = field(default_factory=list)
    forms: list[tuple[int, Find]] = field(default_factory=list)
    constants: list[int] = field(default_factory=list)
    salts: list[int] = field(default_factory=list)
    private_keys: list[int] = field(default_factory=list)
    cues: list[Stretch] = field(default_factory=list)
    crowded: Span | None = None
    asked: tuple[int, bool] = (-1000, False)
    times_asked: int = 0

    def speaks_of_access(self, lowered: str, at: int) -> bool:
        """Whether anything near does; what was said of a place close by holds."""
        if self.times_asked == MOST_ASKED:
            return True
        if at - self.asked[0] > (ACCESS_REACH // 2 if self.asked[1] else ACCESS_REACH // 8):
            found = _ACCESS.search(lowered, max(0, at - ACCESS_REACH), at + ACCESS_REACH)
            self.asked = at, found is not None
            self.times_asked += 1
        return self.asked[1]


_ALONE = r"(?!\w)"
_PRIVATE_KEY = "private key"


def _listed(words: str) -> list[str]:
    return [word.replace(BLANK, " ") for word in words.split()]


_SALTS = frozenset(_listed(SALTS))
_OPEN = frozenset(word for words in BEGINNINGS.values() for word in _listed(words))
_KEYS = [of + joint + key for of in KEY_OF.split() for joint in JOINTS for key in ("key", "keys")]
_SIGNS = {
    **{word: sign for sign, words in WHOLE.items() for word in _listed(words)},
    **{word: sign for sign, words in BEGINNINGS.items() for word in _listed(words)},
    **dict.fromkeys(_KEYS, Sign.TOKEN),
    **dict.fromkeys(_listed(f"{CHANGED} {FIELDS} {MADE_OF} {GETTING_IN}"), Sign.LOGIN),
    "p": Sign.PASSWORD,
}
_ONLY_CUES = CUES - _SIGNS.keys()
_LOGINS = CUES | {word for word, sign in _SIGNS.items() if sign is Sign.LOGIN}
_TAILS = {
    **{beginning: kind.then for kind in KINDS for beginning in kind.beginnings},
    **dict.fromkeys(CUES, _ALONE),
    **{word: "" if word in _OPEN else _ALONE for word in _SIGNS if word != "p"},
    **dict.fromkeys(_SALTS, _ALONE),
    "auth": r"(?=[\"']?\s?(?:=>|[:=])\s?[\"']?[a-z0-9])",
    _PRIVATE_KEY: "",
}
_FINDS: dict[str, list[Find]] = {}
for _kind in KINDS:
    for _beginning in _kind.beginnings:
        _FINDS.setdefault(_beginning, []).append(_kind.find)


def _at_words(tails: dict[str, str]) -> re.Pattern[str]:
    """Any of the literals where a word begins, as group 1; two characters tell most words apart."""
    firsts = re.escape("".join(sorted({word[0] for word in tails})))
    return re.compile(rf"[^a-z0-9](?=[{firsts}][\w/.'’])(?=({one_of(tails)}))")


_ALL = _at_words(_TAILS)
_BUT_LOGINS = _at_words({word: tail for word, tail in _TAILS.items() if word not in _LOGINS})
_REST = re.compile(r"[^\W\d_]{0,14}")
_P_WORDS = re.compile(
    r"p(?:ass(?:w\.|w[^\W\d_]{0,14}|phr[^\W\d_]{0,4}|cod[^\W\d_]{0,3}|es?(?!\w)|(?!\w))"
    r"|wd?(?:\.(?!\w)|(?!\w))|(?=\s?[:=–-]\s?\S)(?<![a-z0-9].))"
)
_INSIDE = tuple((stem, re.compile(stem + _REST.pattern)) for stem in INSIDE)
_JOINTS_OF_DATA = ("+", "/")
_DATA = re.compile(r"[a-z0-9+/]{24}")
_USER = re.compile(
    r"(?:\b|_)(?:u|id|l|login|user\w*|benutzer\w*|name|log) ?[:=–-][^\n]{1,60}\n?[ \t>*-]{0,4}$"
)
_USER_REACH = 75


_PERCENT = re.compile(r"%[0-9a-f][0-9a-f]")
_ENTITIES = {
    name: html.unescape(name).replace("\u00a0", " ").ljust(len(name))
    for name in ["&lt;", "&gt;", "&quot;", "&amp;", "&nbsp;", "&#39;", "&#039;", "&#34;"]
}
"""Each as what it stands for, and blanks."""
_ESCAPED = re.compile(r"\\[nrt]")


def in_place_lower(text: str) -> str:
    """Lower case without escapes, every character in its place (U+0130 is the one that grows)."""
    lowered = text.replace("\u0130", "i").lower()
    if "%" in lowered:
        lowered = _PERCENT.sub("   ", lowered)
    if "&" in lowered:
        for entity, sign in _ENTITIES.items():
            lowered = lowered.replace(entity, sign)
    return _ESCAPED.sub("  ", lowered) if "\\" in lowered else lowered


def places(text: str, lowered: str, stretches: Sequence[Stretch]) -> Places:
    """Every place in these stretches that is worth a closer look, or where there are too many."""
    found = Places()
    last = len(text) - END
    crowd = last
    count = 0
    for first, end in stretches:
        for hit in chain(_insides(lowered, first, end), _beginnings(lowered, first, end)):
            if count == KEPT_PLACES:
                crowd = hit[0]
            if count > MOST_PLACES and hit[0] < last:
                return Places(crowded=_crowd(text, min(crowd, hit[0]), last))
            _keep(text, lowered, hit, found)
            count += 1
    for scan in SCANS:
        if scan.literal in text:
            rough = (scan.rough.finditer(text, *stretch) for stretch in stretches)
            for count, match in enumerate(chain.from_iterable(rough)):
                if count == KEPT_PLACES:
                    crowd = match.start()
                if count > MOST_PLACES and match.start() < last:
                    return Places(crowded=_crowd(text, min(crowd, match.start()), last))
                found.forms.append((match.start(), scan.find))
    found.words.sort()
    return found


def _crowd(text: str, begin: int, last: int) -> Span:
    """All between, and the line that it ends in: half a credential is recognised by nothing."""
    end = text.find("\n", last)
    return Span(begin, len(text) if end < 0 else end, CROWD)


def _beginnings(lowered: str, first: int, last: int) -> Iterable[Hit]:
    """Literals that begin a word or a token; words for a login only so many, and the last ones.

    One separator stands in front of each, so at the very beginning of a text one is put there.
    """
    if first == 0:
        start = _ALL.match(" " + lowered[:LONGEST_FORM])
        if start is not None:
            yield 0, len(start[1]), start[1]
    logins = 0
    at = first
    for found in _ALL.finditer(lowered, max(0, first - 1), last):
        begin, at = found.span(1)
        yield begin, at, found[1]
        if found[1] in _LOGINS:
            logins += 1
            if logins == MOST_LOGINS:
                break
    else:
        return
    end = max(at, last - END)
    for expression, since, until in ((_BUT_LOGINS, at, end), (_ALL, end, last)):
        for match in expression.finditer(lowered, since, until):
            yield *match.span(1), match[1]


def _insides(lowered: str, first: int, last: int) -> Iterable[Hit]:
    """Words for password that may stand inside others: German and settings write them together."""
    for match in _P_WORDS.finditer(lowered, first, last):
        yield *match.span(), match[0]
    for stem, pattern in _INSIDE:
        if lowered.find(stem, first, last) >= 0:
            for match in pattern.finditer(lowered, first, last):
                yield *match.span(), match[0]


def _keep(text: str, lowered: str, hit: Hit, found: Places) -> None:
    """Note a hit wherever it counts."""
    if hit[2] in CUES:
        found.cues.append(hit[:2])
    if hit[2] not in _ONLY_CUES:
        _keep_sign(text, lowered, hit, found)


def _keep_sign(text: str, lowered: str, hit: Hit, found: Places) -> None:
    start, end, literal = hit
    for find in _FINDS.get(literal, ()):
        found.forms.append((start, find))
    if literal == _PRIVATE_KEY:
        found.private_keys.append(start)
    if literal in _SALTS:
        found.salts.append(start)
        found.constants.append(start)
    if lowered[start - 1 : start] in _JOINTS_OF_DATA and _DATA.fullmatch(
        lowered, start - 24, start
    ):
        return
    sign = _SIGNS.get(literal) or _sign_inside(lowered, hit)
    if sign is None or (literal in _DOUBTFUL and not _DOUBTFUL[literal](lowered, start)):
        return
    if literal in _NEEDS_ACCESS and not found.speaks_of_access(lowered, start):
        return
    if literal in _OPEN:
        end = _REST.match(lowered, end).end()  # type: ignore[union-attr]  # it matches nothing
    found.words.append(Word(start, end, sign))
    if sign is not Sign.LOGIN and lowered[start - 1 : start] == "_" and text[start].isupper():
        found.constants.append(start)


def _sign_inside(lowered: str, hit: Hit) -> Sign | None:
    """What a literal that stands inside a word is a sign of: `pass` ends many an innocent one."""
    start, end, literal = hit
    if literal in _FINDS or literal in _SALTS or literal == _PRIVATE_KEY:
        return None
    if literal[0] != "p":
        return next((sign for stem, sign in INSIDE.items() if literal.startswith(stem)), None)
    short = end - start <= 4 or literal in ("passe", "passes")
    if not short or not lowered[start - 1 : start].isalnum() or start == 0:
        return Sign.PASSWORD
    return Sign.PASSWORD if lowered.endswith(PASS_BEFORE, max(0, start - 8), start) else None


def _behind_user(lowered: str, at: int) -> bool:
    return _USER.search(lowered, max(0, at - _USER_REACH), at) is not None


def _no_keyword(lowered: str, at: int) -> bool:
    """`palabras clave` are keywords, `clientes clave` are those that matter."""
    return _KEY_THINGS.search(lowered, max(0, at - 16), at) is None


_ACCESS = re.compile(
    r"authori[sz]|denied|locked|refuse|\b40[13]\b|\blog|sign(?:ed|ing)?[ -]?(?:in|on)|passw|account"
    r"|guest|user|accept|\bwp-|access|anmeld|gesperrt|verweiger|abgelehnt|kennw|\bcuenta|acced|acceso|entrar"
    r"|contrase|denegad|conn?e[xc]|mot de passe|compte|refus|\bas [\"“„«']|einlogg|zugang|zugriff"
)
ACCESS_REACH = 160


_KEY_THINGS = re.compile(
    r"(?:[^\W\d_]{3,}[aeiou](?<!l[ao])(?<!un[ao])(?<!est[ao])(?<!es[ao])(?<!nuestr[ao])s"
    r"|palabra|cliente|dato|punto|fecha|factor|elemento|momento|pieza|mensaje|idea|tema) $"
)
_MOT = re.compile(r"\bmots?[ -]$")


def _no_mot_cle(lowered: str, at: int) -> bool:
    """`mot-clé` is a keyword."""
    return _MOT.search(lowered, max(0, at - 6), at) is None


_DOUBTFUL = {
    "clé": _no_mot_cle,
    "clés": _no_mot_cle,
    "cle": _no_mot_cle,
    "p": _behind_user,
    "clave": _no_keyword,
    "claves": _no_keyword,
}
_NEEDS_ACCESS = frozenset(_listed(f"{CHANGED} {FIELDS}"))
"""Words that count behind some words only."""
