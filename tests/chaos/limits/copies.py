"""How do a few tickets before the router become very many? Each is copied under ids of its own."""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterator, Sequence

from aiokafka import ConsumerRecord

from tests.chaos.evidence import Submission
from tests.chaos.limits.bulk import Record
from tests.chaos.reader import clients, partitions_of, read_last
from tests.chaos.target import Target

ENTITLED = "tickets.entitled"


async def ordinary_before_router(target: Target) -> list[ConsumerRecord]:
    """What entitlements has told, reports apart: those people have already, by another way."""
    async with clients(target.kafka) as (consumer, admin):
        partitions = await partitions_of(admin, [target.topic(ENTITLED)])
        records = await read_last(consumer, partitions)
    return [record for record in records if not json.loads(record.value)["security"]["flag"]]


def copies(records: Sequence[ConsumerRecord], count: int) -> Iterator[tuple[Submission, Record]]:
    """So many copies, each as if its text had been submitted once more, under another key."""
    for number in range(count):
        record = records[number % len(records)]
        accepted = json.loads(record.value)["accepted"]
        old, external_id = accepted["ticket_id"], f"copy-{number}"
        new = str(uuid.uuid4())
        value = record.value.replace(old.encode(), new.encode()).replace(
            json.dumps(accepted["ticket"]["external_id"]).encode(), json.dumps(external_id).encode()
        )
        headers = [
            (name, uuid.uuid4().hex.encode() if name == "ce_id" else _renamed(told, old, new))
            for name, told in record.headers
        ]
        yield Submission(external_id), (new, value, headers)


def _renamed(told: bytes, old: str, new: str) -> bytes:
    """Also where it stands without its dashes, in the trace."""
    plain = told.replace(old.encode(), new.encode())
    return plain.replace(old.replace("-", "").encode(), new.replace("-", "").encode())
