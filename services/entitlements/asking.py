"""What was, or would be, owed to somebody? Any moment's answer, as known at any other."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from services.entitlements.address import mailbox
from services.entitlements.coverage import Moment, coverage, judge
from services.entitlements.identity import Asker, Identified, asker
from services.entitlements.licence_state import Standing, standing
from services.entitlements.lookup import Key, Kind, keys_of_asker
from services.entitlements.products import Ask
from services.entitlements.store import Store
from shared.catalogue import Catalogue
from shared.contracts import Coverage, Identity, ProductArea, Requester, Trust

VOUCHED_FOR = Trust(email=True, account_id=True)


@dataclass(frozen=True, slots=True)
class Question:
    """Exactly one of `account`, `email` and `licence` is given, and taken at its word.

    `product` None: any help with the core. `known_at` None: with all that is known.
    """

    at: datetime
    known_at: datetime | None = None
    account: str | None = None
    email: str | None = None
    licence: str | None = None
    product: str | None = None
    site: str | None = None


@dataclass(frozen=True, slots=True)
class Answering:
    """Where answers come from; the same store, rules and settings as the service's."""

    store: Store
    catalogue: Catalogue
    sources: tuple[str, ...]
    tolerance: timedelta

    async def answer(self, question: Question) -> Coverage:
        """The coverage of an account, of an address, or of whoever holds a licence."""
        if question.licence is not None:
            return await self._of_licence(question, question.licence)
        claims = Requester(account_id=question.account, email=question.email)
        who = asker(claims, VOUCHED_FOR, question.site)
        keys = keys_of_asker(who)
        known = await self.store.load(keys, self.sources, known_at=question.known_at)
        moment = self._moment(question, known.complete_until)
        return coverage(self._ask(question), who, known.of(keys), moment, self.catalogue)

    async def _of_licence(self, question: Question, licence_id: str) -> Coverage:
        """As its holder would be answered, by this licence alone."""
        keys = [Key(Kind.LICENCE, licence_id)]
        known = await self.store.load(keys, self.sources, known_at=question.known_at)
        moment = self._moment(question, known.complete_until)
        standings = [
            found
            for facts in known.of(keys)
            if (found := standing(facts, at=moment.as_of, known_at=moment.known_at)) is not None
        ]
        who = _holder(standings, question.site)
        identified = Identified(Identity.PROVEN, own=tuple(standings))
        return judge(self._ask(question), who, identified, moment, self.catalogue)

    def _moment(self, question: Question, complete_until: datetime | None) -> Moment:
        return Moment(question.at, complete_until, self.tolerance, question.known_at)

    def _ask(self, question: Question) -> Ask:
        if question.product is None or not self.catalogue.is_extension(question.product):
            return Ask(ProductArea.CORE)
        return Ask(ProductArea.EXTENSION, question.product)


def _holder(standings: list[Standing], site: str | None) -> Asker:
    """Whoever the facts name first as holder of the licence."""
    for each in standings:
        holder = each.fact.holder
        known = [found for email in holder.emails if (found := mailbox(email)) is not None]
        address = known[0] if known else None
        return Asker(Identity.PROVEN, holder.account_id, address, site_url=site)
    return Asker(Identity.PROVEN, site_url=site)
