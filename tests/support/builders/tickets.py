"""What does a ticket look like on its way in?"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

import orjson

from shared.contracts import (
    Accepted,
    Finder,
    Moment,
    Product,
    Requester,
    Security,
    SecuritySuspected,
    Submitted,
    Ticket,
    Trust,
)
from tests.support.builders.constants import (
    ACCOUNT,
    BODY,
    EMAIL,
    FINGERPRINT,
    KEY,
    NOW,
    SITE,
    SOURCE,
    SUBJECT,
    TICKET,
    TRUSTED,
)
from tests.support.builders.records import FakeRecord, a_record


def a_submission(
    *,
    subject: str = SUBJECT,
    body: str = BODY,
    email: str | None = EMAIL,
    account_id: str | None = ACCOUNT,
    licence_key: str | None = None,
    site_url: str | None = SITE,
    product: str | None = None,
    sent_at: datetime | None = NOW,
    external_id: str | None = KEY,
    **others: object,
) -> dict[str, object]:
    """The body of `POST /v1/tickets`; what is None is left out."""
    requester = {"email": email, "account_id": account_id, "licence_key": licence_key}
    given: dict[str, object | None] = {
        "subject": subject,
        "body": body,
        "requester": {name: value for name, value in requester.items() if value is not None},
        "site_url": site_url,
        "product": {"name": product} if product is not None else None,
        "sent_at": sent_at.isoformat() if sent_at is not None else None,
        "external_id": external_id,
        **others,
    }
    return {name: value for name, value in given.items() if value is not None}


def a_reported(
    submission: Mapping[str, object] | None = None,
    *,
    event_id: str = KEY,
    source: str = "shop",
    structured: bool = False,
    offset: int = 0,
) -> FakeRecord:
    """A submission on the inbound topic, in either CloudEvents mode."""
    data = dict(a_submission() if submission is None else submission)
    attributes = {
        "specversion": "1.0",
        "id": event_id,
        "source": source,
        "type": "support.ticket.reported.v1",
    }
    if structured:
        headers = [("content-type", b"application/cloudevents+json")]
        value = orjson.dumps({**attributes, "data": data})
    else:
        headers = [("content-type", b"application/json")]
        headers += [(f"ce_{name}", text.encode()) for name, text in attributes.items()]
        value = orjson.dumps(data)
    return a_record(value, headers=headers, topic="support.inbound.v1", offset=offset)


def a_ticket(
    *,
    subject: str = SUBJECT,
    body: str = BODY,
    email: str | None = EMAIL,
    account_id: str | None = ACCOUNT,
    licence_key_hash: str | None = None,
    site_url: str | None = SITE,
    product: str | None = None,
    sent_at: Moment | None = NOW,
    external_id: str | None = KEY,
) -> Ticket:
    """A redacted submission."""
    return Ticket(
        subject=subject,
        body=body,
        requester=Requester(email=email, account_id=account_id, licence_key_hash=licence_key_hash),
        site_url=site_url,
        product=Product(name=product),
        sent_at=sent_at,
        channel="email",
        external_id=external_id,
    )


def an_accepted(
    ticket: Ticket | None = None,
    *,
    ticket_id: UUID = TICKET,
    fingerprint: str = FINGERPRINT,
    source: str = SOURCE,
    trust: Trust = TRUSTED,
    received_at: Moment = NOW,
    as_of: Moment | None = None,
    auto_reply: bool = False,
    canary: bool = False,
    credentials_removed: tuple[str, ...] = (),
) -> Accepted:
    """A ticket from a trusted source, judged at `as_of` (the receipt, unless given)."""
    return Accepted(
        ticket_id=ticket_id,
        fingerprint=fingerprint,
        source=source,
        trust=trust,
        received_at=received_at,
        as_of=received_at if as_of is None else as_of,
        ticket=a_ticket() if ticket is None else ticket,
        auto_reply=auto_reply,
        canary=canary,
        credentials_removed=credentials_removed,
    )


def a_flag(
    *reasons: str,
    by: tuple[Finder, ...] = (Finder.SCREEN,),
    over_rate: bool = False,
) -> Security:
    """A raised security flag."""
    return Security(
        flag=True,
        reasons=reasons or ("sql_injection",),
        found_by=by,
        over_rate=over_rate,
    )


def a_submitted(accepted: Accepted | None = None, *, security: Security | None = None) -> Submitted:
    return Submitted(accepted=accepted or an_accepted(), security=security or Security())


def a_suspected(
    accepted: Accepted | None = None,
    *,
    security: Security | None = None,
    finding: str = "machine",
    found_at: Moment = NOW,
) -> SecuritySuspected:
    return SecuritySuspected(
        accepted=accepted or an_accepted(),
        security=security or a_flag(),
        finding=finding,
        found_at=found_at,
    )
