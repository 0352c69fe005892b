"""Which sentences plead instead of asking? Urgency, rank, flattery, threats, orders to the system.

Words are not evidence (promise 6): a sentence that only pleads is not read by the model.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

SENTENCE = re.compile(r"[^.!?\n]*[.!?\n]+|[^.!?\n]+$")
SHOUT = re.compile(
    r"^\W*(?:(?:very\s+)?urgente?|asap|important|dringend|eilt|emergency|help)\b\s*[:!*\-–—]+\s*",
    re.IGNORECASE,
)
"""An alarm in front of a text, most often of a subject."""
LONGEST_PLEA = 160
"""Characters; a longer sentence says something beside the plea."""

PLEA = re.compile(
    r"""
      \b(?:very\s+|super\s+|extremely\s+)?urgent(?:ly)?\b | \basap\b | as\s+soon\s+as\s+possible
    | \btop\s+priority\b | \b(?:highest|high|maximum)\s+priority\b | priority\s*(?:1|one
      |to\s+highest)\b
    | \bemergency\b | \bright\s+now\b | \bimmediate\s+(?:attention|response|action|answer|help)\b
    | \bi(?:'m|\s+am|\s+have\s+been)?\s+(?:pay|paying)\s+(?:you\s+)?(?:a\s+lot|so\s+much
      |good\s+money|enough)
    | \bwe\s+pay\s+(?:you\s+)?(?:a\s+lot|so\s+much|good\s+money|enough)
    | \b(?:vip|premium|platinum|enterprise|biggest|loyal|long-?time|best)\s+(?:customers?
      |clients?|users?)\b
    | \b(?:ignore|disregard|forget|override)\b.{0,40}\b(?:rules?|instructions?|polic(?:y|ies)
      |prompts?|above)\b
    | \b(?:mark|flag|classify|treat|label|tag|set|route|categori[sz]e)\s+(?:this|it|my
      |the)\b.{0,50}
      \b(?:as|to)\b.{0,40}\b(?:covered|urgent|security|priority|bug(?:_report)?|in[\s_-]scope
      |critical|highest|vip|paying)\b
    | \bthis\s+is\s+(?:a\s+|an\s+)?(?:very\s+|really\s+)?(?:critical|serious|major|urgent
      |huge)\s+(?:security\s+)?
      (?:issue|problem|matter|incident|ticket|vulnerability|emergency)\b
    | \b(?:security|sicherheits\w*)\s+(?:issue|problem|emergency|incident|notfall
      |problem)\s*[!:]*\s*$
    | \b(?:love|adore)\s+(?:your|the)\s+(?:product|plugin|crm|team|support|work|software)
    | \bis\s+the\s+best\b | \byou(?:'re|\s+are|\s+guys\s+are)?\s+(?:the\s+best|amazing|awesome
      |wonderful|brilliant
      |great)\b
    | \b(?:best|greatest|most\s+\w+)\s+(?:\w+\s+){1,3}(?:ever|in\s+the\s+world|i(?:'ve|\s+have))
    | \b(?:keep\s+up\s+the|great|fantastic|excellent|amazing)\s+(?:good\s+|great\s+)?(?:work
      |job|product|plugin|support|team)\b
    | \b(?:my|our)\s+lawyers?\b | \blegal\s+action\b | \b(?:one|1)[\s-]star\s+review
      | \bbad\s+review
    | \b(?:sue|report)\s+you\b | \bor\s+(?:else\s+)?i(?:'ll|\s+will)\s+(?:cancel|leave|switch
      |sue|tell)
    | \bsystem\s*(?:prompt|override|message)?\s*:\s | \bdear\s+(?:ai|bot|classifier|system)\b
    | \b(?:dringend|eilt|sofort(?:ige)?|schnellstmöglich|so\s+schnell\s+wie\s+möglich
      |höchste\s+priorität|notfall)\b
    | \bich\s+(?:zahle|bezahle)\s+(?:viel|genug)|\bwir\s+(?:zahlen|bezahlen)\s+(?:viel|genug)
      | \banwalt\b
    | \bignoriere?(?:n\s+sie)?\b.{0,40}\b(?:regeln|anweisungen)\b | \b(?:tolles|super
      |großartiges)\s+(?:plugin|produkt|team)
    | \b(?:urgente|lo\s+antes\s+posible|cuanto\s+antes|máxima\s+prioridad|emergencia)\b
    | \bpago\s+mucho|\bpagamos\s+mucho | \babogados?\b | \bignor[ae]\b.{0,40}\b(?:reglas
      |instrucciones|règles|instructions)\b
    | \b(?:urgent|d'urgence|au\s+plus\s+vite|dès\s+que\s+possible|priorité\s+(?:absolue
      |maximale))\b
    | \b(?:je|nous)\s+pa(?:ie|ye|yons)\s+(?:beaucoup|cher) | \bavocat\b
    | \b(?:ignorez|oubliez)\b.{0,40}\b(?:règles|instructions|consignes)\b
    """,
    re.IGNORECASE | re.VERBOSE,
)
PLEA_NEEDS = (
    *(
        "urgent",
        "asap",
        "soon",
        "priorit",
        "emergenc",
        "emergenz",
        "right now",
        "immediate",
        "i pay",
    ),
    *(
        "we pay",
        "paying",
        "vip",
        "premium",
        "platinum",
        "enterprise",
        "biggest",
        "loyal",
        "long-time",
        "longtime",
    ),
    *("best", "ignor", "disregard", "forget", "override", "covered", "security", "bug", "scope"),
    *("critical", "serious", "major", "huge", "highest", "sicherheit", "love", "adore", "amazing"),
    *("awesome", "wonderful", "brilliant", "great", "most", "fantastic", "excellent", "lawyer"),
    *(
        "legal",
        "star review",
        "bad review",
        "sue you",
        "report you",
        "or else",
        "or i'll",
        "or i will",
        "system",
        "dear",
        "dringend",
    ),
    *("eilt", "sofort", "schnell", "höchste", "notfall", "zahle", "anwalt", "tolles", "super"),
    *("großartig", "antes", "máxima", "pago", "pagamos", "abogado", "regla", "instruc", "règle"),
    *("keep up", "plus vite", "dès", "paie", "paye", "payons", "avocat", "oublie", "pay "),
)
"""What a plea has in any case, one of these; quickly looked for."""
ASKS = re.compile(
    r"""\b(?:how|where|which|why|can(?:'t|not)?|could|does(?:n't)?|is\s+it\s+possible|error
      |fail\w*
    |broken|invoice|quote|import|export|contact|portal|plugin|extension|server|php|css|code
      |hook|form
    |login|refund|cancel\s+my|licen[cs]e|page|email|mails?|wie|wo|warum|kann|fehler|rechnung
      |kontakt
    |angebot|cómo|dónde|puedo|puede|factura|contacto|comment|où|pouvez|erreur|facture|devis)\b""",
    re.IGNORECASE | re.VERBOSE,
)


def without_pleas(text: str, needs: Sequence[str]) -> str:
    """The text without the sentences that only plead; all of it where nothing else would stay.

    `needs`: what `needs_in` finds in the text, here as below.
    """
    text = SHOUT.sub("", text) or text
    if not needs:
        return text
    kept = [sentence for sentence in SENTENCE.findall(text) if not only_pleads(sentence, needs)]
    rest = "".join(kept).strip()
    return rest if len(rest) > 2 else text


def says_more(text: str, needs: Sequence[str]) -> bool:
    """Whether a text has any sentence that does not only plead."""
    if not needs:
        return any(map(str.isalpha, text))
    return any(
        any(map(str.isalpha, sentence)) and not only_pleads(sentence, needs)
        for sentence in map(re.Match.group, SENTENCE.finditer(text))
    )


def only_pleads(sentence: str, needs: Sequence[str]) -> bool:
    if len(sentence) > LONGEST_PLEA or not needs_in(sentence, needs) or not PLEA.search(sentence):
        return False
    return not ASKS.search(PLEA.sub(" ", sentence))


def needs_in(text: str, needs: Sequence[str] = PLEA_NEEDS) -> list[str]:
    """What a text has of that which a plea needs; where it has none of it, it does not plead."""
    lowered = " ".join(text.lower().split())
    return [need for need in needs if need in lowered]
