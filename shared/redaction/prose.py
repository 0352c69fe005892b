"""Which words are passwords that somebody wrote in a sentence, a table or a settings file?

A word for "password" in six languages, something that ties it to a value, and a value that
looks like one. What only speaks about passwords stays.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from shared.redaction.kinds import Span

_WORDS = (
    r"(?:(?:my|your|user|db|wp|ftp|ssh|admin|smtp|app|master|root|web|mail|database)[_-]?)?"
    r"(?:passw(?:or[dt]|d|rt)|pass(?:phrase|code|wrd|word)?|pwd|pw|psw|passwörter"
    r"|kennw(?:or|ö)rt|losung|zugangscode|zugangsschlüssel"
    r"|contrase[ñn]a|clave|contrase[ñn]as|claves|mot de passe|mots de passe|mdp|code d['’]accès"
    r"|senha|palavra-passe|wachtwoord|parola d['’]ordine|hasło|lösenord|adgangskode|salasana"
    r"|(?:api|auth|access|client|consumer|secret|private|security|zugriffs|geheimer|shared|signing)"
    r"[ _-]?(?:key|token|secret|schlüssel|pass)|clé (?:api|secrète)|clave (?:api|secreta)"
    r"|api[- ]?schlüssel|secret|token)(?:s|e|es)?"
)
_KEYWORD = re.compile(rf"(?<![^\W_])(?<![A-Za-z])(?:{_WORDS})(?![^\W_])")
_GATE = re.compile(
    r"pass|pw|psw|kennw|clave|contrase|mdp|senha|wachtw|parola|has\u0142o|l\u00f6sen|salasana"
    r"|adgangs|secret|token|key|cl\u00e9|schl\u00fcssel|zugang|code d|losung"
)
_QUOTED = r"[\"'“„«‘`‚*_]{1,3}"
_UNQUOTE = r"\"'”“»’`*_"
_TIE = re.compile(
    r"[\"'”»’`*_)\]]{0,3}(?P<for>(?: (?!is\b|ist\b|es\b|est\b)[\w@.'’()/-]{1,40}){0,7}?)[\"'”»’`*_)]{0,3}\s{0,3}"
    r"(?P<tie>:=|=>|->|→|[:=|：]|\bis(?: now| still| currently)?\b[: ]|\b(?:lautet|ist|heißt|wäre)\b(?: jetzt| aktuell)?[: ]"
    r"|\bes\b(?: ahora)?[: ]|\best\b(?: maintenant)?[: ]|\bwas\b[: ]|\bera\b[: ]|\bwar\b[: ]|\bé\b[: ])"
    r"(?P<gap>[ \t|]{0,30}(?:\r?\n[ \t>|]{0,8}){0,3})"
)
_BARE_TIE = re.compile(
    r"[\"'”»’`*_)]{0,3}(?P<gap>[ \t]{1,8}[-–/]?[ \t]{0,3}|[ \t]{0,2}[/,;>\t][ \t]{0,8})"
)
_BELOW = re.compile(
    r"[^\n\ufdd0]{0,60}[:.]?[ \t]{0,4}\r?\n(?:[ \t>|]{0,8}\r?\n){0,2}[ \t>|]{0,8}(?P<at>)"
)
_VALUE = re.compile(
    rf"(?P<q>{_QUOTED})(?P<quoted>[^\n\ufdd0\"“”„«»`]{{1,100}}?)(?=[{_UNQUOTE}]{{1,3}}(?:[\s.,;:!?)<|\]}}&]|$))"
    r"|(?P<tag><[a-z]{1,10}>)?(?P<bare>[^\s\ufdd0<>|]{2,128})"
)
_BEFORE = re.compile(
    r"(?P<value>[^\s\ufdd0]{6,64})[\"'”»’`]?\s"
    r"(?:\(|(?:is|as|ist|als|es|est|como|comme|=|was)\s(?:the |my |our |your |das |mein |unser |la |le |mi |mon |nuestra |notre )?"
    r"(?:\w{2,12} )?)$"
)
_END_OF_VALUE = ".,;:!?)]}\"'”»’`*_"
_NO_VALUE = re.compile(
    r"(?i)(?:\*+|•+|\.+|x{3,}|-+|_+|\?+|redacted|removed|hidden|entfernt|geheim|masked|null|none|nil|true|false"
    r"|undefined|empty|leer|vacío|vide|required|incorrect|invalid|wrong|falsch|reset|unknown|secret"
    r"|see|siehe|voir|ver|same|below|above|attached|unten|oben|ok|yes|no|not|n/a|tbd|missing"
    r"|password|passwort|kennwort|string|text|varchar.*|your.*|https?://.*|www\..*|/\S*|\$\w+.*|\{\{?.*|<.*|%\w+.*"
    r"|\w+\(.*|sha-?\d.*|md5.*|bcrypt.*|aes.*|utf-?8.*|base64.*|\d{1,3}[-–]?[^\W\d]*|\d{1,2}[.:]\d\d.*|v?\d+(?:\.\d+)+"
    r"|wordpress|jetpack|woocommerce|cpanel|javascript|mysql|phpmyadmin|oauth2?|2fa|wp-\w+)"
)
_EMAIL = re.compile(r"[\w.+-]{1,64}@[\w-]{1,64}(?:\.[\w-]{1,64})+")
_LOGIN = re.compile(
    r"(?<![^\W_])(?:login|log-in|logins|credentials|creds|ftp|sftp|ssh|access|zugang|zugangsdaten|anmeldedaten"
    r"|wp-admin|wp-login(?:\.php)?|admin|accesos?|credenciales|acceso|identifiants?|accès|connexion|user|usuario|benutzer|username|utilisateur)"
    r"(?![^\W_])(?P<gap>[^\n\ufdd0]{0,80}?(?:[:=]|\n)?)\s{0,3}"
    r"(?P<who>[\w.@+-]{2,60})(?P<sep>[ \t]{0,3}[/|:,][ \t]{0,3}|[ \t]{1,4}//[ \t]{1,4}|[ \t]{1,3}[-–][ \t]{1,3}|[ \t]{0,2}\r?\n[ \t>]{0,4})"
    r"(?P<secret>[^\s\ufdd0]{6,64})"
)


def find_passwords(text: str) -> Iterable[Span]:
    """Every value that the text ties to a word for password, token or secret."""
    lowered = _same_length_lower(text)
    if _GATE.search(lowered) is not None:
        for word in _KEYWORD.finditer(lowered):
            yield from _after(text, lowered, word.end(), label=word[0])
            yield from _before(text, word.start())
    yield from _login_pairs(text, lowered)


def _same_length_lower(text: str) -> str:
    """Lower case with every character in its place (U+0130 is the one that grows)."""
    lowered = text.replace("\u0130", "i").lower()
    return lowered if len(lowered) == len(text) else text


def _after(text: str, lowered: str, at: int, label: str) -> Iterable[Span]:
    tie = _TIE.match(lowered, at)
    if tie is not None:
        strong = not tie["tie"].strip(" :").isalpha() or tie["tie"].endswith(":")
        found = _value(text, tie.end(), strong=strong and not tie["for"], label=label)
        if found is not None:
            yield found
        return
    bare = _BARE_TIE.match(lowered, at)
    if bare is not None:
        found = _value(text, bare.end(), strong=False, label=label, bare=True)
        if found is not None:
            yield found
            return
    below = _BELOW.match(lowered, at)
    if below is not None:
        end = text.find("\n", below.end())
        line = text[below.end() : end if end >= 0 else len(text)].strip()
        if line and " " not in line:
            found = _value(text, below.end(), strong=False, label=label)
            if found is not None:
                yield found


def _before(text: str, at: int) -> Iterable[Span]:
    """`Xk29!b is the password`: the value stands before its word."""
    found = _BEFORE.search(text, max(0, at - 90), at)
    if found is not None:
        start, end = _trimmed(text, *found.span("value"))
        if looks_like_password(text[start:end]):
            yield Span(start, end, "password")


def _value(text: str, at: int, *, strong: bool, label: str, bare: bool = False) -> Span | None:
    """The value that begins at `at`, if it can be one. `strong`: the tie leaves little doubt."""
    found = _VALUE.match(text, at)
    if found is None:
        return None
    group = "quoted" if found["quoted"] else "bare"
    start, end = found.span(group)
    if group == "bare":
        start, end = _trimmed(text, start, end)
    value = text[start:end]
    if _NO_VALUE.fullmatch(value) or _EMAIL.fullmatch(value):
        return None
    if group == "quoted" and not bare:
        fits = len(value) >= 4 and (" " not in value or strong)
    elif strong:
        fits = looks_like_password(value) or _alone_on_line(text, end, value)
    else:
        fits = looks_like_password(value)
    kind = "password" if _is_password_word(label) else "secret"
    return Span(start, end, kind) if fits and (kind == "password" or len(value) >= 12) else None


def _is_password_word(label: str) -> bool:
    return not any(
        word in label for word in ("key", "token", "secret", "schlüssel", "clé", "clave a")
    )


def _alone_on_line(text: str, end: int, value: str) -> bool:
    rest = text[end : end + 4].lstrip(_END_OF_VALUE + " \t|")
    return len(value) >= 5 and (not rest or rest[0] in "\r\n<&;")


def _trimmed(text: str, start: int, end: int) -> tuple[int, int]:
    """Without the quotes around and the stop after."""
    while end > start and text[end - 1] in ".,;:)]}\"'”»’`|":
        end -= 1
    while start < end and text[start] in "\"'“„«‘`([|":
        start += 1
    return start, end


def looks_like_password(value: str) -> bool:
    """Whether a word is made as words are not: digits and letters, signs, capitals inside."""
    if not 5 <= len(value) <= 128 or _NO_VALUE.fullmatch(value) or _EMAIL.fullmatch(value):
        return False
    letters = any(c.isalpha() for c in value)
    digits = any(c.isdigit() for c in value)
    signs = any(c in "!#$%&*+=?@^~{}<>[]|\\§€" for c in value[:-1])
    inner = any(a.islower() and b.isupper() for a, b in zip(value, value[1:], strict=False))
    hyphened = any(c in "-_.:;/," for c in value[1:-1])
    return (
        letters
        and (digits or signs or (inner and len(value) >= 8))
        or (signs and digits)
        or (letters and hyphened and inner)
    )


def _login_pairs(text: str, lowered: str) -> Iterable[Span]:
    """`login: peter / Xk29!b`: a name and a value where somebody gives access."""
    for found in _LOGIN.finditer(lowered):
        start, end = _trimmed(text, *found.span("secret"))
        value = text[start:end]
        if _is_hard(value):
            yield Span(start, end, "password")


def _is_hard(value: str) -> bool:
    """Stricter than `looks_like_password`, where no word for password stands beside."""
    if "://" in value or "/" in value or _EMAIL.fullmatch(value) or _NO_VALUE.fullmatch(value):
        return False
    classes = (
        any(c.islower() for c in value),
        any(c.isupper() for c in value),
        any(c.isdigit() for c in value),
        any(c in "!#$%&*+=?@^~{}[]\\§€" for c in value),
    )
    return len(value) >= 6 and sum(classes) >= 3
