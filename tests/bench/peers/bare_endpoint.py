"""What does taking a ticket cost at least? An endpoint of the same framework that only produces.

Litestar on uvicorn, as our intake: the body goes to Kafka as it came, and the 202 follows the
acknowledgement by all replicas.

What it loses: it knows no sender and no signature, validates nothing, removes no credentials, looks
for no report, and gives the same ticket another id when it comes again.

`python -m tests.bench.peers.bare_endpoint PORT TOPIC`
"""

from __future__ import annotations

import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from uuid import uuid4

import uvicorn
from aiokafka import AIOKafkaProducer
from litestar import Litestar, Request, post
from litestar.datastructures import State


def build(topic: str) -> Litestar:
    @asynccontextmanager
    async def connected(app: Litestar) -> AsyncIterator[None]:
        producer = AIOKafkaProducer(
            bootstrap_servers=os.environ["KAFKA_BOOTSTRAP_SERVERS"],
            acks="all",
            enable_idempotence=True,
        )
        async with producer:
            app.state.producer = producer
            yield

    @post("/v1/tickets", status_code=202)
    async def submit(request: Request[object, object, State], state: State) -> dict[str, str]:
        ticket_id = str(uuid4())
        await state.producer.send_and_wait(topic, await request.body(), key=ticket_id.encode())
        return {"ticket_id": ticket_id}

    return Litestar([submit], lifespan=[connected], openapi_config=None, logging_config=None)


if __name__ == "__main__":
    port, into = sys.argv[1:]
    uvicorn.run(build(into), port=int(port), log_level="warning", access_log=False)
