"""Which further asks may a ticket hold? Its list items, questions, and what comes after "also"."""

from __future__ import annotations

import re
from itertools import pairwise

from services.classifier.reading import Reading

LEAST_LETTERS = 12
MOST_ASKS = 6
BREAK = re.compile(r"(?:^|\n|[.!?;:]\s)\s*")
ASKS = re.compile(
    r"""(?:
      (?:\(?\d{1,2}\s?[.)]|\(?[a-e]\)|[-*•–+]\s)\s*\S
    | [^.!?\n]{0,60}\b(?:can|could|would|will)\s+(?:you|one\s+of\s+you|someone|somebody)\b
    | [^.!?\n]{0,25}\b(?:please|pls|i\s+also|we\s+also|i(?:'d|\s+would)\s+(?:need|like)|we(?:'d
      |\s+would)\s+(?:need|like))\b
    | (?:and\s+)?(?:how|where|which|what|does|do|is|are|can)\b[^.!?\n]{8,160}\?
    | [^.!?\n]{0,40}\b(?:können|könnten|könnt|würden)\s+(?:sie|ihr)\b | bitte\b
      | (?:und\s+)?(?:wie|wo|welche\w*|kann)\b[^.!?\n]{8,160}\?
    | [^.!?\n]{0,40}\b(?:pueden|podrían|podéis|podríais|puede|podría)\b | ¿
    | [^.!?\n]{0,40}\b(?:pouvez|pourriez)[-\s]vous\b | (?:et\s+)?(?:comment|où|quelle?s?
      |est-ce)\b[^.!?\n]{8,160}\?
    | [^.!?\n]{0,40}\b(?:potete|potreste|puoi|kunnen\s+jullie|kunt\s+u|podem|poderiam)\b
    | (?:also|and\s+also|by\s+the\s+way|btw|another\s+(?:thing|question)|one\s+more\s+thing
      |and\s+another
      |p\.?\s?s\.?\b|separately|besides|additionally|while\s+(?:i|we|you)(?:'m|'re|\s+are|\s+am)
      |first(?:ly)?\b|second(?:ly)?\b|third(?:ly)?\b|finally|lastly|two\s+things
      |on\s+another\s+note|oh,?\s+and
      |außerdem|ausserdem|übrigens|nebenbei|und\s+noch|noch\s+(?:etwas|was|eine)|zweitens
      |drittens|ferner|zudem
      |además|por\s+cierto|otra\s+cosa|también|aparte|de\s+paso|segundo|y\s+otra
      |par\s+ailleurs|d'ailleurs|au\s+passage|aussi\b|autre\s+(?:chose|question)|deuxièmement
      |et\s+aussi|enfin
      |inoltre|anche|un'altra\s+cosa|daarnaast|ook\b|verder|além\s+disso|também)\b
    )""",
    re.IGNORECASE | re.VERBOSE,
)
MARK = re.compile(r"^\s*(?:\(?\d{1,2}\s?[.)]|\(?[a-e]\)|[-*•–])\s*")


def asks_of(text: str) -> list[Reading]:
    """The parts that begin as an ask does, in order; what stands before the first tells a story."""
    begins = [found.end() for found in BREAK.finditer(text) if ASKS.match(text, found.end())]
    parts = [text[a:b] for a, b in pairwise([*begins, len(text)])]
    asks = [MARK.sub("", part).strip() for part in parts]
    asks = [ask for ask in asks if sum(map(str.isalpha, ask)) >= LEAST_LETTERS]
    return [Reading("", ask, "") for ask in asks[:MOST_ASKS]]
