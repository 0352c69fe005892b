"""What stands on the topics that the browser shows? Tickets on their way, written by hand."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

from aiokafka import AIOKafkaProducer

from shared.contracts import Frozen, Queue, StatusChanged, TicketStatus
from shared.engine.dead_letters import parked
from shared.envelope import Outgoing, encode
from shared.failures import Permanent
from shared.kafka import make_producer
from shared.settings import KafkaSettings
from shared.topics import CLASSIFIED, ENTITLED, QUEUES, SECURITY, STATUS, SUBMITTED, Reader, Topic
from tests.support import builders as some


class Writer:
    """Writes what the stages would."""

    def __init__(self, settings: KafkaSettings, producer: AIOKafkaProducer) -> None:
        self._namespace = settings.triage_namespace
        self._producer = producer

    async def ordinary(self, queue: Queue = Queue.EXTENSIONS) -> UUID:
        """An ordinary ticket, as far as its queue."""
        accepted = some.an_accepted(ticket_id=uuid4(), received_at=_a_moment_ago())
        for topic, fact in (
            (SUBMITTED, some.a_submitted(accepted)),
            (CLASSIFIED, some.a_classified(accepted)),
            (ENTITLED, some.an_entitled(accepted)),
            (QUEUES[queue], some.a_routed(queue, accepted=accepted)),
        ):
            await self._fact(topic, fact, accepted.ticket_id)
        return accepted.ticket_id

    async def report(self, *, canary: bool = False) -> UUID:
        """A security report, as far as its queue."""
        accepted = some.an_accepted(ticket_id=uuid4(), received_at=_a_moment_ago(), canary=canary)
        suspected = some.a_suspected(accepted)
        await self._fact(SECURITY, suspected, accepted.ticket_id)
        routed = some.a_report_routed(accepted, security=suspected.security)
        await self._fact(QUEUES[Queue.SECURITY], routed, accepted.ticket_id)
        return accepted.ticket_id

    async def taken(self, ticket_id: UUID, by: str = "Ann") -> None:
        status = StatusChanged(
            ticket_id=ticket_id, status=TicketStatus.TAKEN, by=by, at=datetime.now(UTC)
        )
        await self._fact(STATUS, status, ticket_id)

    async def letter(self, reason: str = "broken_json") -> None:
        """A dead letter of the classifier."""
        address = SUBMITTED.address(self._namespace)
        record = some.a_record(
            b"{", topic=address, key=str(uuid4()).encode(), partition=1, offset=7,
            headers=(("ce_id", uuid4().hex.encode()),),
        )  # fmt: skip
        why = Permanent(reason, "line 1")
        await self._write(
            parked(
                record,
                why,
                source=SUBMITTED,
                reader=Reader.CLASSIFIER,
                namespace=self._namespace,
            )
        )

    async def _fact(self, topic: Topic, fact: Frozen, ticket_id: UUID) -> None:
        outgoing = encode(
            topic.address(self._namespace),
            fact,
            event_id=str(uuid4()),
            source="test",
            time=datetime.now(UTC),
            subject=str(ticket_id),
        )
        await self._write(outgoing)

    async def _write(self, outgoing: Outgoing) -> None:
        await self._producer.send_and_wait(
            outgoing.topic, outgoing.value, key=outgoing.key, headers=list(outgoing.headers)
        )


@asynccontextmanager
async def writing(settings: KafkaSettings) -> AsyncIterator[Writer]:
    producer = make_producer(settings, "test-browser")
    await producer.start()
    try:
        yield Writer(settings, producer)
    finally:
        await producer.stop()


def _a_moment_ago() -> datetime:
    return datetime.now(UTC) - timedelta(milliseconds=400)
