"""The pipeline's job written with quixstreams: a streaming dataframe per stage.

As its documentation writes them: `apply` on each record, `to_topic`, and for the database a
batching sink, which writes once per checkpoint and partition. The library hands a function one
record at a time, so the model is asked for one ticket at a time.

What it loses: a record that it can't parse ends the process; there are no dead letters, no security
lane, no ledger of revisions; the record on the queue does not wait for the row in the database.

`python -m tests.bench.peers.quix_job classify|entitle|route NAME`
"""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import Callable
from uuid import UUID

import asyncpg
import orjson
from quixstreams import Application
from quixstreams.sinks import BatchingSink, SinkBatch
from typing_extensions import override

from services.entitlements.store import SCHEMA, PostgresStore
from shared.contracts import Classified, Entitled, Submitted
from shared.postgres import connect
from tests.bench.peers.job import SOURCES, Classifying, Entitling, Routing, keys_of

COMMIT_SECONDS = 1.0
INSERT = """
insert into decided select * from unnest($1::uuid[], $2::text[], $3::bytea[])
on conflict (ticket_id) do nothing
"""
Apply = Callable[[bytes], bytes]


def classify() -> Apply:
    job = Classifying()

    def apply(value: bytes) -> bytes:
        [ticket] = job.classified([Submitted.model_validate_json(value)])
        return ticket.model_dump_json().encode()

    return apply


def entitle(loop: asyncio.AbstractEventLoop) -> Apply:
    job = Entitling()
    store = PostgresStore(
        loop.run_until_complete(connect(os.environ["DATABASE_URL"], schema=SCHEMA))
    )

    def apply(value: bytes) -> bytes:
        ticket = Classified.model_validate_json(value)
        known = loop.run_until_complete(store.load(keys_of(ticket.accepted), SOURCES))
        return job.entitled(ticket, known).model_dump_json().encode()

    return apply


def route() -> Apply:
    job = Routing()
    return lambda value: job.decided(Entitled.model_validate_json(value)).model_dump_json().encode()


class Decided(BatchingSink):  # type: ignore[misc]
    """The decisions of a checkpoint, written at once."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        super().__init__()
        self._loop = loop

    @override
    def setup(self) -> None:
        self._connection = self._loop.run_until_complete(
            asyncpg.connect(os.environ["DATABASE_URL"])
        )

    @override
    def write(self, batch: SinkBatch) -> None:
        records = [item.value for item in batch]
        read = [orjson.loads(record) for record in records]
        columns = [UUID(each["ticket_id"]) for each in read], [each["queue"] for each in read]
        self._loop.run_until_complete(self._connection.execute(INSERT, *columns, records))


def main(role: str, name: str) -> None:
    source, target = {
        "classify": ("submitted", "classified"),
        "entitle": ("classified", "entitled"),
        "route": ("entitled", "queue"),
    }[role]
    app = Application(
        broker_address=os.environ["KAFKA_BOOTSTRAP_SERVERS"],
        consumer_group=f"{name}.{role}",
        auto_offset_reset="earliest",
        processing_guarantee="at-least-once",
        commit_interval=COMMIT_SECONDS,
        auto_create_topics=False,
        loglevel="ERROR",
        producer_extra_config={"acks": "all", "enable.idempotence": True},
    )
    loop = asyncio.new_event_loop()
    apply = {"classify": classify, "entitle": lambda: entitle(loop), "route": route}[role]()
    bare = {"value_deserializer": "bytes", "key_deserializer": "bytes"}
    written = {"value_serializer": "bytes", "key_serializer": "bytes"}
    frame = app.dataframe(app.topic(f"{name}.{source}", **bare)).apply(apply)
    frame = frame.to_topic(app.topic(f"{name}.{target}", **written))
    if role == "route":
        frame.sink(Decided(loop))
    app.run()


if __name__ == "__main__":
    main(*sys.argv[1:])
