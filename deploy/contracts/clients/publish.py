"""Submits one ticket as a CloudEvent on the inbound topic."""

import asyncio
import json
import os
import sys

from aiokafka import AIOKafkaProducer


async def main(event_id: str) -> None:
    ticket = {
        "subject": "redirect_uri_mismatch",
        "body": "Which redirect address do I put in for Google Contacts Sync?",
        "requester": {"email": "office@kontor-vest.example"},
    }
    attributes = {
        "ce_specversion": "1.0",
        "ce_type": "support.ticket.reported.v1",
        "ce_source": "example-shop",
        "ce_id": event_id,  # sent again under the same id, it is the same ticket
        "content-type": "application/json",
    }
    servers = os.environ["KAFKA_BOOTSTRAP_SERVERS"]
    async with AIOKafkaProducer(bootstrap_servers=servers, acks="all") as producer:
        await producer.send_and_wait(
            "support.inbound.v1",
            json.dumps(ticket).encode(),
            key=event_id.encode(),
            headers=[(name, value.encode()) for name, value in attributes.items()],
        )


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1] if len(sys.argv) > 1 else "example-1"))
