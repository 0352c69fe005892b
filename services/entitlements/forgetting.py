"""What is left of a licence fact when its holder, or a contact, is forgotten?"""

from __future__ import annotations

import hashlib

from services.entitlements.lookup import Key, Kind, keys_of_fact
from shared.contracts import Holder, LicenceFact


def asker_hash(key: Key) -> bytes:
    """By which an address or account is known again without being kept."""
    return hashlib.sha256(f"{key.kind}:{key.value}".encode()).digest()


def without(fact: LicenceFact, asker: bytes) -> LicenceFact:
    """The fact without this asker; of a holder's licence nobody and no site is left.

    Version, times, state and products stay: they say nothing of anybody.
    """
    holder = fact.model_copy(update={"contacts": (), "key_hash": None, "activations": ()})
    if asker in _people(holder):
        return holder.model_copy(update={"holder": Holder()})
    kept = tuple(each for each in fact.contacts if asker not in _people(_contact(fact, each)))
    return fact.model_copy(update={"contacts": kept})


def _contact(fact: LicenceFact, address: str) -> LicenceFact:
    return fact.model_copy(update={"holder": Holder(), "contacts": (address,)})


def _people(fact: LicenceFact) -> set[bytes]:
    """The hashes of everybody whom the fact names."""
    named = {key for key in keys_of_fact(fact) if key.kind in (Kind.ACCOUNT, Kind.MAILBOX)}
    return {asker_hash(key) for key in named}
