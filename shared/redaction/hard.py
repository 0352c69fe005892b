"""Which words near a login did only a machine or a careful person make, or somebody type?"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from itertools import islice

from shared.redaction.ordinary import is_sentence_word
from shared.redaction.sieve import Word
from shared.redaction.spans import Span
from shared.redaction.values import (
    before_markup,
    is_hard,
    is_harder,
    is_known_form,
    is_made_up,
    is_memorable,
    is_phrase,
    is_random,
    trimmed,
)
from shared.redaction.words import Sign

MOST_CANDIDATES = 250
MOST_CHARACTERS = 30_000
MOST_READ = 12_000
MOST_JUDGED = 60
"""Around words for access; past so many they are those of a log, and people write at its ends."""
BEFORE, AFTER = 70, 160
"""Characters around a word for password in which a hard word counts as one."""
CLOSE = 60
"""Characters behind a word for password in which three words with hyphens are one."""
_ID = re.compile(r"(?i)cve-.*|\S*[\"<>{%].*|[\w.-]+=.*|[^\W\d_]+[,;].*")
_LINE_START = re.compile(r"(?:^|\n)[ \t>*\"'-]*$")
_LINE_END = re.compile(r"[\"'.)]{0,2}[ \t]*(?:\r?\n|$)")
_ELSE = re.compile(
    r"(?i)nonce|clid\b|utm_|csp|selector|\bcss\b|queue|postfix|exim|message-id|base64"
)
_COUPON = re.compile(
    r"(?i)coupon|gutschein|cup[oó]n|voucher|promo|discount|rabatt|remise|descuento"
    r"|sconto|% off|sale|checkout|\bcart\b|warenkorb|carrito|panier|code|código"
)
FAR = 150
_SORT = re.compile(
    r"(?i)\S*[;,:].*|[a-z]+[0-9]?(?:[+/-][a-z]+[0-9]?)+|[a-z]+-?(?:19|20)[0-9]{2}|[a-z_]+(?:19|20)[0-9]{2}\S*|[a-z_]+|[a-z]+[0-9]{2,3}|bc1\S*"
    r"|\S*\.[a-z]{3,4}|[0-9]\S*|[a-z]{1,3}-[0-9]\S*|_\S*|(?-i:[A-Z]{2,}\S*|[A-Z0-9]+-\S*)"
)
"""What is an id or a part of something else, where no word speaks of access."""
REACH = 14
"""Characters in front of a word that say whether it was handed over."""
Stretch = tuple[int, int]
_SIGNS = r"0-9!#$%&*+?^~§€"
_CANDIDATE = re.compile(
    rf"[\s\"'“„«‘`(\[{{>|](?=[^\s\ufdd0{_SIGNS}]{{0,40}}+[{_SIGNS}]|[^\s\ufdd0]{{0,12}}[a-z][A-Z])"
    r"(?=[^\s\ufdd0A-Za-z]{0,40}+[A-Za-z])(?P<word>[^\s\ufdd0]{6,80})"
)
_PHRASE = re.compile(
    r"(?<![\w.@/#=-])[A-Za-z]{3,12}(?:-[A-Za-z]{3,12}){2,6}(?:-?[0-9]{1,4})?(?![\w-])"
)
_NAMED = re.compile(
    r"(?i)(?:nonce[^\n]{0,30}|ssh-\w+\s|sha256:|fingerprint\s"
    r"|(?:\]:|(?<!\w)(?:(?:queue|message|request|order|log)[ -]?id|\bid"
    r"|commit|req|rid|trace|ref|sid|cid|tag|hash|etag|build|zap|element|selector|élément|elemento"
    r"|class|klasse|classe|clase|coupon|gutschein|cupón|voucher|promo|order|bestell\w*|pedido|commande"
    r"|serial|série|s/n|seriennummer|invoice|rechnung|factura|facture)"
    r"(?: (?:is|ist|es|est|was|nr\.?|no\.?|code))?"
    r")[\s:#„“\"'«-]{1,4})$"
)
"""What says that the next word is something else."""
_HANDED = re.compile(
    r"(?i)(?:(?<!\w)(?:typ(?:e|ed|ing|o)|enter(?:ed|ing)?|puts?|us(?:e|ed|es|ing)|tr(?:y|ied|ying)"
    r"|noted|pasted?|wrote|chose|is|be|was|being|to|as|with|from|via|and|then|old|new|says?|called"
    r"|tipp(?:e|te|en)|nehmt|nehmen|nimm|nehme|gebe|gib|lautet|ist|war|auf|mit|als|zu|und|dann|den|das"
    r"|es|era|sea|son|con|como|a|por|y|luego|escrib[oía]+|pon(?:go|ed|er|ga)|puse|puesto|us[oaé]d?|metido"
    r"|est|était|avec|comme|et|puis|en|tap[eé]z?|me(?:ts|ttez|ttre)|mis|saisi[rs]?|coll[eé]|utilise[rz]?"
    r"|jest|är|er|med|och|og|è|é|e|con|con|het|met|als|to|i|z|na|jako|som|com"
    r"|(?:it|c|that|what|here|pw|pass|mdp|password)[’']?s?(?:[’'](?:s|est))?)"
    r"|[:=→>(,;–—?!/|+-]|->|\ufe0f|[\U0001f300-\U0001faff]|^|\n)[ \t]*[\"'“„«‘`(*>]{0,3}$"
)
"""What stands in front of a word that somebody was given or typed."""
_QUOTED_PHRASE = re.compile(
    r"[\"“„«‘'`] ?(?P<words>[^\W\d_]{3,14}(?: [^\W\d_]{3,14}){3,7}(?: [0-9]{1,4})?) ?[\"”“»’'`]"
)
_ADDRESS = re.compile(r"(?:://|[?&]\w+=)\S*$")
LONGEST_ADDRESS = 300
_TAG = re.compile(r"(?:<[a-z0-9]{1,6}>)+")
_MAIL = re.compile(r"[\w.+-]{1,64}@[\w-]{1,64}(?:\.[\w-]{1,64}){1,4}[:;|,/]")
_PAIRED = re.compile(r"[ \t](?:/|//|\||\+|&)[ \t]$")
_WORD_2 = re.compile(r"[A-Za-z]{3,}-?[0-9]{1,2}|[A-Za-z0-9!#$%&*+=?@^~-]+")


def hard_words(text: str, words: Sequence[Word]) -> Iterable[Span]:
    """Words that nothing ties, close to a word for access."""
    count = 0
    for word in words[:MOST_CANDIDATES]:
        if word.sign is Sign.PASSWORD:
            for found in _PHRASE.finditer(text, max(0, word.start - 20), word.end + CLOSE):
                if is_phrase(found[0]):
                    yield Span(*found.span(), "password")
        if "phr" in text[word.start : word.end]:
            yield from _quoted_phrases(text, 0, min(len(text), MOST_CHARACTERS))
    for first, last in _at_both_ends(_around(words, len(text)), MOST_CHARACTERS):
        yield from _quoted_phrases(text, first, last)
        for start, end in _candidates(text, first, last):
            count += 1
            if count > MOST_CANDIDATES:
                yield Span(start, last, "password")
                break
            yield from _judged(text, *trimmed(text, start, end))


def harder_words(text: str, stretches: Sequence[Stretch]) -> Iterable[Span]:
    """Words that need no other word near them: people write `it's x` and no more."""
    for first, last in _at_both_ends([*stretches], MOST_READ):
        for start, end in islice(_candidates(text, first, last), MOST_JUDGED):
            for begin, stop in _parts(text, *trimmed(text, start, end)):
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
    if _NAMED.search(text, max(0, start - 40), start) or _ELSE.search(text, *around):
        return False
    return alone or jumble or _COUPON.search(text, *around) is None


def _is_given(text: str, start: int, value: str) -> bool:
    if _SORT.fullmatch(value) is not None and not is_random(value):
        return False
    before = max(0, start - REACH)
    if _LINE_START.search(text, before, start) is not None:
        return _LINE_END.match(text, start + len(value)) is not None
    return _HANDED.search(text, before, start) is not None


def _around(words: Sequence[Word], length: int) -> list[Stretch]:
    """Stretches of text around the words, none twice."""
    stretches: list[Stretch] = []
    for word in words:
        begin, end = max(0, word.start - BEFORE), min(length, word.end + AFTER)
        if stretches and begin <= stretches[-1][1]:
            stretches[-1] = (stretches[-1][0], end)
        else:
            stretches.append((begin, end))
    return stretches


def _at_both_ends(stretches: list[Stretch], most: int) -> Iterable[Stretch]:
    """The stretches, of very many characters only the first and the last."""
    if sum(end - begin for begin, end in stretches) <= most:
        return stretches
    half = most // 2
    kept: list[Stretch] = []
    room = half
    for begin, end in stretches:
        if room <= 0:
            break
        kept.append((begin, min(end, begin + room)))
        room -= end - begin
    room, least = half, kept[-1][1]
    for begin, end in reversed(stretches):
        if room <= 0 or end <= least:
            break
        kept.append((max(begin, end - room, least), end))
        room -= end - begin
    return kept


def _candidates(text: str, first: int, last: int) -> Iterable[Stretch]:
    if first == 0:
        word = text[:80].split(None, 1)[:1]
        if word and text.startswith(word[0]) and len(word[0]) > 5:
            yield 0, len(word[0])
    for found in _CANDIDATE.finditer(text, max(0, first - 1), last):
        yield found.span("word")
    for found in _PHRASE.finditer(text, first, last):
        yield found.span()


def _quoted_phrases(text: str, first: int, last: int) -> Iterable[Span]:
    """Four words or more in quotes that make no sentence."""
    for found in _QUOTED_PHRASE.finditer(text, first, last):
        words = found["words"].split()
        if found["words"].islower() and not any(map(is_sentence_word, words)):
            yield Span(*found.span("words"), "password")


def _judged(text: str, start: int, stop: int) -> Iterable[Span]:
    for begin, end in _parts(text, start, stop):
        value = text[begin:end]
        fits = is_hard(value) or _handed(text, begin, value)
        fits = fits or _is_second_of_pair(text, start, value)
        if fits and not (
            _in_address(text, start) or _NAMED.search(text, max(0, start - 40), start)
        ):
            yield Span(begin, end, "password")


def _is_second_of_pair(text: str, start: int, value: str) -> bool:
    """`name / value`: the value need be less hard, as its place says what it is."""
    if _PAIRED.search(text, max(0, start - 4), start) is None or value.isalpha():
        return False
    return is_made_up(value) and not is_known_form(value) and _WORD_2.fullmatch(value) is not None


def _in_address(text: str, at: int) -> bool:
    """Whether it is a part of a URL that is cut at a bar or a bracket."""
    before = text[max(0, at - LONGEST_ADDRESS) : at]
    return not before[-1:].isspace() and _ADDRESS.search(before) is not None


def _handed(text: str, start: int, value: str) -> bool:
    """Whether somebody was given it, typed or set it, and it may well be one."""
    return is_memorable(value) and _HANDED.search(text, max(0, start - REACH), start) is not None


def _parts(text: str, start: int, stop: int) -> Iterable[Stretch]:
    """`name=value` and `name/value` as their value, else the whole word."""
    stop = before_markup(text, start, stop)
    tag = _TAG.match(text, start, stop)
    start = start if tag is None else tag.end()
    mail = _MAIL.match(text, start, stop)
    if mail is not None:
        yield mail.end(), stop
        return
    if is_random(text[start:stop]):
        yield start, stop
        return
    for sign in "=/:":
        at = text.find(sign, start, stop)
        if at > start and _is_name(text[start:at], text[at + 1 : stop], sign):
            yield at + 1, stop
            if sign == "/" or text[start:at].replace("_", "").islower():
                return
    yield start, stop


def _is_name(name: str, value: str, sign: str) -> bool:
    """Whether it names what stands behind the sign; behind a colon no address may stand."""
    plain = sign != ":" or not any(other in value for other in ":/\\")
    return plain and name.replace("-", "_").isidentifier()
