"""In which form is a text searched? Lower case, plain letters, no tricks with characters."""

from __future__ import annotations

import re
import unicodedata

_INVISIBLE = re.compile("[\u00ad\u034f\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff]")
_MARKS = re.compile("[\u0300-\u036f]")
_LIKE = str.maketrans(
    "аеорсухіјѕһԁԛԝвкмнтαοερνικτυ’‘‛`´“”„«»–—−\u00a0\u2028\u2029øłđ",
    "aeopcyxijshdqwbkmhtaoepvikty'''''\"\"\"\"\"---   old",
    "",
)
"""Cyrillic and Greek letters that look Latin, and the many quotes and dashes."""


def plain(text: str) -> str:
    """The text in lower case without accents, underscores, invisible and look-alike characters.

    Quoted history and forwarded mail stay: the report often is what somebody forwards.
    """
    if not text.isascii():
        text = unicodedata.normalize("NFKD", _INVISIBLE.sub("", text)).casefold()
        text = _MARKS.sub("", text).replace("\u2019", "'")
        if not text.isascii():
            text = text.translate(_LIKE)
    return text.lower().replace("_", " ")
