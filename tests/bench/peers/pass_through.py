"""What does the bare machinery cost? An aiokafka stage that passes tickets on, batch by batch.

As aiokafka's documentation would have it for speed: `getmany`, one batch builder per partition,
one commit per batch, an idempotent producer with all acknowledgements. `json` adds three fields
to the parsed JSON; a contract's name decodes and encodes with the pipeline's own codec instead.

What it loses beside the engine: one record that it can't read stops it for good; whatever is
not an acknowledgement ends it with the batch in flight written again at the next start; nobody
notices when it stands still.

`python -m tests.bench.peers.pass_through json|classified|entitled GROUP SOURCE TARGET`
"""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime

import orjson
import uvloop
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, ConsumerRecord

from shared.contracts import Classified, Entitled, Frozen
from shared.envelope import decode, encode, types_of

Written = tuple[bytes | None, bytes | None, Sequence[tuple[str, bytes]]]
Pass = Callable[[ConsumerRecord], Written]


def with_three_fields(record: ConsumerRecord) -> Written:
    data = orjson.loads(record.value)
    data["scope"] = "installation_setup"
    data["confidence"] = 0.93
    data["classified_at"] = "2026-01-01T00:00:00Z"
    return record.key, orjson.dumps(data), record.headers


def through(contract: type[Frozen]) -> Pass:
    """Decoded, validated and encoded with the pipeline's own codec."""
    types = types_of(contract)

    def pass_on(record: ConsumerRecord) -> Written:
        event = decode(record, types)
        written = encode(
            record.topic,
            event.data,
            event_id=event.id,
            source="bench",
            time=datetime.now(UTC),
            subject=event.subject or "",
            causation_id=event.id,
            traceparent=event.traceparent,
        )
        return written.key, written.value, written.headers

    return pass_on


PASSES: dict[str, Pass] = {
    "json": with_three_fields,
    "classified": through(Classified),
    "entitled": through(Entitled),
}


async def run(kind: str, group: str, source: str, target: str) -> None:
    servers = os.environ["KAFKA_BOOTSTRAP_SERVERS"]
    consumer = AIOKafkaConsumer(
        source,
        bootstrap_servers=servers,
        group_id=group,
        enable_auto_commit=False,
        auto_offset_reset="earliest",
    )
    producer = AIOKafkaProducer(
        bootstrap_servers=servers, acks="all", enable_idempotence=True, max_batch_size=256 * 1024
    )
    async with consumer, producer:
        while True:
            fetched = await consumer.getmany(timeout_ms=1000, max_records=500)
            if not fetched:
                continue
            written = [
                future
                for tp, records in fetched.items()
                for future in await send(producer, target, tp.partition, records, PASSES[kind])
            ]
            await asyncio.gather(*written)
            await consumer.commit()


async def send(
    producer: AIOKafkaProducer,
    target: str,
    partition: int,
    records: Iterable[ConsumerRecord],
    pass_on: Pass,
) -> list[asyncio.Future[object]]:
    """Into the partition of the same number: both topics have as many."""
    batch, sent = producer.create_batch(), []
    for record in records:
        key, value, headers = pass_on(record)
        while batch.append(key=key, value=value, timestamp=None, headers=list(headers)) is None:
            sent.append(await producer.send_batch(batch, target, partition=partition))
            batch = producer.create_batch()
    sent.append(await producer.send_batch(batch, target, partition=partition))
    return sent


async def until_told(arguments: Sequence[str]) -> None:
    kind, group, source, target = arguments
    working = asyncio.create_task(run(kind, group, source, target))
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, working.cancel)
    await asyncio.wait({working})
    if not working.cancelled():
        working.result()


if __name__ == "__main__":
    uvloop.run(until_told(sys.argv[1:]))
