"""How does an event stand on a topic? As the Kafka client hands it over."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from shared.contracts import Frozen
from shared.envelope import Outgoing, encode
from tests.support.builders.constants import NOW, TICKET


@dataclass(frozen=True, slots=True)
class FakeRecord:
    """A record as the Kafka client hands it over."""

    topic: str
    key: bytes | None
    value: bytes | None
    headers: Sequence[tuple[str, bytes | None]] = ()
    partition: int = 0
    offset: int = 0
    timestamp: int = int(NOW.timestamp() * 1000)


def a_record(
    of: Outgoing | bytes | None,
    *,
    headers: Sequence[tuple[str, bytes | None]] | None = None,
    topic: str = "support.tickets.submitted.v1",
    key: bytes | None = None,
    partition: int = 0,
    offset: int = 0,
    at: datetime = NOW,
) -> FakeRecord:
    """What was written, as it comes back from Kafka; or any bytes with any headers."""
    timestamp = int(at.timestamp() * 1000)
    if isinstance(of, Outgoing):
        kept = of.headers if headers is None else headers
        return FakeRecord(of.topic, of.key, of.value, kept, partition, offset, timestamp)
    return FakeRecord(topic, key, of, headers or (), partition, offset, timestamp)


def an_event(
    data: Frozen,
    *,
    topic: str = "support.tickets.submitted.v1",
    event_id: str = "1c0e4e7e-0000-5000-8000-000000000001",
    source: str = "intake",
    subject: str = str(TICKET),
    time: datetime = NOW,
    partition: int = 0,
    offset: int = 0,
    traceparent: str | None = None,
) -> FakeRecord:
    """A fact as a record in binary mode."""
    outgoing = encode(
        topic,
        data,
        event_id=event_id,
        source=source,
        time=time,
        subject=subject,
        traceparent=traceparent,
    )
    return a_record(outgoing, partition=partition, offset=offset, at=time)
