"""Prints what stands on a queue now: one JSON line per live ticket."""

import asyncio
import json
import os
import sys

from aiokafka import AIOKafkaConsumer


async def main(queue: str) -> None:
    live: dict[str, dict[str, object]] = {}
    taken_back: set[str] = set()
    servers = os.environ["KAFKA_BOOTSTRAP_SERVERS"]
    topic = f"support.queues.{queue}.v1"
    async with AIOKafkaConsumer(
        topic, bootstrap_servers=servers, auto_offset_reset="earliest"
    ) as consumer:
        ends = await consumer.end_offsets(consumer.assignment())
        while any([await consumer.position(at) < end for at, end in ends.items()]):
            for records in (await consumer.getmany(timeout_ms=500)).values():
                for record in records:
                    headers = {name: value.decode() for name, value in record.headers}
                    data = json.loads(record.value)
                    if headers["ce_type"] == "support.ticket.routed.v1":
                        live[headers["ce_id"]] = data  # a repeat has the same id
                    if headers["ce_type"] == "support.ticket.withdrawn.v1":
                        taken_back.add(data["withdraws"])  # may come before what it takes back
    for event_id, data in live.items():
        if event_id not in taken_back:
            print(json.dumps({"ticket_id": data["ticket_id"], "rank": data["rank"]}))


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1] if len(sys.argv) > 1 else "security"))
