"""How does a report reach people at once? From `tickets.security` to the queue, on Kafka alone.

No database, no model, no policy, no facts: nothing here can be away but Kafka itself. The lane
takes every partition instead of joining a group, and parks nothing: what it can't read goes to
people as unparsed.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from uuid import uuid5

from shared.contracts import (
    Cause,
    Frozen,
    Origin,
    Queue,
    Reply,
    Routed,
    Security,
    SecuritySuspected,
    Withdrawn,
)
from shared.engine import Outcome, Work
from shared.envelope import Event, Outgoing, Record, decode, encode, types_of
from shared.failures import Permanent
from shared.ids import TICKETS, security_routed_id
from shared.topics import QUEUES, SECURITY, Reader

SOURCE = "/router/fast-lane"
BATCH = 50
"""Small: a report never waits for many others to be written with it."""


def fast_lane_work(
    namespace: str, clock: Callable[[], datetime], receipt: Reply | None = None
) -> Work[Event[Frozen]]:
    """Carry every finding to the security queue, and take back what a person cleared.

    `receipt`: what people can tell who reported it, if the process has found the text.
    """
    types: dict[str, type[Frozen]] = {**types_of(SecuritySuspected), **types_of(Withdrawn)}
    queue = QUEUES[Queue.SECURITY].address(namespace)

    def read(record: Record) -> Event[Frozen]:
        try:
            return decode(record, types)
        except Permanent as failure:
            return _unread(record, failure)

    async def decide(events: Sequence[Event[Frozen]]) -> Sequence[Outcome]:
        return [Outcome(outgoing=(carry(event, queue, clock(), receipt),)) for event in events]

    return Work(Reader.ROUTER_FAST_LANE, SECURITY, read, decide, batch=BATCH, alone=True)


def carry(
    event: Event[Frozen], queue: str, now: datetime, receipt: Reply | None = None
) -> Outgoing:
    """The record on the security queue for one event of `tickets.security`."""
    match event.data:
        case SecuritySuspected() as suspected:
            return _routed(suspected, event, queue, now, receipt)
        case Withdrawn() as withdrawn:
            return encode(
                queue,
                withdrawn,
                event_id=event.id,
                source=SOURCE,
                time=now,
                subject=str(withdrawn.ticket_id),
                causation_id=event.id,
                traceparent=event.traceparent,
            )
        case _:
            return _unparsed(event, queue, now)


def _routed(
    suspected: SecuritySuspected,
    event: Event[Frozen],
    queue: str,
    now: datetime,
    receipt: Reply | None,
) -> Outgoing:
    accepted = suspected.accepted
    return encode(
        queue,
        Routed(
            ticket_id=accepted.ticket_id,
            fingerprint=accepted.fingerprint,
            cause=Cause.SECURITY_FINDING,
            queue=Queue.SECURITY,
            rank=1,
            security=suspected.security,
            reply=receipt,
            ticket=accepted.ticket,
            canary=accepted.canary,
            received_at=accepted.received_at,
            decided_at=now,
        ),
        event_id=security_routed_id(accepted.ticket_id, accepted.fingerprint, suspected.finding),
        source=SOURCE,
        time=now,
        subject=str(accepted.ticket_id),
        causation_id=event.id,
        traceparent=event.traceparent,
    )


def _unread(record: Record, failure: Permanent) -> Event[Frozen]:
    return Event(
        id=f"{record.topic}/{record.partition}/{record.offset}",
        source=SOURCE,
        type=failure.reason,
        subject=None,
        data=Frozen(),
        record=record,
    )


def _unparsed(event: Event[Frozen], queue: str, now: datetime) -> Outgoing:
    """A report that can't be read is a report: people look at its origin."""
    record = event.record
    return encode(
        queue,
        Routed(
            ticket_id=None,
            fingerprint=None,
            cause=Cause.SECURITY_FINDING,
            queue=Queue.SECURITY,
            rank=1,
            security=Security(flag=True, reasons=("unparsed", event.type)),
            decided_at=now,
            origin=Origin(topic=record.topic, partition=record.partition, offset=record.offset),
        ),
        event_id=str(uuid5(TICKETS, event.id)),
        source=SOURCE,
        time=now,
        subject=event.id,
    )
