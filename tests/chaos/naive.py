"""What would a plain stage lose? The classifier as a tutorial would write it: F0 of the harness.

It judges as the real one does, but it lets the client commit by itself while the batch is still in
hand, does not wait for acknowledgements, and passes over what it can't read. A harness that does not see
this stage lose tickets is blind.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
from itertools import chain

import structlog
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer

from deploy.local.processes import Part
from services.classifier.app import ordinary_works
from services.classifier.model import load as load_model
from services.classifier.settings import ClassifierSettings
from shared.failures import Permanent
from shared.settings import load
from shared.topics import SUBMITTED, Reader, group
from tests.chaos.pipeline import WITH_TWINS

log = structlog.get_logger()
ANSWER = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}"
NAIVE = tuple(
    Part(part.name, "tests.chaos.naive") if part.name in {"classifier", "classifier-2"} else part
    for part in WITH_TWINS
)
"""The pipeline with this stage in place of the ordinary classifier."""
CARELESS = ("classifier", "classifier-2")
"""Whom the storm hits then: the others lose nothing."""
HARD = ("kill_blindly",)
"""With what; a kill that looked for uncommitted records would never come in time."""


async def carry(settings: ClassifierSettings) -> None:
    """Read a batch, judge and send each; never wait, never look back."""
    consumer = AIOKafkaConsumer(
        SUBMITTED.address(settings.triage_namespace),
        bootstrap_servers=settings.kafka_bootstrap_servers,
        group_id=group(settings.triage_namespace, Reader.CLASSIFIER),
        auto_offset_reset="earliest",
        enable_auto_commit=True,
        auto_commit_interval_ms=100,
        max_partition_fetch_bytes=4 * 1024 * 1024,
    )
    producer = AIOKafkaProducer(bootstrap_servers=settings.kafka_bootstrap_servers)
    async with ordinary_works(settings, load_model(settings.triage_model_file)) as works:
        work = works[0]
        await consumer.start()
        await producer.start()
        while True:
            batch = await consumer.getmany(timeout_ms=500, max_records=500)
            for record in chain.from_iterable(batch.values()):
                try:
                    outcomes = await work.decide([work.read(record)])
                except Permanent as failure:
                    log.warning("passed over", reason=failure.reason)
                    continue
                for outgoing in outcomes[0].outgoing:
                    await producer.send(
                        outgoing.topic,
                        value=outgoing.value,
                        key=outgoing.key,
                        headers=list(outgoing.headers),
                    )


async def always_well(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.write(ANSWER)
    with contextlib.suppress(OSError):
        await writer.drain()
    writer.close()


async def main() -> None:
    settings = load(ClassifierSettings)
    await asyncio.start_server(always_well, settings.probe_host, int(os.environ["PROBE_PORT"]))
    await carry(settings)


if __name__ == "__main__":
    asyncio.run(main())
