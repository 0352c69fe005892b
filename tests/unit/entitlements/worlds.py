"""What do tests of entitlements start from? A licence, a customer, a moment."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from services.entitlements.content import canonical, content_hash
from services.entitlements.coverage import Moment, coverage
from services.entitlements.identity import Asker, asker
from services.entitlements.licence_state import Learned
from services.entitlements.products import Ask
from shared.catalogue import load_catalogue
from shared.contracts import Activation, Coverage, LicenceFact, ProductArea, Requester, Trust

DAY = timedelta(days=1)
T = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
"""The moment that tickets of these tests were sent at."""
BEGIN = datetime(2026, 1, 1, tzinfo=UTC)
END = datetime(2027, 1, 1, tzinfo=UTC)
TRUSTED = Trust(sent_at=True, email=True, account_id=True)
WOOSYNC = Ask(ProductArea.EXTENSION, "WooSync")
CORE = Ask(ProductArea.CORE)


def fact(**changes: Any) -> LicenceFact:
    """Licence L-1 of account acct-1 for WooSync in 2026, one site, a week of grace."""
    plain: dict[str, Any] = {
        "licence_id": "L-1",
        "version": 1,
        "effective_at": BEGIN,
        "state": "active",
        "holder": {"account_id": "acct-1", "emails": ["ada@acme.com"]},
        "products": ["WooSync"],
        "site_limit": 1,
        "valid_from": BEGIN,
        "paid_until": END,
        "grace_days": 7,
        "activations": [on("https://acme.com")],
    }
    return LicenceFact.model_validate(plain | changes)


def on(url: str, day: int = 1, **changes: Any) -> Activation:
    """A production activation since that day of January 2026."""
    since = BEGIN + (day - 1) * DAY
    plain = {"site_url": url, "activated_at": since, "environment": "production"}
    return Activation.model_validate(plain | changes)


def learned(*facts: LicenceFact, at: datetime = T - DAY) -> list[Learned]:
    return [Learned(each, at, content_hash(canonical(each)).hex()) for each in facts]


def who(
    account_id: str | None = "acct-1",
    email: str | None = None,
    *,
    key_hash: str | None = None,
    site: str | None = None,
    trust: Trust = TRUSTED,
) -> Asker:
    """The holder by his account, unless the test says otherwise."""
    requester = Requester(email=email, account_id=account_id, licence_key_hash=key_hash)
    return asker(requester, trust, site)


def owed(
    facts: Iterable[LicenceFact],
    *,
    by: Asker | None = None,
    ask: Ask = WOOSYNC,
    at: datetime = T,
    complete_until: datetime | None = T,
    tolerance: timedelta = timedelta(minutes=15),
) -> Coverage:
    """What is owed, with a feed that is complete up to the ticket unless told otherwise."""
    licences: dict[str, list[LicenceFact]] = {}
    for each in facts:
        licences.setdefault(each.licence_id, []).append(each)
    return coverage(
        ask,
        by or who(),
        [learned(*of_one) for of_one in licences.values()],
        Moment(at, complete_until, tolerance),
        load_catalogue(),
    )


def outcome(answer: Coverage) -> tuple[str, Sequence[str], str]:
    """Status, reasons and site, as the tests compare them."""
    return str(answer.status), list(answer.reasons), str(answer.site)
