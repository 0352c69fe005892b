"""Is a stranger told the same, through the real services, whether or not the licence exists?"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import orjson
import pytest

from deploy.local.server import Server
from shared.contracts import (
    Classified,
    Holder,
    LicenceFact,
    LicenceState,
    Requester,
    Scope,
    Ticket,
    Trust,
)
from tests.support.builders import (
    TRUSTED,
    UNTRUSTED,
    a_classified,
    a_finding,
    a_licence,
    a_verdict,
    an_accepted,
    an_activation,
)
from tests.support.world import a_world

pytestmark = [pytest.mark.real, pytest.mark.timeout(300)]
NOW = datetime.now(UTC) - timedelta(hours=1)
KEY = "ab" * 32
SITE = "https://kontor-vest.example"
OWN: dict[str, LicenceFact] = {
    "acct-none": a_licence("L-unrelated", account_id="acct-x", emails=()),
    "acct-refunded": a_licence("L-1", account_id="acct-refunded", state=LicenceState.REFUNDED),
    "acct-expired": a_licence(
        "L-2", account_id="acct-expired", paid_until=NOW - timedelta(days=30)
    ),
    "acct-other-product": a_licence("L-3", account_id="acct-other-product", products=("Funnels",)),
}
THE_LICENCE = a_licence(
    "L-secret",
    account_id="acct-holder",
    emails=("holder@secret.example",),
    key_hash=KEY,
    products=("*",),
    activations=(an_activation(SITE),),
)
SECRETS = ("L-secret", "acct-holder", "holder@secret.example", "kontor-vest")


def strangers() -> Iterator[Classified]:
    """Every kind of asker with the key, the site or both, asking three things."""
    number = 0
    for account in OWN:
        for trust in (TRUSTED, UNTRUSTED, Trust(email=True)):
            for key, site in ((KEY, None), (None, SITE), (KEY, SITE)):
                for scope in (Scope.PRODUCT_QUESTION, Scope.BUG_REPORT, Scope.CUSTOMIZATION):
                    number += 1
                    yield a_question(number, account, trust, key, site, scope)


def a_question(
    number: int, account: str, trust: Trust, key: str | None, site: str | None, scope: Scope
) -> Classified:
    requester = Requester(
        account_id=account, email=f"{account}@asker.example", licence_key_hash=key
    )
    accepted = an_accepted(
        Ticket(subject="Help", requester=requester, site_url=site),
        ticket_id=UUID(int=number),
        fingerprint=f"{number:064x}",
        trust=trust,
        received_at=NOW,
    )
    return a_classified(accepted, verdict=a_verdict(a_finding(scope, extension="WooSync")))


async def test_replies_are_the_same_byte_for_byte_with_and_without_the_licence(
    work: Path, kafka: Server, database_url: str, namespace: str
) -> None:
    own = [
        licence.model_copy(update={"holder": Holder(account_id=licence.holder.account_id)})
        for licence in OWN.values()
    ]
    tickets = list(strangers())
    told = []
    async with a_world(work, kafka, database_url, namespace) as world:
        known = await world.facts(own)
        known = await world.heartbeat(NOW, known)
        await world.tickets(tickets)
        told.append(await world.everywhere(ticket.accepted.fingerprint for ticket in tickets))
        # Now the licence comes to be known, and the same strangers ask once more.
        await world.facts([THE_LICENCE], known)
        again = [as_another(ticket) for ticket in tickets]
        await world.tickets(again)
        told.append(await world.everywhere(ticket.accepted.fingerprint for ticket in again))
    without, with_it = ([outcome(records[0]) for records in live.values()] for live in told)
    assert len(without) == len(tickets) == 108
    assert with_it == without
    statuses = [{r[0]["coverage"]["status"] for r in live.values()} for live in told]
    assert "not_holder" in statuses[1] - statuses[0], "the licence was in the store"
    for reply, _ in with_it:
        assert not [secret for secret in SECRETS if secret.encode() in reply]


def as_another(ticket: Classified) -> Classified:
    """The same question in a new ticket."""
    accepted = ticket.accepted
    number = accepted.ticket_id.int + 1000
    new = {"ticket_id": UUID(int=number), "fingerprint": f"{number:064x}"}
    return ticket.model_copy(update={"accepted": accepted.model_copy(update=new)})


def outcome(record: Any) -> tuple[bytes, str]:
    """The reply byte for byte, and the queue."""
    return orjson.dumps(record["reply"]), record["queue"]
