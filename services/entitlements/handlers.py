"""Which topics does entitlements read, and what does it do with each? Parse, ask, pass on."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import NamedTuple

import structlog

from services.entitlements.coverage import Moment, coverage
from services.entitlements.facts import check_fact, check_heartbeat
from services.entitlements.identity import Asker, asker
from services.entitlements.lookup import Key, keys_of_asker
from services.entitlements.products import EVERYTHING, ask_of
from services.entitlements.store import Known, Mark, Provisional, Store, Ticket
from shared.catalogue import Catalogue
from shared.contracts import (
    Accepted,
    Cause,
    Classified,
    Coverage,
    Entitled,
    FeedAdvanced,
    LicenceFact,
    StageFailure,
)
from shared.engine import Outcome, Work
from shared.envelope import Event, Outgoing, Record, decode, encode, moment_of, types_of
from shared.ids import event_id
from shared.topics import CLASSIFIED, ENTITLED, LICENCES, Reader

log = structlog.get_logger()
SOURCE = "/entitlements"
LicenceEvent = Event[LicenceFact | FeedAdvanced]
Clock = Callable[[], datetime]


class Asked(NamedTuple):
    """A ticket with who asks, and the keys that his licences are found under."""

    ticket: Classified
    who: Asker
    keys: frozenset[Key]

    @classmethod
    def of(cls, ticket: Classified) -> Asked:
        who = asker_of(ticket.accepted)
        return cls(ticket, who, keys_of_asker(who))


@dataclass(frozen=True, slots=True)
class Entitling:
    """What the stages share: store, catalogue, the feeds that count, the time.

    `heard`: set when a feed advanced, so that provisional answers are judged again at once.
    """

    store: Store
    catalogue: Catalogue
    sources: tuple[str, ...]
    tolerance: timedelta
    namespace: str
    clock: Clock
    heard: asyncio.Event = field(default_factory=asyncio.Event)

    def judged(self, asked: Asked, known: Known) -> Coverage:
        """What the ticket's customer is owed, as far as is known."""
        return coverage(
            ask_of(asked.ticket.verdict),
            asked.who,
            known.of(asked.keys),
            Moment(asked.ticket.accepted.as_of, known.complete_until, self.tolerance),
            self.catalogue,
        )


class Announced(NamedTuple):
    """Note of an outcome: this ticket's provisional answer is kept, and now it is out."""

    ticket: Ticket


def tickets_work(entitling: Entitling) -> Work[Event[Classified]]:
    """Classified tickets, judged; what failed before is passed on."""
    types = types_of(Classified)

    async def decide(events: Sequence[Event[Classified]]) -> Sequence[Outcome]:
        return await entitle(entitling, events)

    async def settle(outcomes: Sequence[Outcome]) -> None:
        tickets = [o.note.ticket for o in outcomes if isinstance(o.note, Announced)]
        if tickets:
            await entitling.store.announce(tickets)

    def give_up(event: Event[Classified], failure: StageFailure) -> Outcome:
        return Outcome(outgoing=(passed_on(entitling, event, failure=failure),))

    return Work(
        reader=Reader.ENTITLEMENTS,
        source=CLASSIFIED,
        read=lambda record: decode(record, types),
        decide=decide,
        settle=settle,
        give_up=give_up,
    )


async def entitle(entitling: Entitling, events: Sequence[Event[Classified]]) -> list[Outcome]:
    """One outcome per ticket; provisional answers are kept before they are told."""
    asked = [Asked.of(event.data) for event in events]
    known = await entitling.store.load(
        keys_of(asked),
        entitling.sources,
        tickets=[ticket_of(event.data.accepted) for event in events],
    )
    outcomes, kept = [], []
    for event, each in zip(events, asked, strict=True):
        if event.data.failure is not None:
            outcomes.append(Outcome(outgoing=(passed_on(entitling, event),)))
            continue
        answer = entitling.judged(each, known)
        ticket = ticket_of(event.data.accepted)
        waits = answer.provisional and not event.data.security.flag
        if waits:
            kept.append(provisional(event.data, answer, event.json))
        note = Announced(ticket) if waits or ticket in known.unannounced else None
        outcomes.append(Outcome(outgoing=(passed_on(entitling, event, answer),), note=note))
    if kept:
        await entitling.store.remember(kept)
    return outcomes


def keys_of(tickets: Iterable[Asked]) -> frozenset[Key]:
    """What to look under for all of these."""
    return frozenset().union(*(asked.keys for asked in tickets))


def asker_of(accepted: Accepted) -> Asker:
    return asker(accepted.ticket.requester, accepted.trust, accepted.ticket.site_url)


def ticket_of(accepted: Accepted) -> Ticket:
    return accepted.ticket_id, accepted.fingerprint


def provisional(event: Classified, answer: Coverage, json: bytes | None = None) -> Provisional:
    """What is kept of a ticket whose answer waits for the feed. `json`: the event's, if at hand."""
    return Provisional(
        ticket_of(event.accepted),
        answer.as_of,
        answer.status,
        json or event.model_dump_json().encode(),
    )


def passed_on(
    entitling: Entitling,
    event: Event[Classified],
    answer: Coverage | None = None,
    *,
    failure: StageFailure | None = None,
) -> Outgoing:
    """The ticket for the router: with its coverage, or with what failed."""
    return entitled(
        entitling,
        event.data,
        answer,
        failure=failure or event.data.failure,
        causation_id=event.id,
        traceparent=event.traceparent,
    )


def entitled(
    entitling: Entitling,
    ticket: Classified,
    answer: Coverage | None,
    *,
    cause: Cause = Cause.FIRST,
    failure: StageFailure | None = None,
    causation_id: str | None = None,
    traceparent: str | None = None,
) -> Outgoing:
    """The stage's fact about a ticket, under an id that a repeat has again."""
    accepted = ticket.accepted
    fact = "entitled" if cause is Cause.FIRST else f"entitled/{cause}"
    return encode(
        ENTITLED.address(entitling.namespace),
        Entitled(
            accepted=accepted,
            security=ticket.security,
            verdict=ticket.verdict,
            coverage=answer,
            failure=failure,
            cause=cause,
        ),
        event_id=event_id(accepted.ticket_id, accepted.fingerprint, fact),
        source=SOURCE,
        time=entitling.clock(),
        subject=str(accepted.ticket_id),
        causation_id=causation_id,
        traceparent=traceparent,
    )


def licences_work(entitling: Entitling) -> Work[LicenceEvent]:
    """Facts and heartbeats, kept; an impossible one is parked, the licence stays as last known."""

    async def decide(events: Sequence[LicenceEvent]) -> Sequence[Outcome]:
        await keep(entitling, events)
        return [Outcome() for _ in events]

    return Work(
        reader=Reader.ENTITLEMENTS_LICENCES,
        source=LICENCES,
        read=read_licence,
        decide=decide,
    )


def read_licence(record: Record) -> LicenceEvent:
    """A fact or heartbeat that can be; raises Permanent otherwise."""
    event = decode(record, LICENCE_TYPES)
    if isinstance(event.data, LicenceFact):
        check_fact(event.data, sent_at=event.time, appended_at=appended_at(record))
    else:
        check_heartbeat(event.data, appended_at=appended_at(record))
    return event


LICENCE_TYPES: dict[str, type[LicenceFact | FeedAdvanced]] = {
    **types_of(LicenceFact),
    **types_of(FeedAdvanced),
}


async def keep(entitling: Entitling, events: Sequence[LicenceEvent]) -> None:
    """Store facts and marks in one transaction, then wake what waits for the feed."""
    facts, marks = [], []
    for event in events:
        learned_at = appended_at(event.record)
        if isinstance(event.data, LicenceFact):
            facts.append((event.data, learned_at))
            _log_unknown_products(entitling.catalogue, event.data)
        else:
            marks.append(Mark(event.source, event.data.complete_until, learned_at))
    await entitling.store.save(facts, marks)
    if marks:
        entitling.heard.set()


def appended_at(record: Record) -> datetime:
    """When the broker had the record, in UTC."""
    return moment_of(record.timestamp)


def _log_unknown_products(catalogue: Catalogue, fact: LicenceFact) -> None:
    for name in fact.products:
        if name != EVERYTHING and catalogue.resolve(name) is None:
            log.warning("licence.unknown_product", licence_id=fact.licence_id, product=name[:80])
