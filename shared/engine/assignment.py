"""Which partitions does a reader take that joins no group? All of them, new ones included."""

from __future__ import annotations

from aiokafka import AIOKafkaConsumer, TopicPartition


async def take_all_partitions(consumer: AIOKafkaConsumer, address: str) -> int:
    """Assign every partition of the topic that the consumer knows of; returns their number.

    Offsets are still committed under the consumer's group id, and read from there at start.
    """
    known = consumer.partitions_for_topic(address)
    if known is None:
        await consumer._client.force_metadata_update()  # noqa: SLF001  # no public way to ask
        known = consumer.partitions_for_topic(address) or set()
    wanted = {TopicPartition(address, partition) for partition in known}
    if wanted and wanted != consumer.assignment():
        consumer.assign(sorted(wanted))
    return len(wanted)
