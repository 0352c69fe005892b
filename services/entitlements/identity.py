"""Who asks, and how well do we know it? Grades from what the source is trusted for (C5)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import NamedTuple

from services.entitlements.address import mailbox
from services.entitlements.licence_state import Standing
from services.entitlements.reasons import Reason
from services.entitlements.seats import live_places
from services.entitlements.site import site_of
from shared.contracts import Identity, LicenceFact, Requester, Trust


class Asker(NamedTuple):
    """What the requester says of himself, sorted by worth.

    `account_id`, `mailbox`: vouched for by the source. `key_hash`, `site`: what he holds up,
    which proves nothing. `grade`: the identity as far as it doesn't depend on licences.
    """

    grade: Identity
    account_id: str | None = None
    mailbox: str | None = None
    key_hash: str | None = None
    site_url: str | None = None

    @property
    def trusted(self) -> bool:
        """Whether a source vouches for him: all else gets the same answer as a stranger."""
        return self.grade in {Identity.PROVEN, Identity.MATCHED}


class Identified(NamedTuple):
    """Who asks, his own licences, and the licences of others that he holds key or site of."""

    identity: Identity
    own: tuple[Standing, ...] = ()
    others: tuple[tuple[Standing, Reason], ...] = ()


def asker(requester: Requester, trust: Trust, site_url: str | None = None) -> Asker:
    """The requester's claims, each counted only where the source is trusted for it."""
    account = (requester.account_id or "").strip() or None
    address = (requester.email or "").strip() or None
    key_hash = (requester.licence_key_hash or "").strip().lower() or None
    trusted_account = account if trust.account_id else None
    trusted_mailbox = mailbox(address) if trust.email and address else None
    if trusted_account is not None:
        grade = Identity.PROVEN
    elif trusted_mailbox is not None:
        grade = Identity.MATCHED
    elif account or address or key_hash:
        grade = Identity.CLAIMED
    else:
        grade = Identity.UNKNOWN
    return Asker(grade, trusted_account, trusted_mailbox, key_hash, site_url)


def identify(who: Asker, standings: Iterable[Standing], at: datetime) -> Identified:
    """The identity, with the asker's licences among `standings` and those of others."""
    if not who.trusted:
        return Identified(who.grade)
    licences = sorted(standings, key=lambda standing: standing.licence_id)
    if in_conflict(who, licences):
        return Identified(Identity.CONFLICTING)
    own = tuple(licence for licence in licences if is_own(who, licence))
    others = tuple(
        (licence, why)
        for licence in licences
        if licence not in own and (why := held_up(who, licence, at)) is not None
    )
    return Identified(who.grade, own, others)


def in_conflict(who: Asker, licences: Sequence[Standing]) -> bool:
    """Whether account and address belong to two different holders.

    A proven account carries a changed address: no conflict where one of the account's own
    licences names it too. A mere contact's address is no second holder.
    """
    if who.account_id is None or who.mailbox is None:
        return False
    anothers = False
    for licence in licences:
        for fact in licence.contents:
            if fact.holder.account_id == who.account_id and names(fact, who.mailbox):
                return False
            held_by_another = fact.holder.account_id not in {None, who.account_id}
            anothers |= held_by_another and who.mailbox in _mailboxes(fact.holder.emails)
    return anothers


def is_own(who: Asker, licence: Standing) -> bool:
    """Whether the asker is holder or named contact, in any content of the version in force."""
    return any(
        (who.account_id is not None and fact.holder.account_id == who.account_id)
        or (who.mailbox is not None and names(fact, who.mailbox))
        for fact in licence.contents
    )


def is_holder(who: Asker, fact: LicenceFact) -> bool:
    """Whether the asker holds the licence himself, not as a contact."""
    if who.account_id is not None and fact.holder.account_id == who.account_id:
        return True
    return who.mailbox is not None and who.mailbox in _mailboxes(fact.holder.emails)


def names(fact: LicenceFact, address: str) -> bool:
    """Whether a licence names this mailbox as holder's or contact's."""
    return address in _mailboxes((*fact.holder.emails, *fact.contacts))


def held_up(who: Asker, licence: Standing, at: datetime) -> Reason | None:
    """What the asker holds up of a licence: its key or its site; None for neither."""
    if who.key_hash is not None and who.key_hash in {_key(fact) for fact in licence.contents}:
        return Reason.FOREIGN_KEY
    site = site_of(who.site_url) if who.site_url else None
    if site is None or site.local:
        return None
    if any(site.host in live_places(fact.activations, at) for fact in licence.contents):
        return Reason.FOREIGN_SITE
    return None


def _mailboxes(addresses: Iterable[str]) -> set[str]:
    return {found for address in addresses if (found := mailbox(address)) is not None}


def _key(fact: LicenceFact) -> str | None:
    return fact.key_hash.strip().lower() if fact.key_hash else None
