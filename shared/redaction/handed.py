"""Which word did somebody hand over, with no word for password near?

`type x when it asks`, `the code for the back office is x`, `mit x kommen Sie rein`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from enum import StrEnum

from shared.redaction.candidates import LARGE, is_handed, is_in_address, is_named, is_of_sale
from shared.redaction.handing import (
    BELOW_NEXT,
    CODES,
    ENTERED_NEXT,
    MADE_BEFORE,
    MADE_NEXT,
    SIGNED_NEXT,
    TYPED_BEFORE,
    TYPED_NEXT,
)
from shared.redaction.made import is_some_thing
from shared.redaction.ordinary import is_sentence_word
from shared.redaction.spans import Span, Stretch
from shared.redaction.values import (
    is_likely,
    is_no_value,
    is_of_product,
    is_plausible,
    trimmed,
)


class Sort(StrEnum):
    """What a phrase may hand over."""

    ANY = "any word or number"
    ENTERED = "one that looks made, a quoted word, a number"
    MADE = "one that looks made"
    SIGNED = "one that looks made and has more than letters"


_SORTS_NEXT = (
    (TYPED_NEXT, Sort.ANY),
    (ENTERED_NEXT, Sort.ENTERED),
    (MADE_NEXT, Sort.MADE),
    (SIGNED_NEXT | BELOW_NEXT, Sort.SIGNED),
)
MOST_CUES, MOST_OF_LARGE = 20, 5
"""Phrases at each end of a text, and of a large one."""
REACH = 90
"""Characters in front of a phrase in which its word stands."""
_PLACE_OF_CODE = re.compile(
    r"[^\n.,:;=?!]{0,18}?\b(?:back.?office|get in|log ?in|entrar|entrer|einloggen|anmelden|backend"
    r"|members?|mitglieder\w*|preview|vorschau"
    r"|staging|test"
    r"|draft|dashboard|panel|admin\w*|gate|door|tür|tor|puerta|portail|portal|intranet|staff"
    r"|mitarbeiter\w*"
    r"|personal|till|kasse|caja|caisse|vault|tresor|router|guest\w*|gäste\w*|tablet|trastienda"
    r"|arrière-boutique|vista previa|aperçu|espace|zona|área|bereich|hidden|shop|site|seite|página)"
    r"[^\n.,:;=?!]{0,25}?"
)
_BRIDGE = re.compile(
    r"(?:[\s,:;–—>=→…*_-]{1,4}"
    r"|(?:is|are|was|were|it[’']?s|it|the|then|and|just|simply|only|type|enter|put|say|use|uses"
    r"|try|in"
    r"|there|here|with|we|i|you|they|need|have|to|word|words|now|still|goes|as|for|of|says"
    r"|reads|set|him|her"
    r"|wrote|anyone|anybody|please|but|down|lower case|in small letters|small|letters|case|tab"
    r"|ist|sind|war|lautet|dann|und|einfach|bitte|tippe|tippen|gib|geben sie|eingeben|mit|das"
    r"|es|steht"
    r"|überall|nur|auf|ein|ich|wir|kommt|fürs|für die|heißt|noch|mal|hat|uns|habe|klein"
    r"|es|son|era|luego|y|pon|ponga|pongo|escribe|escriba|con|el|lo|otro|que|pone|hay|por|nadie"
    r"|ahora|plus|usuario|nos|dio|puso|est|c[’']est|était|puis|et|mettez|tapez|dites|avec|le|la|il"
    r"|faut|je|mets|met|écrit|y a|ça|en|pour|changé|remis|mis|donné|à|personne|können|kannst"
    r"|könnt|können sie|können, |puedas|vous)(?![\w'’])){0,12}+"
    r"[\"'„“«‘`(]{0,2}"
)
_NAME = re.compile(
    r"(?:a |an |un |una |einen |ein )?(?:user|account|usuario|compte|benutzer|zugang)?[\s,:]{0,2}"
    r"[a-z][\w.@+-]{1,40}(?:\s?[,/|+&;]|\s(?:and|und|y|et|then|dann|luego|puis|with|con|mit|avec"
    r"|at the top|on top|en haut|arriba|oben))"
)
_VALUE = re.compile(r"[^\s\ufdd0\"“”„«»]{4,64}")
_ANY = re.compile(r"[^\s\ufdd0]+")
_LED = re.compile(
    r"(?:\b(?:einfach|just|simply|nur|solo|simplement|immer|always|siempre|toujours|usamos|usan"
    r"|types?"
    r"|takes|rejects|gave (?:me|us)|nos dio|me dio|donné|hat (?:uns|mir)|escrib[ea]|prueb[ae]"
    r"|habe|if"
    r"|wenn|si|is|ist|es|est|alle|utilise|tapez|mettez|essayez|login)\s|(?:^|[.!?,:]\s))[\"'“„«]?$"
)
"""What else leads to a word that a phrase behind it speaks of."""
_ABOVE = re.compile(
    r"\b(?:top|above|first|upper|name|user|oben|erstes|erste|arriba|primero|en haut|premier"
    r"|login)\b"
)
_TIE = re.compile(
    r"[^\n.,:;=?!]{0,25}?(?:\s(?:is|ist|es|est|lautet|was|war)\s|\s?[:=]\s?|,\s)[\"'“„«]?"
)
_OF = re.compile(
    r"\s(?:for|of|to|für|fürs|vom|von|zum|zur|de|del|para|du|pour)\s[^\n.,:;=?!]{2,40}?"
    r"(?:\s(?:is|ist|es|est|lautet|was|war)\s|\s?[:=]\s?)[\"'“„«]?"
)
_TAKEN_APART = re.compile(
    r"(?:an|ab|um|zu|mit|los|da|statt|frei|fest|dazu|hinzu)ge\w+(?:t|en)|\w+written|un\w+s|\w+(?:ulty|ulties|ght|ghts)"
)
"""Words of sentences that are long and have no other ending of such."""
BETWEEN = """
a only just in at the on for wieder nicht mehr y et und and se all is are a you then will
should einfach auf en lo me no te le la el il ya they der die das bitte there into an noch
gets written alles sie da wir con can that which not
"""
_BETWEEN = frozenset(BETWEEN.split())
"""Words between a phrase and the one in front of it that it speaks of."""
MOST_BETWEEN = 3
_QUOTES = "\"“”„«»'‘’`"
_CLAUSE_END = re.compile(r"[\"'”“»’`)*]{0,2}(?:[.,;:!?)](?:\s|$)|[ \t]*(?:\r?\n|$)|\s[(–—-])")
_CAPITALS = re.compile(r"[A-ZÄÖÜ]{3,}[0-9]{1,4}")
"""As coupons are made."""
SHORTEST = 5
LONGEST = 30
DIGITS = (4, 12)


def handed_words(text: str, lowered: str, cues: Sequence[Stretch]) -> Iterable[Span]:
    """What is handed over behind or in front of each phrase."""
    most = MOST_CUES if len(text) < LARGE else MOST_OF_LARGE
    if len(cues) > 2 * most:
        cues = [*cues[:most], *cues[-most:]]
    for start, end in cues:
        cue = lowered[start:end]
        found = _code(text, lowered, end) if cue in CODES else None
        sort = next((sort for cues, sort in _SORTS_NEXT if cue in cues), None)
        if cue in BELOW_NEXT and _ABOVE.search(lowered, max(0, start - REACH // 2), start):
            sort = Sort.ENTERED
        if found is None and sort is not None:
            found = _next(text, lowered, end, sort)
        if found is None and cue in TYPED_BEFORE:
            found = _before(text, start, Sort.ANY)
        elif found is None and cue in MADE_BEFORE:
            found = _before(text, start, Sort.MADE)
        if found is not None:
            yield found


def _code(text: str, lowered: str, at: int) -> Span | None:
    """`code for the back office is x`."""
    place = _PLACE_OF_CODE.match(lowered, at)
    tie = None if place is None else _TIE.match(lowered, place.end())
    return None if tie is None else _next(text, lowered, tie.end(), Sort.ANY)


def _next(text: str, lowered: str, at: int, sort: Sort) -> Span | None:
    """The first word behind that can be one, or behind a name, or what the phrase is tied to."""
    bridge = _BRIDGE.match(lowered, at)
    begin = at if bridge is None else bridge.end()
    found = _judged(text, begin, sort)
    if found is not None:
        return found
    name = _NAME.match(lowered, begin)
    if name is not None:
        bridge = _BRIDGE.match(lowered, name.end())
        return _judged(text, name.end() if bridge is None else bridge.end(), sort)
    tie = _OF.match(lowered, at) if sort is Sort.ANY else None
    return None if tie is None else _judged(text, tie.end(), sort)


def _before(text: str, at: int, sort: Sort) -> Span | None:
    """The word in front, past a few that only join; a plain one must have been handed over."""
    first = max(0, at - REACH)
    first = max(first, text.rfind("\n", first, at) + 1)
    words = list(_ANY.finditer(text, first, at))
    for word in words[: -MOST_BETWEEN - 2 : -1]:
        if word[0].lower().strip(",") in _BETWEEN:
            continue
        handed = is_handed(text, word.start()) or _LED.search(text[first : word.start()].lower())
        if not handed and is_some_thing(text, word.start()):
            return None
        return _judged(text, word.start(), sort if handed else Sort.SIGNED, ended=False)
    return None


def _judged(text: str, at: int, sort: Sort, *, ended: bool = True) -> Span | None:
    """The word there, if it is of this sort; `ended`: a plain one must end its clause."""
    found = _VALUE.match(text, at + text.startswith(tuple(_QUOTES), at))
    if found is None:
        return None
    start, end = trimmed(text, *found.span())
    value = text[start:end]
    if len(value) > LONGEST or _CAPITALS.fullmatch(value):
        return None
    if value.isalpha():
        quoted = start > 0 and text[start - 1] in _QUOTES and text[end : end + 1] in _QUOTES
        if ended and not quoted and _CLAUSE_END.match(text, end) is None:
            plain = False
        else:
            plain = sort is Sort.ANY or (quoted and sort is Sort.ENTERED)
        fits = (plain and _is_plain(value)) or (sort is not Sort.SIGNED and _is_joined(value))
    elif value.isdigit():
        fits = sort in (Sort.ANY, Sort.ENTERED) and _is_number(value)
    else:
        fits = is_plausible(value, sure=sort is Sort.ANY) or is_likely(value)
    if not fits or is_in_address(text, start) or is_named(text, start):
        return None
    return None if is_of_sale(text, start, end) else Span(start, end, "password")


def _is_plain(value: str) -> bool:
    return (
        len(value) >= SHORTEST
        and value.islower()
        and not (is_sentence_word(value) or is_of_product(value) or is_no_value(value))
    )


def _is_joined(value: str) -> bool:
    return is_plausible(value) and _TAKEN_APART.fullmatch(value.lower()) is None


def _is_number(value: str) -> bool:
    year = len(value) == len("2025") and value.startswith(("19", "20"))
    return DIGITS[0] <= len(value) <= DIGITS[1] and not year
