"""Which words are passwords that somebody wrote in a sentence or a settings file?

A tie ("the password is ...", "pw: ...", `"password": "..."`, "... is the password") makes almost
any word a password. What only speaks about passwords stays.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from itertools import pairwise

from shared.redaction.forms import is_known_form, is_named_id
from shared.redaction.ordinary import is_common, is_sentence_word
from shared.redaction.sieve import Word
from shared.redaction.spans import Span
from shared.redaction.values import (
    MOST_CHANGES,
    before_markup,
    changes,
    is_hard,
    is_made_up,
    is_mixed,
    is_no_value,
    is_phrase,
    trimmed,
)
from shared.redaction.words import Sign

_IS = (
    r"is|are|was|be|ist|lautet|lauten|heißt|war|wäre|es|era|será|est|était|sera|é|è|jest|är|er"
    r"|stays|remains|bleibt|being|reads|becomes|wurde|set to|changed to|now|equals|says|fue"
    r"|c'est|sigue siendo"
)
_PREPOSITION = (
    r"for|of|to|on|in|at|you|we|i|für|vom|von|zum|zur|der|des|im|am|para|de|del|en|el|la|pour|du|le"
    r"|sur|au|is|und|and|that|which|que|qui|die|das|welches|with"
    r"|mit|con|avec|ich|wir|he|di|per|do|da|voor|van|till|has|wurde|ha|se|a|would|should|must|will"
)
_STILL = (
    r"still|now|currently|jetzt|ahora|maintenant|noch|just|again|simply|einfach|nun|once|always"
    r"|immer|früher|bisher|ursprünglich|originally|previously|probably|antes|siempre|avant|toujours"
)
_TAG = (
    r"</?(?:b|i|em|strong|span|t[dhrt]|p|div|code|pre|br|font|a|li|d[dlt]|kbd|samp|u|h[1-6])"
    r"(?: [^<>\n]{0,60})?/?>"
)
_WORD_END = (
    r"(?:n|s|en|es)?[\\\"'”»’`*_)\]]{0,4}"
    r"(?:\s(?:once more|once again|again|nochmals?|noch einmal|otra vez|de nuevo|encore une fois))?"
)
_CLAUSE = rf"\s(?:\(|(?:{_PREPOSITION})\b)[^\n:=\ufdd0]{{0,50}}?"
_SIGN = (
    rf"(?P<tie>:=|=>|->|→|[>»]{{1,3}}|\((?=[^\s()]{{5,64}}\))|[:=|：][:=]?|(?:\s?{_TAG}){{2,4}}|[._…·]{{2,40}}|\s[\w-]{{1,20}}=[\"'][^\"'\n]{{0,40}}[\"']>"
    rf"|[’']s\s|(?<=[\s*_\"'”`])(?:{_IS})(?: (?:{_STILL}))?[:\s])"
    rf"[ \t|:=]{{0,30}}(?:(?:{_TAG}\s?){{1,4}}|[*_]{{1,3}}[ \t])?(?:\r?\n[ \t>|*-]{{0,8}}){{0,3}}"
    r"(?:(?:md5|sha1|sha2|password|crypt|trim|env|base64_(?:en|de)code|wp_hash_password)\s?\()?"
)
_NEAR_TIE = re.compile(rf"{_WORD_END}(?P<for>(?!))?\s{{0,3}}{_SIGN}")
_TIE = re.compile(rf"{_WORD_END}(?P<for>{_CLAUSE})\s{{0,3}}{_SIGN}")
"""At once behind a word, or behind a clause that says of what it is the password."""
_VALUE = re.compile(
    r"(?:(?P<q>(?:\\?[\"'“„«‘`‚*_(<]){1,3})\s?(?P<quoted>[^\n\ufdd0\"“”„«»`]{1,100}?)"
    r"(?=\s?\\?[\"'”“»’`*_)>]{1,3}(?:[\s.,;:!?)<|\]}&\\-]|$))"
    r"|(?:<[a-zA-Z]{1,10}>)?(?P<bare>[^\s\ufdd0|]{2,512}))"
)
_IN_BRACKETS = re.compile(r"[(<]")
_BARE = re.compile(
    r"[\"'”»’`*_)]{0,3}(?:[ \t]{1,8}[-–—]{0,2}|[/,;>(~]?)[/,;>(~]?[ \t\"'“„«‘`*(]{0,8}"
)
_QUOTE = re.compile(r"[ \t]{1,3}(?=[\"'“„«‘`])")
_LATER = re.compile(r"[^\n:=\ufdd0]{1,60}(?:=>|->|→|[:=])\s{0,8}")
_SKIP = re.compile(r"(?:[ \t][^\W\d_]{2,12}){1,3}[ \t](?=\S{0,30}[0-9])")
"""A few words between; then only what begins like no sentence and has a digit counts."""
_OF_USER = re.compile(
    r"(?i)\b(?:for|of|für|von|vom|para|de|del|pour) (?:the |den |el |l[’'])?"
    r"(?:user|benutzer|usuario|utilisateur)\s$"
)
"""What leads to whose password it is."""
_BELOW = re.compile(
    r"[^\n\ufdd0]{0,80}\n(?:[ \t>|]{0,8}\r?\n){0,2}[ \t>|*-]{0,8}"
    r"(?=[^\s\ufdd0]{5,512}[ \t]{0,3}(?:\r?\n|$))"
)
_WAYS = (_BARE, _BELOW, _LATER, _SKIP)
_BEFORE_VERB = ("you", "we", "i", "to", "they", "please", "not", "must", "should", "will", "can")
_CHANGED = re.compile(r"(?:chang|set|reset|updat|änder|setz|cambi|modif|mis|zmien|wijzig)")
_TO = re.compile(r"[^\n.:=\ufdd0]{0,30}?\s(?:to|auf|in|a|à|por|en|naar|till|na)\s")
_WORDS = re.compile(
    r"[\"'“„«`(]?(?P<words>[^\W\d_]{3,14}(?: [^\W\d_]{3,14}){2,6}(?: [0-9]{1,4})?)"
    r"[\"'”“»`).]{0,2}[ \t]*(?:\r?\n|$)"
)
_CLAUSE_END = re.compile(
    r"[\"'”“»’`*_)\]>]{0,2}(?:[.,;:!?](?:\s|$)|[ \t]*(?:\r?\n|$)|\s{1,2}[(–—-]"
    r"|\s(?:this|today|yesterday|last|heute|gestern|hoy|ayer|hier|ce|esta|este|diese[nmrs]?|and|und|y|et|but|aber|pero|mais|e|en|och|og)\s)"
)
_LINES_END = " \t|.,;:!?)]}\"'”»’`*_"
CONNECTS = "is was as ist war lautet als es era como est était comme = <- ← -> è é jest som"
_CONNECTS = frozenset(CONNECTS.split())
_SHOUT = re.compile(r"[A-ZÄÖÜ][^\W\d_]{4,}[!#$%*+&]")
_TRACKED = re.compile(r"(?:[?&;]|\b)(?:utm_|mc_|_h|_g)[\w-]*(?:=[^&\s]*)?$")
_HEX = re.compile(r"[0-9a-f]{8,64}(?!\w)")
_PART_OF_NAME = re.compile(
    r"(?:[a-z]+_){0,3}(?:min|max|length|len|hint|label|reset|field|confirm|confirmation|policy|expiry"
    r"|expires|days|strength|meter|form|hash|check|changed|change|help|text|title|box|badge|rule"
    r"|mail|email|link|button|page|modal|reminder|request|generator|toggle|input|view)"
    r"(?:_[a-z]+){0,2}_?[0-9]{0,4}(?![\w!#$%&*+@])(?!\s?(?:=>?|:)\s?(?![0-9]{1,4}\b|true|false|null))"
)
"""`password_hint_3`, and no value is given to it."""
LONGEST_PARAMETER = 80
_NEXT_PARAMETER = re.compile(r"&(?:amp;)?[\w-]+=")
LONG_TOKEN = 24
MOST_WORDS = 6
"""Of a password in quotes that has blanks in it."""
_QUOTES = "\"'“”„«»`"
LONGEST_PATH = 6
"""Words between a value and the word for password that it stands before."""


def tied_passwords(text: str, lowered: str, words: Sequence[Word]) -> Iterable[Span]:
    """Every value that the text ties to a word for password or token."""
    for word in words:
        if word.sign is not Sign.LOGIN and not _is_tracked(text, word):
            tied = _tied(text, lowered, word)
            if tied is not None:
                yield tied


def _is_tracked(text: str, word: Word) -> bool:
    """Whether it stands where campaigns are named, or within the name of an option."""
    if text[word.end : word.end + 1] == "_":
        if _PART_OF_NAME.match(text, word.end + 1) is not None:
            return True
        if text[word.start - 1 : word.start] == "_":
            return _HEX.match(text, word.end + 1) is not None
    return _TRACKED.search(text, max(0, word.start - LONGEST_PARAMETER), word.start) is not None


def _tied(text: str, lowered: str, word: Word) -> Span | None:
    """The value tied to a word: behind a sign or verb, behind a clause, below, or before it."""
    token = word.sign is Sign.TOKEN
    for pattern in (_NEAR_TIE, _TIE):
        tie = pattern.match(lowered, word.end)
        found = None if tie is None else _behind_tie(text, tie, token=token)
        if found is not None:
            return found
    if not token and (found := _changed(text, lowered, word)) is not None:
        return found
    if not token and (quote := _QUOTE.match(text, word.end)) is not None:
        found = _plain(text, quote.end())
        if found is not None:
            return found
    for way in (_BELOW, _LATER) if _is_verb(lowered, word) else _WAYS:
        at = way.match(lowered, word.end)
        if at is not None and at.end() > word.end:
            found = _value(text, at.end(), token=token, sure=False)
            if found is not None and _near_enough(text, found, way, word.end, token=token):
                return found
    return _before(text, lowered, word, token=token)


def _behind_tie(text: str, tie: re.Match[str], *, token: bool) -> Span | None:
    verb = tie["tie"].strip(" \t\n")[-1:].isalpha()
    aside = tie["tie"] == "("
    sure = not (verb or aside or tie["for"])
    found = _value(text, tie.end(), token=token, sure=sure)
    if found is not None or token or aside:
        return found
    dots = tie["tie"].strip(" .…") == ""
    return (None if dots else _plain(text, tie.end())) or (
        _phrase(text, tie.end()) if sure else None
    )


def _value(text: str, at: int, *, token: bool, sure: bool) -> Span | None:
    """The value that begins at `at`, if it can be one; `sure`: the tie leaves little doubt."""
    found = _VALUE.match(text, at)
    if found is None:
        return None
    start, end = found.span("quoted" if found["quoted"] else "bare")
    end = before_markup(text, start, end)
    if text[at - 1] == "=" and (further := _NEXT_PARAMETER.search(text, start, end)) is not None:
        end = further.start()
    start, end = trimmed(text, start, end)
    value = text[start:end]
    if token:
        fits = len(value) >= 12 and " " not in value
        fits = fits and is_made_up(value) and not is_named_id(value)
        fits = fits and (sure or changes(value) >= MOST_CHANGES or not is_known_form(value))
    elif is_phrase(value):
        fits = True
    elif found["quoted"] is not None and sure:
        fits = (
            len(value) >= 4
            and not is_no_value(value)
            and not (_IN_BRACKETS.search(found["q"]) and _is_remark(value))
            and not (" " in value and _is_sentence(value))
        )
    elif sure and _SHOUT.fullmatch(value):
        fits = not is_sentence_word(value[:-1])
    elif not sure and value.isdigit():
        fits = 6 <= len(value) <= 12
    else:
        fits = is_made_up(value) or (
            sure
            and _alone(text, end, value)
            and not any(map(is_sentence_word, (value, *value.split("-"))))
            and not is_no_value(value)
        )
    return Span(start, end, "token" if token else "password") if fits else None


def _is_remark(value: str) -> bool:
    """`(hidden)`, `(see below)`: what people put in brackets in the place of a password."""
    return " " in value or is_sentence_word(value)


def _is_sentence(value: str) -> bool:
    words = value.split()
    return len(words) > MOST_WORDS or is_common(words[0].rstrip(",:"))


def _alone(text: str, end: int, value: str) -> bool:
    """A plain word is a password where the line holds nothing else after the tie."""
    rest = text[end : end + 4].lstrip(_LINES_END)
    return len(value) >= 5 and (not rest or rest[0] in "\r\n<&;")


def _is_verb(lowered: str, word: Word) -> bool:
    """`you pass x to it` ties nothing."""
    before = lowered[max(0, word.start - 8) : word.start].split()[-1:]
    return word.end - word.start == 4 and bool(before) and before[0] in _BEFORE_VERB


def _near_enough(text: str, found: Span, way: re.Pattern[str], end: int, *, token: bool) -> bool:
    """Whether a value that is made up is the word's: the farther away, the harder it must be."""
    value = text[found.start : found.end]
    if way is _BARE or not text[end : found.start].strip():
        return True
    if way is _SKIP:
        slug = "_" in value or is_known_form(value)
        user = _OF_USER.search(text, end, found.start) is not None
        return not (token or slug or user) and value[:1].islower() and len(value) >= 8
    return _stands_out(text, found, token=token)


def _stands_out(text: str, found: Span, *, token: bool) -> bool:
    """Whether a value behind a clause is one: hard, or the last of its line, or quoted for it."""
    value = text[found.start : found.end]
    if is_hard(value):
        return True
    if token:
        return len(value) >= LONG_TOKEN and not is_known_form(value) and is_mixed(value)
    if " " in value:
        words = value.split()
        return len(words) <= MOST_WORDS and not any(map(is_sentence_word, words))
    return len(value) >= 8 and not is_known_form(value) and _alone(text, found.end, value)


def _plain(text: str, at: int) -> Span | None:
    """A word of letters alone that ends the clause, and that no such sentence goes on with."""
    found = _VALUE.match(text, at)
    if found is None:
        return None
    start, end = trimmed(text, *found.span("quoted" if found["quoted"] else "bare"))
    value = text[start:end]
    if found["quoted"] is not None and "<" in found["q"]:
        return None
    if found["quoted"] is not None and "(" not in found["q"]:
        fits = len(value) >= 4 and all(map(_may_be_one, value.split()[: MOST_WORDS + 1]))
    else:
        fits = len(value) >= 5 and _may_be_one(value) and _CLAUSE_END.match(text, end) is not None
    return Span(start, end, "password") if fits else None


def _phrase(text: str, at: int) -> Span | None:
    """Four words or more that make no sentence, the only ones of their line."""
    found = _WORDS.match(text, at)
    if found is None or any(map(is_sentence_word, found["words"].split())):
        return None
    return Span(*found.span("words"), "password")


def _may_be_one(word: str) -> bool:
    """Whether a word of letters or digits alone may be a password, or part of one."""
    word = word.rstrip("!#$%*+&")
    return word.isalnum() and not (
        word[:1].isdigit() or is_sentence_word(word) or is_no_value(word)
    )


def _changed(text: str, lowered: str, word: Word) -> Span | None:
    """`changed the password to ...`."""
    to = _TO.match(lowered, word.end)
    if to is None or not _CHANGED.search(lowered, max(0, word.start - 40), to.end()):
        return None
    return _value(text, to.end(), token=False, sure=False) or _plain(text, to.end())


def _before(text: str, lowered: str, word: Word, *, token: bool) -> Span | None:
    """`... is the password`, `... as password`, `... (password)`."""
    first = max(0, word.start - 80)
    path = lowered[first : word.start].split()[-LONGEST_PATH - 2 :]
    if lowered[word.start - 1 : word.start] == "(":
        inside = lowered.startswith(")", word.end)
        names = [path[-1].rstrip("(") or path[-2]] if inside and len(path) > 1 else []
    else:
        names = [name for name, link in pairwise(path) if link in _CONNECTS]
    for name in reversed(names):
        found = _named_before(text, lowered, name, first, word.start, token=token)
        if found is not None:
            return found
    return None


def _named_before(
    text: str, lowered: str, name: str, first: int, last: int, *, token: bool
) -> Span | None:
    """The word, or what ends with it in quotes, if it can be a password."""
    place = lowered.rfind(name, first, last)
    end = place + len(name)
    quoted = name[-1:] in _QUOTES
    opening = max(text.rfind(quote, first, end - 1) for quote in _QUOTES) if quoted else -1
    start, end = trimmed(text, opening if opening >= 0 else place, end)
    value = text[start:end]
    if token:
        fits = len(value) >= 16 and is_made_up(value) and not is_named_id(value)
    else:
        fits = len(value) >= 6 and (is_made_up(value) or is_phrase(value))
    return Span(start, end, "token" if token else "password") if fits else None
