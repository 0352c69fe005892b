"""How does a test speak to the router? Its ledger on a database, and events as they arrive."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime
from pathlib import Path

import services.router
from services.router.case import Assessed, Correction, Suspected
from services.router.handlers import Deciding
from services.router.opening import Arrival
from services.router.policy import CURRENT, load_policy
from services.router.ruling import Rulebook
from services.router.store import SCHEMA, Ledger
from shared.contracts import Accepted, Corrected, Entitled, Frozen, SecuritySuspected
from shared.envelope import Outgoing, encode
from shared.ids import event_id
from shared.postgres import connect, migrate
from shared.topics import CORRECTIONS, ENTITLED, SECURITY
from tests.support.builders import NOW

MIGRATIONS = Path(services.router.__file__).parent / "migrations"
RULES = Rulebook(load_policy(CURRENT))


async def with_schema(dsn: str) -> str:
    """The database, once the router's migrations have run."""
    await migrate(dsn, SCHEMA, MIGRATIONS)
    return dsn


@asynccontextmanager
async def replica(
    dsn: str, namespace: str = "support", now: datetime = NOW
) -> AsyncIterator[Deciding]:
    """One replica of the router, with a pool of its own."""
    database = await connect(dsn, schema=SCHEMA, size=4)
    try:
        yield Deciding(Ledger(database), RULES, namespace, lambda: now)
    finally:
        await database.close()


def assessed(entitled: Entitled) -> Arrival:
    accepted = entitled.accepted
    raw = entitled.model_dump_json().encode()
    return Arrival(accepted.ticket_id, accepted.fingerprint, Assessed(entitled, raw))


def suspected(found: SecuritySuspected) -> Arrival:
    accepted = found.accepted
    raw = found.model_dump_json().encode()
    return Arrival(accepted.ticket_id, accepted.fingerprint, Suspected(found, raw))


def corrected(id_: str, said: Corrected) -> Arrival:
    return Arrival(said.ticket_id, said.fingerprint, Correction(id_, said))


def on_entitled(namespace: str, entitled: Entitled) -> Outgoing:
    """As entitlements publishes it."""
    return _event(ENTITLED.address(namespace), entitled, entitled.cause, entitled.accepted)


def on_security(namespace: str, found: SecuritySuspected) -> Outgoing:
    """As intake or classifier publishes it."""
    return _event(SECURITY.address(namespace), found, f"suspected/{found.finding}", found.accepted)


def on_corrections(namespace: str, said: Corrected, id_: str) -> Outgoing:
    """As `triage correct` publishes it."""
    return encode(
        CORRECTIONS.address(namespace),
        said,
        event_id=id_,
        source="/triage/correct",
        time=NOW,
        subject=str(said.ticket_id),
    )


def _event(topic: str, data: Frozen, fact: str, accepted: Accepted) -> Outgoing:
    return encode(
        topic,
        data,
        event_id=event_id(accepted.ticket_id, accepted.fingerprint, fact),
        source="/test",
        time=NOW,
        subject=str(accepted.ticket_id),
    )
