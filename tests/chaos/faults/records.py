"""What may arrive that should not?"""

from __future__ import annotations

import asyncio

from aiokafka import ConsumerRecord
from aiokafka.errors import KafkaError

from tests.chaos.faults.ground import Ground, Harm
from tests.chaos.names import PARKED_BY
from tests.chaos.reader import clients, partitions_of, read_last
from tests.chaos.target import Target

POISON_BURST = 25
REPEATED = 20
"""Records of each partition."""


async def burst_of_poison(ground: Ground) -> Harm:
    """Unreadable records in a row, in every position of a batch, the whole of it included."""
    await ground.load.poison_burst(POISON_BURST)
    return Harm("a topic", f"{POISON_BURST} unreadable records in a row")


async def repeat_records(ground: Ground) -> Harm:
    """What stands at the end of every topic of ours is written once more, as it is."""
    try:
        records = await _newest(ground.pipeline.target)
    except KafkaError as error:
        return Harm("every topic", f"{type(error).__name__} instead of records", hit=False)
    await asyncio.gather(*(ground.load.writer.send_again(record) for record in records))
    return Harm("every topic", f"{len(records)} records came twice", hit=bool(records))


async def _newest(target: Target) -> list[ConsumerRecord]:
    async with clients(target.kafka) as (consumer, admin):
        partitions = await partitions_of(admin, [target.topic(topic) for topic in PARKED_BY])
        return await read_last(consumer, partitions, REPEATED)
