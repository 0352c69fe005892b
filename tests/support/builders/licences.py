"""What does a licence feed say?"""

from __future__ import annotations

from datetime import timedelta

from shared.contracts import Activation, FeedAdvanced, Holder, LicenceFact, LicenceState, Moment
from tests.support.builders.constants import ACCOUNT, EMAIL, EXTENSION, LICENCE, NOW, SITE


def a_licence(
    licence_id: str = LICENCE,
    *,
    version: int = 1,
    effective_at: Moment = NOW - timedelta(days=30),
    state: LicenceState = LicenceState.ACTIVE,
    account_id: str | None = ACCOUNT,
    emails: tuple[str, ...] = (EMAIL,),
    contacts: tuple[str, ...] = (),
    products: tuple[str, ...] = (EXTENSION,),
    site_limit: int | None = 1,
    valid_from: Moment = NOW - timedelta(days=30),
    paid_until: Moment | None = NOW + timedelta(days=335),
    grace_days: int = 7,
    disputed: bool = False,
    key_hash: str | None = None,
    activations: tuple[Activation, ...] = (),
) -> LicenceFact:
    """An active one-site licence of the usual asker, a month old and paid for eleven more."""
    return LicenceFact(
        licence_id=licence_id,
        version=version,
        effective_at=effective_at,
        state=state,
        holder=Holder(account_id=account_id, emails=emails),
        contacts=contacts,
        products=products,
        site_limit=site_limit,
        valid_from=valid_from,
        paid_until=paid_until,
        grace_days=grace_days,
        disputed=disputed,
        key_hash=key_hash,
        activations=activations,
    )


def an_activation(
    site_url: str = SITE,
    *,
    activated_at: Moment = NOW - timedelta(days=29),
    deactivated_at: Moment | None = None,
) -> Activation:
    return Activation(site_url=site_url, activated_at=activated_at, deactivated_at=deactivated_at)


def an_advance(complete_until: Moment = NOW) -> FeedAdvanced:
    return FeedAdvanced(complete_until=complete_until)
