"""Under which keys is a licence found, and which keys does a ticket look under?"""

from __future__ import annotations

import hashlib
from enum import StrEnum
from typing import NamedTuple

from services.entitlements.address import mailbox
from services.entitlements.identity import Asker
from services.entitlements.site import site_of
from shared.contracts import LicenceFact


class Kind(StrEnum):
    LICENCE = "licence"
    ACCOUNT = "account"
    MAILBOX = "mailbox"
    KEY = "key"
    SITE = "site"


class Key(NamedTuple):
    """A normalised value, as the pure files compare it."""

    kind: Kind
    value: str


LONGEST = 500


def key(kind: Kind, value: str) -> Key:
    """A key that any index can hold: a very long value, or one with a NUL, by its hash."""
    if len(value) <= LONGEST and "\0" not in value:
        return Key(kind, value)
    return Key(kind, "sha256:" + hashlib.sha256(value.encode("utf-8", "replace")).hexdigest())


def keys_of_fact(fact: LicenceFact) -> frozenset[Key]:
    """Everything that a ticket can share with a licence."""
    keys = {key(Kind.LICENCE, fact.licence_id)}
    if fact.holder.account_id:
        keys.add(key(Kind.ACCOUNT, fact.holder.account_id))
    for address in (*fact.holder.emails, *fact.contacts):
        if (found := mailbox(address)) is not None:
            keys.add(key(Kind.MAILBOX, found))
    if fact.key_hash:
        keys.add(key(Kind.KEY, fact.key_hash.strip().lower()))
    for activation in fact.activations:
        keys |= _site_key(activation.site_url)
    return frozenset(keys)


def keys_of_asker(who: Asker) -> frozenset[Key]:
    """What to look under; nothing for one whom no source vouches for.

    So a stranger's answer can't depend on what is in the store.
    """
    if not who.trusted:
        return frozenset()
    keys = set()
    if who.account_id is not None:
        keys.add(key(Kind.ACCOUNT, who.account_id))
    if who.mailbox is not None:
        keys.add(key(Kind.MAILBOX, who.mailbox))
    if who.key_hash is not None:
        keys.add(key(Kind.KEY, who.key_hash))
    if who.site_url is not None:
        keys |= _site_key(who.site_url)
    return frozenset(keys)


def _site_key(url: str) -> set[Key]:
    """No key for local addresses: everybody's `localhost` is another."""
    site = site_of(url)
    return set() if site is None or site.local else {key(Kind.SITE, site.host)}
