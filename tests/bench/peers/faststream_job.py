"""The pipeline's job as plain FastStream handlers: a record at a time, an insert per ticket.

As FastStream's documentation writes them: a typed argument, a publisher, an acknowledgement after
the handler. The model alone is asked in batches, by a batch subscriber.

What it loses: a record that it can't parse comes again and again, or is dropped; there are no dead
letters, no security lane, no ledger of revisions; a batch that was half published is published
again. Everything is acknowledged by all replicas, and committed behind the work.

`python -m tests.bench.peers.faststream_job classify|entitle|route NAME`
"""

from __future__ import annotations

import asyncio
import logging
import os
import sys

import asyncpg
import uvloop
from faststream import AckPolicy, FastStream
from faststream.kafka import KafkaBroker, KafkaResponse

from services.entitlements.store import SCHEMA, PostgresStore
from shared.contracts import Classified, Entitled, Submitted
from shared.postgres import connect
from tests.bench.peers.job import INSERT, SOURCES, Classifying, Entitling, Routing, keys_of

BATCH = 100


def classify(broker: KafkaBroker, name: str) -> None:
    job = Classifying()

    @broker.subscriber(
        f"{name}.submitted",
        group_id=f"{name}.classify",
        batch=True,
        max_records=BATCH,
        auto_offset_reset="earliest",
        ack_policy=AckPolicy.NACK_ON_ERROR,
    )
    async def handle(tickets: list[Submitted]) -> None:
        found = await asyncio.to_thread(job.classified, tickets)
        await asyncio.gather(
            *(broker.publish(each, f"{name}.classified", key=key_of(each)) for each in found)
        )


def entitle(broker: KafkaBroker, name: str, dsn: str, app: FastStream) -> None:
    job = Entitling()
    opened: list[PostgresStore] = []

    @app.on_startup
    async def open_store() -> None:
        opened.append(PostgresStore(await connect(dsn, schema=SCHEMA)))

    @broker.publisher(f"{name}.entitled")
    @broker.subscriber(
        f"{name}.classified",
        group_id=f"{name}.entitle",
        auto_offset_reset="earliest",
        ack_policy=AckPolicy.NACK_ON_ERROR,
    )
    async def handle(ticket: Classified) -> KafkaResponse:
        known = await opened[0].load(keys_of(ticket.accepted), SOURCES)
        return KafkaResponse(job.entitled(ticket, known), key=key_of(ticket))


def route(broker: KafkaBroker, name: str, dsn: str, app: FastStream) -> None:
    job = Routing()
    opened: list[asyncpg.Pool] = []

    @app.on_startup
    async def open_pool() -> None:
        opened.append(await asyncpg.create_pool(dsn, min_size=1, max_size=4))

    @broker.subscriber(
        f"{name}.entitled",
        group_id=f"{name}.route",
        auto_offset_reset="earliest",
        ack_policy=AckPolicy.NACK_ON_ERROR,
    )
    async def handle(ticket: Entitled) -> None:
        decision = job.decided(ticket)
        record = decision.model_dump_json().encode()
        await opened[0].execute(INSERT, ticket.accepted.ticket_id, decision.queue.value, record)
        await broker.publish(record, f"{name}.queue", key=key_of(ticket))


def key_of(ticket: Classified | Entitled) -> bytes:
    return str(ticket.accepted.ticket_id).encode()


async def main(role: str, name: str) -> None:
    broker = KafkaBroker(
        os.environ["KAFKA_BOOTSTRAP_SERVERS"],
        acks="all",
        enable_idempotence=True,
        log_level=logging.DEBUG,
    )
    app = FastStream(broker)
    dsn = os.environ["DATABASE_URL"]
    match role:
        case "classify":
            classify(broker, name)
        case "entitle":
            entitle(broker, name, dsn, app)
        case _:
            route(broker, name, dsn, app)
    await app.run()


if __name__ == "__main__":
    uvloop.run(main(*sys.argv[1:]))
