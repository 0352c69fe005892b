"""How does a test run a stage? With real clients, a hook, and what it wrote at hand."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterable
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any

from aiokafka import AIOKafkaConsumer, ConsumerRecord, TopicPartition

from shared.engine import Stage, Work
from shared.engine.publisher import Publisher
from shared.engine.steps import Hook, no_hook
from shared.envelope import Outgoing
from shared.kafka import make_consumer, make_producer
from shared.process import started
from shared.settings import KafkaSettings
from shared.topics import group
from tests.support.waiting import eventually


@asynccontextmanager
async def running(
    settings: KafkaSettings, work: Work[Any], hook: Hook = no_hook
) -> AsyncIterator[tuple[Stage[Any], asyncio.Task[None]]]:
    """A stage at work on real clients; stopped and closed at the end."""
    name = f"test.{work.reader}"
    async with AsyncExitStack() as stack:
        consumer = await stack.enter_async_context(
            started(
                lambda: make_consumer(settings, name, group(settings.triage_namespace, work.reader))
            )
        )
        ordinary = await stack.enter_async_context(started(lambda: make_producer(settings, name)))
        urgent = await stack.enter_async_context(started(lambda: make_producer(settings, name)))
        stage = Stage(
            work=work,
            namespace=settings.triage_namespace,
            consumer=consumer,
            publisher=Publisher(ordinary),
            urgent_publisher=Publisher(urgent),
            hook=hook,
        )
        task = asyncio.create_task(stage.run())
        try:
            yield stage, task
        finally:
            stage.stop()
            await asyncio.wait({task}, timeout=10)
            if not task.done():
                task.cancel()


async def publish(settings: KafkaSettings, records: Iterable[Outgoing]) -> None:
    """Write records as some upstream would."""
    async with started(lambda: make_producer(settings, "test.publisher")) as producer:
        for record in records:
            await producer.send_and_wait(
                record.topic, value=record.value, key=record.key, headers=list(record.headers)
            )


async def everything_on(settings: KafkaSettings, topic: str) -> list[ConsumerRecord]:
    """All records of a topic, partition by partition."""
    async with started(lambda: make_consumer(settings, "test.reader", None)) as consumer:
        return await _read_to_end(consumer, topic)


async def _read_to_end(consumer: AIOKafkaConsumer, topic: str) -> list[ConsumerRecord]:
    partitions = [TopicPartition(topic, p) for p in await _partitions(consumer, topic)]
    consumer.assign(partitions)
    await consumer.seek_to_beginning(*partitions)
    ends = await consumer.end_offsets(partitions)
    found: list[ConsumerRecord] = []
    while any([await consumer.position(tp) < end for tp, end in ends.items()]):
        batches = await consumer.getmany(timeout_ms=200)
        found += [record for records in batches.values() for record in records]
    return found


async def _partitions(consumer: AIOKafkaConsumer, topic: str) -> list[int]:
    async def known() -> list[int]:
        await consumer._client.force_metadata_update()
        return sorted(consumer.partitions_for_topic(topic) or ())

    found: list[int] = await eventually(known, 15, f"the topic {topic}")
    return found
