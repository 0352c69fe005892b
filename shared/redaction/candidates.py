"""Which words of a text are worth a look, what of them may be a value, and what led to them?"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from shared.redaction.sieve import Word
from shared.redaction.spans import Stretch
from shared.redaction.values import before_markup, is_random

LARGE = 32_000
"""Characters of a text that is read once, and of which less is judged before the rest goes."""
REACH = 14
"""Characters in front of a word that say whether it was handed over."""
NAME = 40
"""Characters in front of a word in which it is named."""
LONGEST_ADDRESS = 300
_SIGNS = r"0-9!#$%&*+?^~§€"
_SPARK = re.compile(rf"[{_SIGNS}A-Z](?<![^a-z][A-Z])")
_WORD_END = re.compile(r"[\s\ufdd0]")
_CANDIDATE = re.compile(
    rf"(?=[^\s\ufdd0{_SIGNS}]{{0,40}}+[{_SIGNS}]|[^\s\ufdd0]{{0,12}}[a-z][A-Z])"
    r"(?=[^\s\ufdd0A-Za-z]{0,40}+[A-Za-z])(?P<word>[^\s\ufdd0]{6,80})"
)
_INNER = re.compile(rf"[\"'“„«‘`(\[{{>|\ufdd0]{_CANDIDATE.pattern}")
_PICTURES = ("iVBORw0KG", "/9j/", "R0lGOD", "PHN2Zy", "UklGR", "JVBERi0", "UEsDB", "PD94bWw")
"""How files begin in base64: PNG, JPEG, GIF, SVG, WebP, PDF, ZIP, XML."""
SHORTEST_WORD, LONGEST_WORD = 6, 80
FIRST_SPARK = 40
"""Characters of a word within which it has one, or is none."""
_NAMED = re.compile(
    r"(?:nonce[^\n]{0,30}|ssh-\w+\s|sha256:|fingerprint\s"
    r"|(?:\]:|(?<!\w)(?:(?:queue|message|request|order|log)[ -]?id|\bid|queued as"
    r"|(?:site|public|publishable|measurement|tracking|merchant|client)[ -]?(?:key|id)"
    r"|commit|req|rid|trace|ref|sid|cid|cookies?|tag|hash|etag|build|zap|element|selector|élément|elemento"
    r"|class|klasse|classe|clase|coupon|gutschein|cupón|voucher|promo|order|bestell\w*|pedido"
    r"|commande"
    r"|serial|série|s/n|seriennummer|invoice|rechnung|factura|facture)"
    r"(?: (?:is|ist|es|est|was|nr\.?|no\.?|code))?"
    r")[\s:=#„“\"'«-]{1,4})$"
)
"""What says that the next word is something else."""
_HANDED = re.compile(
    r"(?:(?<!\w)(?:typ(?:e|ed|ing|o)|enter(?:ed|ing)?|puts?|us(?:e|ed|es|ing)|tr(?:y|ied|ying)"
    r"|noted|pasted?|wrote|chose|is|be|was|being|to|as|with|from|via|and|then|now|old|new|says?"
    r"|called|jetzt|ahora|maintenant"
    r"|tipp(?:e|te|en)|nehmt|nehmen|nimm|nehme|gebe|gib|lautet|ist|war|auf|mit|als|zu|und|dann"
    r"|den|das"
    r"|es|era|sea|son|con|como|a|por|y|luego|escrib[oía]+|pon(?:go|ed|er|ga)|puse|puesto"
    r"|us[oaé]d?|metido"
    r"|est|était|avec|comme|et|puis|en|tap[eé]z?|me(?:ts|ttez|ttre)|mis|saisi[rs]?|coll[eé]"
    r"|utilise[rz]?"
    r"|takes?|took|accepts?|choke on|wants?|needs?|word|reads|past|steht bei mir|mir|sagt|dice|dit"
    r"|immer|üblich|siempre|usual|pongo|below|underneath|after it|unten|darunter|danach|dahinter"
    r"|abajo|debajo|después|bas|dessous|après|followed by|gefolgt von|seguido de|suivi de"
    r"|jest|är|er|med|och|og|è|é|e|con|con|het|met|als|to|i|z|na|jako|som|com"
    r"|(?:it|c|that|what|here|pw|pass|mdp|password)[’']?s?(?:[’'](?:s|est))?)"
    r"|[:=→>(,;–—…?!/|+-]|->|\ufe0f|[\U0001f300-\U0001faff]|\n)[ \t]*[\"'“„«‘`(*>]{0,3}$"
)
"""What stands in front of a word that somebody was given or typed."""
_BEHIND_MAIL = re.compile(
    r"[\w.+-]@[\w-]+(?:\.[\w-]+)+[\"'>)]{0,2}(?:\s|[,;/|+&:–—-])"
    r"(?:\s|[,;/|+&:–—-]|and|und|y|et|e|con|with|mit|avec){0,4}[\"'“„«(]{0,2}$"
)
_COUPON = re.compile(
    r"coupon|gutschein|cup[oó]n|voucher|promo|discount|rabatt|remise|descuento|sconto|[0-9] ?%"
    r"|% off|prozent|per ?cent"
    r"|black.friday|cyber.monday|oferta|soldes|angebot|still (?:good|valid)|noch gültig|valable"
    r"|sigue valiendo|aún vale|todavía vale"
)
_LOGGED = re.compile(
    r":? (?:to=|from=|client=|message-id=|uid=|removed\b|skipped|warning|reject|milter|hold)"
    r"| - gsmtp\b"
)
"""What a mail server's log says behind the id of a mail."""
_NO_CODE = re.compile(
    r"[\"'”’`]? is not (?:an? (?:constructor|function|class|object|valid callback)|defined|iterable"
    r"|callable)\b"
)
"""What a browser or PHP says behind a name that it does not know."""
_KEYWORD = re.compile(
    r"\b(?:key[ -]?words?|mots?[ -]clés?|palabras?[ -]clave|schlüsselw[oö]rt\w*|stichw[oö]rt\w*"
    r"|schlagw[oö]rt\w*|suchbegriffe?|search terms?|key (?:visual|account|ring|frame|note)"
    r"|(?:foreign|primary|meta|sort|cache) key|clé (?:usb|de voûte|primaire|étrangère))"
    r"\s?[:=]\s?[\"“„«'(]{0,2}(?:[\w-]{3,30},\s){0,3}[\"“„«'(]?$"
)
_TERM = re.compile(r"[a-zß-ÿ]+(?:-[a-zß-ÿ0-9]+)+(?![\w!#$%&*+@])")
"""Words with hyphens behind what names a keyword, or a key of another sense."""
_GETTING_IN = re.compile(
    r"passw|kennw|contrase|mot de passe|log ?in|log-in|sign ?in|einlogg|anmeld|entrar|acced|connect"
    r"|unlock|zugang"
)
_HOOKED = re.compile(
    r"\b(?:add|remove|has)_(?:filter|action|shortcode)\s?\(\s?[\"'][\w./-]{1,50}[\"']\s?,\s?"
    r"(?:(?:array\s?\(|\[)\s?(?:\$this|[\"'][\w\\]{1,50}[\"'])\s?,\s?)?[\"']$"
)
_FUNCTION = re.compile(r"[a-z_]+_[a-z0-9_]+(?=[\"'])")
HOOKED_REACH = 120
"""Characters in front of a function's name in which it is tied to a hook."""
_ADDRESS = re.compile(r"(?:://|[?&]\w+=|sha(?:1|256|384|512)[-:]|\bh1:)\S*$")
_TAG = re.compile(r"(?:<[a-z0-9]{1,6}>)+")
_OTHER_NAME = re.compile(
    r"(?:php)?sess\w*|sid|nonce|csrf\w*|hash|etag|v|ver|\w*_?id|utm_\w+|\w*clid|class|style"
    r"|href|src"
    r"|tk_ai|gateway|dns|ip|host|server|port|path|theme|plugin|page|tab|lang|locale|version"
)
"""Names of other things."""
_JOINS = re.compile(r"[=/:]")
_ROW = re.compile(r"(?:[^\W\d_]{3,20}[;,])+[\w.()-]{3,40}(?:[;,][\w.()-]{2,40})+")
_CELL = re.compile(r"[^;,]+")
"""A row of a table, each cell judged by itself; the first is a word."""
_MAIL = re.compile(r"[\w.+-]{1,64}@[\w-]{1,64}(?:\.[\w-]{1,64}){1,4}[:;|,/]")


def around(words: Sequence[Word], length: int, before: int, after: int) -> list[Stretch]:
    """Stretches of text around the words, none twice."""
    stretches: list[Stretch] = []
    for word in words:
        begin, end = max(0, word.start - before), min(length, word.end + after)
        if stretches and begin <= stretches[-1][1]:
            stretches[-1] = (stretches[-1][0], end)
        else:
            stretches.append((begin, end))
    return stretches


def at_both_ends(stretches: Sequence[Stretch], most: int) -> Sequence[Stretch]:
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


def outside(near: Sequence[Stretch], stretch: Stretch) -> Iterable[Stretch]:
    """What of the stretch is not in those near."""
    at, end = stretch
    for first, last in near:
        if at < min(first, end):
            yield at, min(first, end)
        at = max(at, last)
    if at < end:
        yield at, end


def candidates(text: str, first: int, last: int) -> Iterable[Stretch]:
    """Words with a letter and a digit, a sign or a capital inside, by which they are found."""
    done = first
    for spark in _SPARK.finditer(text, first, last + FIRST_SPARK):
        at = spark.start()
        if at < done:
            continue
        begin = _word_start(text, at)
        if begin >= last:
            return
        own = at - begin < LONGEST_WORD and not text.startswith(_PICTURES, begin)
        found = _CANDIDATE.match(text, begin) if own else None
        if found is not None and begin >= first:
            yield found.span("word")
            done = found.end()
            if done - begin < LONGEST_WORD:
                continue
        end = _WORD_END.search(text, max(done, at))
        begin, done = max(begin, done - 1), len(text) if end is None else end.start()
        if done - begin > SHORTEST_WORD:
            for inner in _INNER.finditer(text, begin, min(done, last)):
                yield inner.span("word")


def _word_start(text: str, at: int) -> int:
    """Where the word begins in which `at` stands, or so many characters before."""
    before = text[max(0, at - LONGEST_WORD) : at].replace("\ufdd0", " ")
    return at if not before or before[-1].isspace() else at - len(before.rsplit(None, 1)[-1])


def parts(text: str, start: int, stop: int) -> Iterable[Stretch]:
    """`name=value` and `name/value` as their value, else the whole word."""
    stop = before_markup(text, start, stop)
    tag = _TAG.match(text, start, stop)
    start = start if tag is None else tag.end()
    value = text[start:stop]
    mail = _MAIL.match(text, start, stop) if "@" in value else None
    if mail is not None:
        yield mail.end(), stop
        return
    if _ROW.fullmatch(value) is not None:
        for cell in _CELL.finditer(text, start, stop):
            yield cell.span()
        return
    if _OTHER_NAME.fullmatch(value.partition("=")[0].lower() if "=" in value else ""):
        return
    if not _JOINS.search(value) or is_random(value):
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


def is_handed(text: str, start: int) -> bool:
    """Whether what stands in front says that the word was given, typed or set."""
    before = text[max(0, start - REACH) : start].lower()
    if _HANDED.search(before if start > REACH else "\n" + before) is not None:
        return True
    before = text[max(0, start - NAME) : start]
    return "@" in before and _BEHIND_MAIL.search(before) is not None


def is_named(text: str, start: int) -> bool:
    """Whether what stands in front says that it is something else."""
    before = text[max(0, start - NAME) : start].lower()
    if _NAMED.search(before) is not None:
        return True
    if before[-1:] in ("'", '"') and _FUNCTION.match(text, start) is not None:
        return _HOOKED.search(text, max(0, start - HOOKED_REACH), start) is not None
    return _TERM.match(text, start) is not None and _is_keyword(text, start, before)


def _is_keyword(text: str, start: int, before: str) -> bool:
    """Whether people search for it, and nobody speaks of getting in with it."""
    if _KEYWORD.search(before) is None:
        return False
    return _GETTING_IN.search(text[max(0, start - NAME) : start + 2 * NAME].lower()) is None


def is_logged(text: str, end: int) -> bool:
    """Whether what stands behind says that it is the id of a mail, or a name of code, in a log."""
    return _LOGGED.match(text, end) is not None or _NO_CODE.match(text, end) is not None


def is_of_sale(text: str, start: int, end: int) -> bool:
    """Whether a coupon is spoken of beside it."""
    return _COUPON.search(text[max(0, start - NAME) : end + NAME].lower()) is not None


def is_in_address(text: str, at: int) -> bool:
    """Whether it is a part of a URL, or of a checksum, that is cut at a bar or a bracket."""
    before = text[max(0, at - LONGEST_ADDRESS) : at]
    return not before[-1:].isspace() and _ADDRESS.search(before) is not None
