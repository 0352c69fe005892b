"""Does the body say that the password stands in the subject? Then which word of it?"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from shared.redaction.forms import is_known_form
from shared.redaction.ordinary import is_common, is_sentence_word
from shared.redaction.values import is_likely, is_made_up, is_plausible, trimmed

_SUBJECTS = ("subject", "betreff", "asunto", "objet", "oggetto", "onderwerp")
_SUBJECT = f"(?:{'|'.join(_SUBJECTS)})"
_ACCESS = r"(?:passw|passp|pwd?\b|kennw|contrase|clave|mot de passe|mdp|login|zugang|acces|accès)"
_TOLD = re.compile(
    rf"{_SUBJECT}[^\n.]{{0,50}}{_ACCESS}|{_ACCESS}[^\n.]{{0,50}}{_SUBJECT}"
    rf"|(?:need|everything|alles|todo|tout)[^\n.]{{0,30}}{_SUBJECT}"
)
MOST_READ = 4000
LONGEST = 300
MOST_WORDS = 3


def in_subject(texts: Sequence[str]) -> Iterable[tuple[str, str]]:
    """The (kind, value) in the first text that the others say is there."""
    if len(texts) < 2 or len(texts[0]) > LONGEST:
        return
    subject = texts[0]
    if not any(map(_tells, texts[1:])):
        return
    words = [_word(subject, *found.span()) for found in re.finditer(r"\S+", subject)]
    made = [word for word in words if _may_be(word)]
    if made:
        yield from (("password", word) for word in made)
        return
    last: list[str] = []
    for word in reversed(words):
        if len(word) < 4 or not (word.isalpha() and word.islower()) or word in _SUBJECTS:
            break
        if is_sentence_word(word):
            break
        last.insert(0, word)
    if len(last) == 1 or len(last) > MOST_WORDS:
        yield "password", " ".join(last)


def _tells(text: str) -> bool:
    lowered = text[:MOST_READ].lower()
    return any(word in lowered for word in _SUBJECTS) and _TOLD.search(lowered) is not None


def _word(text: str, start: int, end: int) -> str:
    start, end = trimmed(text, start, end)
    return text[start:end]


def _may_be(word: str) -> bool:
    if is_common(word) or (is_known_form(word) and not word.isalnum()):
        return False
    return is_plausible(word, sure=True) or is_likely(word) or (len(word) > 5 and is_made_up(word))
