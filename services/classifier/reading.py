"""What did the customer write now? Their own words, with noise and logs set apart."""

from __future__ import annotations

import html
import re
import unicodedata
from dataclasses import dataclass
from functools import cached_property
from itertools import islice

from services.classifier.pleas import needs_in, says_more, without_pleas
from services.classifier.words import forms_of

LONGEST_READ = 6_000
"""Characters that are judged: the beginning and, of longer texts, also the end."""
TAIL_READ = 1_500
LONGEST_SCANNED = 60_000
"""Characters that are cleaned at all; the ask of a longer text is not further in."""
LONGEST_LOG = 4_000
LONGEST_HEADING = 200
LONGEST_SIGNATURE = 25

HIDDEN = re.compile(
    "[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e"
    "\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0\U000e0000-\U000e0fff]"
)
CREDENTIAL = re.compile(r"\[removed: [a-z_]+(?: [0-9a-f]{6})?\]")
"""The mark that redaction leaves; its hash differs from installation to installation."""
CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")
LOOK_ALIKES = str.maketrans(
    "авекмнорстухіјѕԁԛԝАВЕКМНОРСТУХІЈЅαεικνορτυχΑΒΕΖΗΙΚΜΝΟΡΤΥΧ",
    "abekmhopctyxijsdqwABEKMHOPCTYXIJSaeikvoptuxABEZHIKMNOPTYX",
)
FOREIGN_LETTER = re.compile("[\u0370-\u03ff\u0400-\u052f]")
MIXED_WORD = re.compile(r"\b(?=\w*[a-zA-Z])(?=\w*[\u0370-\u03ff\u0400-\u052f])\w+\b")

TAG_LIKE = re.compile(
    r"</?(?:html|body|head|div|p|br|span|table|tr|td|th|a|b|i|u|ul|ol|li|strong|em|"
    r"font|style|script|blockquote|pre|code|h[1-6]|img|meta|o:p)\b[^<>]{0,2000}>|<!--",
    re.IGNORECASE,
)
PAYLOAD = re.compile(
    r"<\s*script\b[^<>]{0,200}>"
    r"|<[a-z][^<>]{0,200}?\son(?:error|load|click|mouseover|focus|toggle)\s*=[^<>]{0,200}>",
    re.IGNORECASE,
)
"""Code that no mail program writes: somebody shows what was typed into a field."""
PAYLOAD_IN_WORDS = " script tag "
DROPPED_ELEMENT = re.compile(
    r"<(style|head)\b[^>]*>.{0,20000}?</\1\s*>|<!--.{0,5000}?-->", re.IGNORECASE | re.DOTALL
)
QUOTED_ELEMENT = re.compile(r"<blockquote\b[^>]*>.*", re.IGNORECASE | re.DOTALL)
LINE_BREAKING = re.compile(
    r"<\s*(?:br|/p|/div|/tr|/li|/h[1-6]|p|div|li)\b[^<>]{0,500}>", re.IGNORECASE
)

HISTORY_BEGINS = re.compile(
    r"""^\s*(?:
      -{2,}\s*(?:original\s+message|original\s+nachricht|urspr\S+\s+nachricht|mensaje\s+original
        |message\s+d'origine|messaggio\s+originale|mensagem\s+original|oorspronkelijk\s+bericht)\b.*
    | (?:on|am|le|el|il|em|op)\b.{6,120}\b(?:wrote|schrieb|a\s+écrit|escribió|ha\s+scritto
        |escreveu|schreef)\b.{0,60}:?
    | .{3,80}\b(?:wrote|schrieb|a\s+écrit|escribió|ha\s+scritto|escreveu|schreef)\s*:
    | _{10,}
    )\s*$""",
    re.IGNORECASE | re.VERBOSE,
)
WRAPPED_INTRODUCTION = re.compile(r"^\s*(?:On|Am|Le|El|Il|Em|Op)\b.*\d")
MAIL_HEADER = re.compile(
    r"^\s*(?:>\s*)?(?:from|sent|to|cc|subject|date|von|gesendet|an|betreff|datum|de|enviado|para|asunto"
    r"|fecha|envoyé|à|objet|da|inviato|a|oggetto|van|verzonden|aan|onderwerp|assunto|data)\s*:\s+\S",
    re.IGNORECASE,
)
FORWARDED = re.compile(
    r"^\s*(?:-{2,}|begin)\s*(?:forwarded\s+message|weitergeleitete|mensaje\s+reenviado|message\s+transféré"
    r"|messaggio\s+inoltrato|mensagem\s+encaminhada|doorgestuurd).*$",
    re.IGNORECASE,
)
SIGNATURE_MARK = re.compile(r"^\s*(?:--|—|–|__)\s*$")
DEVICE_LINE = re.compile(
    r"^\s*(?:sent\s+from\s+my|get\s+outlook\s+for|von\s+meinem|gesendet\s+von|enviado\s+desde"
    r"|envoyé\s+(?:de|depuis)|inviato\s+da|verzonden\s+(?:vanaf|met)|enviado\s+do)\b.{0,60}$",
    re.IGNORECASE,
)
CLOSING = re.compile(
    r"""^\s*(?:(?:with\s+)?(?:kind|best|warm|many)?\s*regards|cheers|best(?:\s+wishes)?|sincerely|yours\s+\w+
    |thanks(?:\s+(?:so\s+much|a\s+lot|again|in\s+advance))?|thank\s+you(?:\s+so\s+much|\s+very\s+much)?|many\s+thanks|cordially|rgds
    |(?:mit\s+)?(?:freundlichen?|besten|liebe[nr]?|viele[nr]?|herzlichen?|sonnigen?)\s+gr(?:ü|ue)(?:ß|ss)en?|mfg|vg|lg|danke(?:\s+\w+){0,2}|gruß
    |(?:un\s+)?saludos?(?:\s+\w+)?|atentamente|gracias(?:\s+\w+)?|un\s+abrazo|atte
    |(?:bien\s+)?cordialement|merci(?:\s+\w+){0,3}|salutations|bien\s+à\s+vous|sincères\s+salutations|respectueusement
    |cordiali\s+saluti|grazie(?:\s+\w+)?|saluti|distinti\s+saluti|met\s+vriendelijke\s+groeten?|groet(?:en|jes)?|mvg
    |atenciosamente|obrigad[oa]|abraços|cumprimentos|mvh|pozdrawiam)\s*[,.!]?\s*$""",
    re.IGNORECASE | re.VERBOSE,
)
REGARDS = re.compile(
    r"\b(?:regards|wishes|sincerely|yours|cordially|rgds|gr(?:ü|ue)(?:ß|ss)en?|saludos?|atentamente"
    r"|cordialement|salutations|saluti|groet\w*|cumprimentos|mfg|vg|lg|mvg|mvh)\b",
    re.IGNORECASE,
)
"""What closes a mail and can't open one, as a word of thanks can."""
FOOTER = re.compile(
    r"confidential|intended\s+(?:solely|only)\s+for|please\s+consider\s+the\s+environment|disclaimer"
    r"|if\s+you\s+(?:are\s+not|have\s+received).{0,40}(?:recipient|error)|registered\s+in\s+england"
    r"|company\s+(?:no|number|reg)|virus-free|unsubscribe"
    r"|vertraulich|amtsgericht|handelsregister|geschäftsführer|ust-?id|nicht\s+der\s+richtige\s+adressat"
    r"|confidencial|aviso\s+legal|medio\s+ambiente|destinatario"
    r"|confidentiel|environnement\s+avant|destinataire|siret|\brcs\b"
    r"|riservat[oe]|destinatario|vertrouwelijk|geadresseerde|\bkvk\b",
    re.IGNORECASE,
)
FOOTER_NEEDS = (
    *(
        "confiden",
        "intended",
        "environment",
        "disclaimer",
        "recipient",
        "error",
        "registered",
        "company",
    ),
    *("virus-free", "unsubscribe", "vertrau", "amtsgericht", "handelsregister", "führer", "ust"),
    *("adressat", "aviso", "ambiente", "destinata", "environnement", "siret", "rcs", "riservat"),
    *("vertrouwelijk", "geadresseerde", "kvk"),
)
"""What a footer's line has in any case, one of these; quickly looked for."""
LOG_LINE = re.compile(
    r"""^\s*(?:
      \[?\d{1,4}[-/.](?:\d{1,2}|[A-Za-z]{3})[-/.]\d{2,4}[T\s,:]\s*\d{1,2}:\d{2}.*
    | \#\d+\s+(?:\S+\(\d+\):|/|\{main\}).*
    | (?:PHP\s+)?(?:Fatal\s+error|Parse\s+error|Warning|Notice|Deprecated)\s*:.*
    | (?:Uncaught|Stack\s+trace)\s*:.*
    | (?:Stack\s+trace|thrown\s+in|Backtrace)\b.*
    | (?:WordPress\s+database\s+error|Uncaught\s+\w*(?:Error|Exception)|SQLSTATE|cURL\s+error).*
    | (?:GET|POST|PUT|DELETE|PATCH|HTTP/\d)\b.*\s(?:HTTP|/|\d{3})\S*.*
    | \d{1,3}(?:\.\d{1,3}){3}\s+-\s+.*
    | at\s+\S+\.(?:php|js):\d+.*
    | \S*/(?:wp-content|public_html|wp-includes|wp-admin)/\S+\.php\b\S*\s*(?:on\s+line\s+\d+)?
    | \{["'].{20,}
    | [<{}();$\[\]]{1,3}\s*
    | (?:SELECT|INSERT|UPDATE|ALTER|CREATE|DELETE)\s+.{3,}\b(?:FROM|INTO|SET|TABLE|WHERE)\b.*
    )$""",
    re.VERBOSE,
)
CODE_LINE = re.compile(r".*[;{}]\s*$")
PROSE = re.compile(r"(?:\b[^\W\d_]+,?\s+){5}")
"""Five words in a row: a person wrote at least a part of the line."""
WORD = re.compile(r"[^\W\d_]{2,}")
FENCE = re.compile(r"^\s*```")


@dataclass(frozen=True)
class Reading:
    """A ticket as it is judged. `ask`: the customer's own words; `log`: machines' words."""

    subject: str
    ask: str
    log: str
    quoted: bool = False
    cut: bool = False

    @cached_property
    def text(self) -> str:
        return f"{self.subject}\n{self.ask}" if self.subject else self.ask

    @cached_property
    def forms(self) -> list[str]:
        """The words of the text as the model knows them."""
        return forms_of(self.text)


def read(subject: str, body: str) -> Reading:
    """Subject and body without what others, machines and mail programs added.

    Where nothing would be left of a body, the whole of it counts: a forwarded message without
    a word of its own is itself the message, and so is a lone line that looks like a log's.
    """
    body_text = plain(body[:LONGEST_SCANNED])
    own, quoted = without_history(body_text.split("\n"), has_words(subject))
    if has_words(subject) and is_signature(own):
        own = []
    words, logs = set_apart(without_signature(own))
    ask = "\n".join(words).strip()
    if not has_words(ask) and not has_words(subject):
        whole = own if logs else [line.lstrip("> ") for line in body_text.split("\n")]
        ask, logs = "\n".join(whole).strip(), []
    short, cut = within(ask)
    heading = plain(subject[:500]).replace("\n", " ").strip()
    of_heading, of_ask = needs_in(heading), needs_in(short)
    if has_words(heading) and says_more(heading, of_heading) and not says_more(short, of_ask):
        short = ""
    return Reading(
        without_pleas(heading, of_heading),
        without_pleas(short, of_ask),
        "\n".join(logs)[:LONGEST_LOG],
        quoted,
        cut or len(body) > LONGEST_SCANNED,
    )


def plain(text: str) -> str:
    """Characters as they look: no markup, nothing hidden, no marks, Latin for look-alikes."""
    text = HIDDEN.sub("", unicodedata.normalize("NFKC", text).replace("\r\n", "\n"))
    text = CONTROL.sub(" ", text.replace("\r", "\n"))
    if "[removed: " in text:
        text = CREDENTIAL.sub(" ", text)
    if FOREIGN_LETTER.search(text):
        text = MIXED_WORD.sub(lambda found: found.group().translate(LOOK_ALIKES), text)
    if "<" in text:
        text = PAYLOAD.sub(PAYLOAD_IN_WORDS, text)
    if "<" in text and TAG_LIKE.search(text):
        text = without_markup(text)
    return html.unescape(text) if "&" in text else text


def without_markup(text: str) -> str:
    text = DROPPED_ELEMENT.sub(" ", text)
    own = QUOTED_ELEMENT.sub(" ", text)
    text = own if has_words(TAG_LIKE.sub(" ", own)) else text
    text = LINE_BREAKING.sub("\n", text)
    return TAG_LIKE.sub(" ", text)


def without_history(lines: list[str], has_subject: bool) -> tuple[list[str], bool]:
    """The lines above the quoted history, and whether there was one.

    Lines that the customer cites without a mail program's introduction are part of the message,
    and a forwarding without words above it is the message; so is what is quoted, where neither
    the subject nor a line says more.
    """
    kept: list[str] = []
    for number, line in enumerate(lines):
        begins = history_begins(lines, number)
        above = "\n".join(kept) if begins else ""
        if begins and has_words(above) and says_more(above, needs_in(above)):
            return kept, True
        if begins and has_subject and only_quotes(lines[number + 1 :]):
            return kept, True
        if not begins and not MAIL_HEADER.match(line):
            kept.append(line.lstrip("> "))
    return kept, False


def history_begins(lines: list[str], number: int) -> bool:
    line = lines[number]
    if len(line) > LONGEST_HEADING:
        return False
    two_lines = f"{line} {lines[number + 1]}" if number + 1 < len(lines) else line
    return bool(
        HISTORY_BEGINS.match(line)
        or FORWARDED.match(line)
        or (WRAPPED_INTRODUCTION.match(line) and HISTORY_BEGINS.match(two_lines))
        or is_header_block(lines, number)
    )


def only_quotes(lines: list[str]) -> bool:
    """Whether nothing but quoted lines follows a reply's introduction, which may take two."""
    written = [line for line in lines if line.strip()]
    quotes = written[1:] if written and HISTORY_BEGINS.match(written[0]) else written
    return bool(quotes) and all(line.lstrip().startswith(">") for line in quotes)


def is_header_block(lines: list[str], number: int) -> bool:
    """Whether a mail's header lines begin here: three in a row."""
    following = [line for line in lines[number : number + 5] if line.strip()][:3]
    return len(following) == 3 and all(MAIL_HEADER.match(line) for line in following)


def without_signature(lines: list[str]) -> list[str]:
    """The lines above a signature; a closing counts when little text follows it."""
    first = next(
        (n for n, _ in enumerate(lines) if has_words("\n".join(lines[max(0, n - 3) : n]))), 0
    )
    for number in range(first or len(lines), len(lines)):
        if SIGNATURE_MARK.match(lines[number]) and len(lines) - number <= LONGEST_SIGNATURE:
            return lines[:number]
        if CLOSING.match(lines[number]):
            below = [rest for rest in lines[number + 1 :] if rest.strip()]
            if len(below) <= 8 and all(len(rest) < 90 or FOOTER.search(rest) for rest in below):
                return lines[:number]
    return [line for line in lines if not DEVICE_LINE.match(line) and not is_footer(line)]


def is_signature(lines: list[str]) -> bool:
    """Whether all that is written is a closing and a few short lines: the ask is the subject."""
    written = [line for line in lines if line.strip()]
    closes = written and CLOSING.match(written[0]) and REGARDS.search(written[0])
    return bool(closes) and len(written) <= 9 and all(len(line) < 90 for line in written)


def is_footer(line: str) -> bool:
    return len(line) > 60 and may_be_footer(line) and len(FOOTER.findall(line)) > 1


def may_be_footer(line: str) -> bool:
    """Whether a line has enough of what its two phrases need."""
    return sum(map(line.lower().count, FOOTER_NEEDS)) > 1


def set_apart(lines: list[str]) -> tuple[list[str], list[str]]:
    """Words of people, and words of machines: logs, traces, code."""
    words: list[str] = []
    logs: list[str] = []
    fenced = False
    for line in lines:
        if FENCE.match(line):
            fenced = not fenced
        elif fenced or LOG_LINE.match(line) or is_code(line):
            logs.append(line.strip())
        else:
            words.append(line)
    return words, logs


def is_code(line: str) -> bool:
    return bool(CODE_LINE.match(line)) and not PROSE.search(line)


def within(text: str) -> tuple[str, bool]:
    """At most what is judged: of a long text its beginning and its end."""
    if len(text) <= LONGEST_READ:
        return text, False
    head = LONGEST_READ - TAIL_READ
    return f"{text[:head]}\n{text[-TAIL_READ:]}", True


def has_words(text: str, *, least: int = 2) -> bool:
    return sum(1 for _ in islice(WORD.finditer(text[:5_000]), least)) == least
