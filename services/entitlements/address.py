"""Which mail address is it? One form for all spellings of one mailbox."""

from __future__ import annotations

from functools import lru_cache

import idna

LONGEST = 320
GMAIL = frozenset({"gmail.com", "googlemail.com"})
PLUS_TAGS = GMAIL | frozenset(
    {
        *("outlook.com", "hotmail.com", "live.com", "msn.com"),
        *("icloud.com", "me.com", "mac.com"),
        *("fastmail.com", "fastmail.fm", "proton.me", "protonmail.com", "pm.me"),
    }
)
"""Providers that deliver `name+tag` to `name`. Elsewhere a plus is part of the name."""


@lru_cache(maxsize=65_536)
def mailbox(address: str) -> str | None:
    """The address in one form, or None where it is none.

    Case never tells mailboxes apart; domains are compared in ASCII (IDNA). Tags are cut only
    where the provider has them, dots only at Gmail: elsewhere these are other mailboxes.
    """
    local, at, domain = address.strip().rpartition("@")
    if not (local and at and domain) or len(address) > LONGEST or _has_gap(local + domain):
        return None
    try:
        host = idna.encode(domain.rstrip("."), uts46=True).decode().lower()
    except idna.IDNAError:
        return None
    name = local.casefold()
    if host in PLUS_TAGS:
        name = name.partition("+")[0]
    if host in GMAIL:
        name, host = name.replace(".", ""), "gmail.com"
    return f"{name}@{host}" if name else None


def _has_gap(text: str) -> bool:
    return any(mark.isspace() or not mark.isprintable() for mark in text)
