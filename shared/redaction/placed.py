"""Which words stand where only a password stands, though they look like any other?

Joined words (`gingercandle`), a word with digits, a number: behind a user name, or tied to a word
for password by what stands between.
"""

from __future__ import annotations

import re
from bisect import bisect
from collections.abc import Iterable, Sequence

from shared.redaction.candidates import (
    LARGE,
    around,
    at_both_ends,
    is_handed,
    is_in_address,
    is_named,
)
from shared.redaction.ordinary import is_sentence_word
from shared.redaction.sieve import Word
from shared.redaction.spans import Span
from shared.redaction.values import is_plausible
from shared.redaction.words import PAIRS, Sign

BEFORE, AFTER = 70, 160
"""Characters around a word for access in which another is looked at."""
MOST_CHARACTERS = 12_000
"""Of all these; people write at the ends of a text, between them stand logs."""
MOST_JUDGED = 50
"""Words that may be in place; past so many they all go, as no ticket is written so."""
MOST_WORDS = 40
"""Words for password behind which words in a row are looked for."""
GAP = 40
"""Characters between a word for password and what it is tied to."""
IT_IS_REACH = 14
NAME_REACH = 60
"""Characters in front of a word in which the name stands that it belongs to."""
_MADE = re.compile(
    r"(?<![\w.@#-])(?<!//)(?:[^\W\d_]{10,40}|(?=[^\W\d_]{0,16}[0-9])[^\W_]{6,20}"
    r"|[^\W\d_]{3,16}(?:[-_.][^\W\d_]{3,16}){1,3}[0-9]{1,4})[!?#$*]?(?![\w@/=(-]|\.\w)"
)
LONG, SHORT = 10, 6
"""Characters of a word of letters alone, and of one with a digit."""
JOINED_REACH = 12
_JOINED = re.compile(
    r"(?:[/|+&;–—>,:=\n-]|(?<!\w)(?:and|und|y|e|et|og|och|with|mit|con|avec|then|dann|puis|luego"
    r"|using|via|per))[^\w\n]{0,6}$"
)
_DIGIT = re.compile(r"[0-9]")
_LEAD = (
    r"(?P<lead>(?:\b(?:user(?:name)?|login|as|mit|with|con|avec|als|como|comme|use|using|benutzer"
    r"|usuario|account|konto|u|name)(?: (?:is|ist|es|est))?|=|[:>-][ \t]"
    r"|https?://\S{4,40}[ \t]?[,;|])[ \t]{0,3})?"
)
_AND = (
    r"(?:,[ \t]|[ \t],?)(?:-|and|und|y|e|et|og|och|with|mit|con|avec|then|and then|und dann|dann"
    r"|puis|luego)[ ]"
)
_BY_NAME = re.compile(
    rf"{_LEAD}(?:^|(?<=[\s\"'„“«(|>:=,]))[\"'„“«(`]?(?P<name>[a-z][\w.@+-]{{1,40}})[\"'”»`)]?"
    r"(?:(?P<sign>[ \t](?:/{1,2}|\||\+|&|;|–|—|->)|(?P<slash>/|\||;)|(?P<colon>:))|[ \t]?,"
    rf"|{_AND})[ \t]{{0,2}}[\"'„“«(`]{{0,2}}$"
)
"""A name and what joins it to its password."""
_BELOW_NAME = re.compile(
    r"(?:^|\n)[ \t>*-]{0,4}(?P<name>[a-z][\w.@+-]{1,40})[ \t]*\r?\n[ \t>*-]{0,4}$"
)
_FILE = re.compile(r"\.(?:php|html?|js|css|png|jpe?g|log)$")
_USER_LIKE = re.compile(r"[a-z]+[0-9_.@+-]+\w.*")
_NAMES = frozenset(
    [
        "admin",
        "office",
        "info",
        "support",
        "webmaster",
        "team",
        "root",
        "test",
        "editor",
        "manager",
        "shop",
        "crm",
    ]
)
_LINE_START = re.compile(r"(?:^|\n)[ \t>*\"'„“-]*$")
_LINE_END = re.compile(r"[\"'”“.]{0,2}[ \t]*(?:\r?\n|$)")
_STOP = re.compile(r"[.!?;][\s\"')]|\n.*\n.*\S")
_TIE = (
    r"(?:[\W_]|\b(?:is|are|was|now|ist|war|era|était|es|est|lautet|jetzt|ahora|c'est|vaut|as|als|como|comme|com|the"
    r"|my|her|his|our|das|le|la|mi|mon|ma|ein|put|puse)\b)*"
)
_OF = re.compile(r"\s(?:of|for|de|del|für|von|vom|pour|du|der|des)\s[\w /-]{2,30}[ :]*")
_TIED = re.compile(_TIE)
_BEFORE_WORDS = re.compile(rf"(?:{_OF.pattern})?{_TIE}")
_AFTERWARDS = re.compile(
    r"[\"'”»’`)\]*]{0,3}\s(?:(?:is|was|ist|war|es|era|est|is refused|doesn't work)\s)?"
    r"(?:as|als|como|comme|come|is|ist|es|est|was|war|=|<-|←|jako|som)"
    r"(?:\s(?:the|my|her|his|our|your|das|la|le|mi|mon|ma|sein|ihr|new|old|temp|admin|staging|wifi"
    r"|login|portal)){0,3}\s[\"'(]?"
    r"|[\"'”»’` ]{0,3}[(\[]"
)
"""Between a value and the word for password behind it."""
_LABEL = re.compile(
    r"(?:\s[\w/()-]{2,16}){1,3}\s?[:=][\s\"'“„«*_`>]{0,4}"
    r"|(?:\s\w{2,14}){0,5}\s(?:to|auf|a|en|à):\s*"
)
"""`password of the server:`; then nothing else stands in the line."""
_ASIDE = re.compile(
    r"\s[^\n.:;,!?]{2,36},\s(?:also |sprich |d\. ?h\. |i\. ?e\. |es decir |o sea |soit )?"
    r"[\"'“„«(]{0,2}|[?!] "
)
"""`the password you sent, x, is refused`, `password? x`; then the clause ends behind it."""
_OF_PAIR = re.compile(
    r"(?:s|data|details|name)?(?:\s(?:is|are|ist|sind|es|son|est|sont))?[\s:.,–-]{1,3}"
    r"(?P<name>[a-z][\w.@+-]{2,40})"
    r"(?:[ \t]?[,;/(–-][ \t]?\(?|[ \t]|\s(?:and|und|y|et|e)\s)[\"'“„«(]{0,2}"
)
"""`login bob, x`, `die Zugangsdaten sind bob und x`; likewise."""
_CLAUSE_END = re.compile(r"[\"'”“»)]{0,2}(?:[.,;)]{1,2}(?:\s|$)|[ \t]*(?:\r?\n|$))")
_WITH = re.compile(r"\W*(?:with|mit|con|avec|using|via|per)\W*")
_SET_TO = re.compile(
    r"(?:chang|set|reset|änder|cambi|modif|switch)[^.\n]{0,50}\s(?:to|auf|a|en|à|por|in)\s[\"'“„«]?$"
)
_QUOTED_IS = re.compile(r"\b(?:is|ist|es|est|was|war|lautet|:)\s?[\"“„«‘'] ?$")
_IT_IS = re.compile(
    r"(?:^|[.!?\n:–] ?)(?:it['’]?s|it is|es ist|das ist|er ist|es|c['’]est|è|är)\s[\"'“„«]?$"
)
"""A sentence of its own about the password that the one before speaks of."""
_TYPED = re.compile(
    r"\b(?:type|enter|put|use|tippt?e?|gebt|geben sie|nehmt|escribe[ns]?|escriba|pon(?:ga)?|usa"
    r"|tapez|mettez|saisissez|entrez)(?: (?:in|just))?\s[\"'“„«]?$"
)
_QUOTED_ROW = re.compile(
    r"[\"“„«](?P<row>[^\W\d_]{2,14}(?: [^\W\d_]{2,14}){2,7})[\"”“»]"
    r"(?P<blanks>[^\n]{0,20}(?:spaces|blanks|leerzeichen|espacios|espaces))?"
)
_PHRASE_IS = re.compile(
    r"(?:phrase|words?|satz|frase|sätze|palabras|mots)\s?(?:is|are|ist|es|est|:)\s?$"
)
_WORDS_ARE = re.compile(
    r"\b(?:words|wörter|worte|palabras|mots|parole)\b[^\n\"“„«]{0,60}[:,–-]\s?$"
)
"""What leads to words in quotes that are a phrase."""
_IN_A_ROW = re.compile(r"[^\W\d_]{3,14}(?: [^\W\d_]{3,14}){2,7}")
_ROW_END = re.compile(r"[.,;)]|[ \t]*(?:\r?\n|$)")
LEAST_IN_A_ROW = 4
SHORTEST_UNTIED = 5
"""Letters of words in a row that no sign and no verb ties."""


def placed_words(text: str, lowered: str, words: Sequence[Word]) -> Iterable[Span]:
    """What only its place tells, near words for a password or a login."""
    words = [word for word in words if word.sign is not Sign.TOKEN]
    starts = [word.start for word in words]
    judged = 0
    most = MOST_JUDGED if len(text) < LARGE else MOST_JUDGED // 2
    for first, last in at_both_ends(around(words, len(text), BEFORE, AFTER), MOST_CHARACTERS):
        for found in _long_words(text, first, last):
            at = bisect(starts, found.start())
            near = words[max(0, at - 2) : at + 2]
            if not (any(map(_is_password, near)) or _is_joined(text, found.start())):
                continue
            judged += 1
            fits = judged > most or is_plausible(found[0], sure=True)
            if fits and (judged > most or _is_in_place(text, lowered, found.span(), near)):
                yield Span(*found.span(), "password")
    for word in words[:MOST_WORDS]:
        sure = _is_password(word)
        if sure:
            yield from _in_a_row(text, lowered, word)
        for row in _QUOTED_ROW.finditer(lowered, word.end, word.end + AFTER):
            before = lowered[max(0, row.start() - AFTER // 2) : row.start()]
            phrase = sure and (row["blanks"] or _PHRASE_IS.search(before))
            if phrase or _WORDS_ARE.search(before):
                yield Span(*row.span("row"), "password")


def _is_password(word: Word) -> bool:
    return word.sign is Sign.PASSWORD


def _long_words(text: str, first: int, last: int) -> Iterable[re.Match[str]]:
    """Words of many letters, or shorter ones with a digit; most words are neither."""
    for word in text[first:last].split():
        if len(word) >= LONG or (len(word) >= SHORT and _DIGIT.search(word) is not None):
            at = text.index(word, first)
            first = at + len(word)
            yield from _MADE.finditer(text, at, first)


def _is_joined(text: str, start: int) -> bool:
    """Whether what is in front may join it to a name."""
    return _JOINED.search(text, max(0, start - JOINED_REACH), start) is not None


def _is_in_place(text: str, lowered: str, span: tuple[int, int], near: Sequence[Word]) -> bool:
    """Whether it is what one of the words near it speaks of."""
    start, end = span
    if any(word.start < end and start < word.end for word in near):
        return False
    if is_in_address(text, start) or is_named(text, start):
        return False
    if _is_behind_name(text, start, end):
        return True
    passwords = [word for word in near if _is_password(word)]
    if any(_is_tied(text, lowered, span, word) for word in passwords):
        return True
    if any(_is_aside(text, lowered, span, word) for word in passwords):
        return is_plausible(text[start:end])
    return is_plausible(text[start:end]) and any(
        _is_led_to(text, lowered, span, word) for word in near
    )


def _is_behind_name(text: str, start: int, end: int) -> bool:
    """`bob / x`, `with bob and x`, or each on a line."""
    first = max(0, start - NAME_REACH)
    found = _BY_NAME.search(text, first, start)
    if found is not None:
        name = found["name"].lower()
        if _FILE.search(name) is not None or (found["slash"] and not found["lead"]):
            return False
        if found["colon"] and not found["lead"]:
            return name in _NAMES and is_plausible(text[start:end])
        sure = found["sign"] or found["lead"] or _USER_LIKE.fullmatch(name)
        return name in _NAMES or (bool(sure) and not is_sentence_word(name))
    if _LINE_END.match(text, end) is None:
        return False
    found = _BELOW_NAME.search(text, first, start)
    return found is not None and not is_sentence_word(found["name"])


def _gap(text: str, span: tuple[int, int], word: Word) -> str:
    return text[span[1] : word.start] if span[1] <= word.start else text[word.end : span[0]]


def _is_tied(text: str, lowered: str, span: tuple[int, int], word: Word) -> bool:
    """`password (x`, `x as password`, `the password is now x`."""
    gap = _gap(lowered, span, word)
    if span[0] > word.end and _IT_IS.search(lowered, max(0, span[0] - IT_IS_REACH), span[0]):
        return True
    if len(gap) > GAP or _STOP.search(gap) is not None:
        return False
    if span[0] < word.end:
        return _AFTERWARDS.fullmatch(gap) is not None
    if _LABEL.fullmatch(gap) is not None:
        return _LINE_END.match(text, span[1]) is not None
    if gap.strip() in ("", ",") and text[slice(*span)].isalpha():
        return is_plausible(text[slice(*span)])
    return _TIED.fullmatch(gap) is not None


def _is_led_to(text: str, lowered: str, span: tuple[int, int], word: Word) -> bool:
    """Whether the words between speak of one, less surely."""
    start, end = span
    gap = _gap(lowered, span, word)
    if word.sign is Sign.LOGIN:
        behind = start >= word.end and len(gap) < GAP
        led = _WITH.fullmatch(gap) is not None or _is_second(text, span, lowered, word)
        return behind and led
    first = max(0, start - NAME_REACH)
    if _LINE_START.search(text, first, start) and _LINE_END.match(text, end):
        return text[start:end].islower() and start > word.end and text[start - 2 : start] == "\n\n"
    if _QUOTED_IS.search(text, first, start) or _SET_TO.search(text, first, start):
        return True
    if len(gap) <= NAME_REACH and _TYPED.search(lowered, max(0, start - NAME_REACH), start):
        return _STOP.search(gap) is None
    if start < word.end or len(gap) > GAP or _STOP.search(gap) is not None:
        return False
    listed = gap.rstrip(" \"'“„«")[-1:] in (",", ";", ":", "–", "-")
    return _OF.fullmatch(gap) is not None or (is_handed(text, start) and not listed)


def _is_aside(text: str, lowered: str, span: tuple[int, int], word: Word) -> bool:
    """`the password you sent, x, is refused`."""
    gap = _gap(lowered, span, word)
    if span[0] <= word.end or len(gap) > GAP or _ASIDE.fullmatch(gap) is None:
        return False
    return _CLAUSE_END.match(text, span[1]) is not None


def _is_second(text: str, span: tuple[int, int], lowered: str, word: Word) -> bool:
    """Whether a name stands between it and a word behind which a name and a password follow."""
    if not lowered.startswith(PAIRS, word.start) or _CLAUSE_END.match(text, span[1]) is None:
        return False
    found = _OF_PAIR.fullmatch(lowered, word.end, span[0])
    return found is not None and not is_sentence_word(found["name"])


def _in_a_row(text: str, lowered: str, word: Word) -> Iterable[Span]:
    """`the password is` and four words or more that make no sentence."""
    lead = _BEFORE_WORDS.match(lowered, word.end, word.end + GAP * 2)
    found = _IN_A_ROW.match(text, lead.end()) if lead is not None else None
    if found is None:
        return
    row = found[0].split()
    count = next((n for n, word in enumerate(row) if is_sentence_word(word)), len(row))
    untied = text[word.end : found.start()].isspace()
    least = SHORTEST_UNTIED if untied else 3
    if count == len(row) == 3 and not untied and _ROW_END.match(text, found.end()) is not None:
        least = SHORTEST_UNTIED
    elif count < LEAST_IN_A_ROW:
        return
    if all(w.islower() and len(w) >= least for w in row[:count]):
        yield Span(found.start(), found.start() + len(" ".join(row[:count])), "password")
