"""How does the bench speak to Kafka? Topics, records by the hundred thousand, and who has read them.

Through librdkafka, whose producer costs the machine little beside what is measured.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence
from typing import Any

from confluent_kafka import (
    OFFSET_BEGINNING,
    Consumer,
    ConsumerGroupTopicPartitions,
    KafkaException,
    Producer,
    TopicPartition,
)
from confluent_kafka.admin import AdminClient
from confluent_kafka.cimpl import NewTopic

PARTITIONS = 6
POLL_SECONDS = 0.05
Message = tuple[bytes, bytes, Sequence[tuple[str, bytes]]]
"""Key, value, headers."""


class Broker:
    """A Kafka on which the bench makes topics and fills them. `published`: records by topic."""

    def __init__(self, address: str) -> None:
        self.address = address
        self.published: dict[str, int] = {}
        self._admin = AdminClient({"bootstrap.servers": address, "log_level": 0})
        self._producer = Producer(
            {
                "bootstrap.servers": address,
                "enable.idempotence": True,
                "partitioner": "murmur2_random",
                "linger.ms": 5,
                "queue.buffering.max.messages": 1_000_000,
                "queue.buffering.max.kbytes": 1_000_000,
                "log_level": 0,
            }
        )

    def make(self, *topics: str, partitions: int = PARTITIONS) -> None:
        """Create topics, each with room for every record of the bench."""
        made = self._admin.create_topics([NewTopic(t, partitions, 1) for t in topics])
        for each in made.values():
            each.result(30)

    def publish(self, topic: str, messages: Iterable[Message]) -> int:
        """Write and wait for all acknowledgements; returns how many there were."""
        count = 0
        for key, value, headers in messages:
            self._producer.produce(topic, value, key=key, headers=list(headers))
            count += 1
            if count % 1000 == 0:
                self._producer.poll(0)
        self._producer.flush()
        self.published[topic] = self.published.get(topic, 0) + count
        return count

    def wait_read(self, group: str, topic: str, seconds: float = 60.0) -> None:
        """Until the group has committed all that was published; raises TimeoutError."""
        self.wait_committed(group, topic, self.published[topic], seconds)

    def wait_committed(self, group: str, topic: str, count: int, seconds: float = 60.0) -> None:
        """Until the group has committed so many records; raises TimeoutError."""
        deadline = time.monotonic() + seconds
        while (read := self.committed(group, topic)) < count:
            if time.monotonic() > deadline:
                raise TimeoutError(f"{group} has read {read} of {count} records of {topic}")
            time.sleep(POLL_SECONDS)

    def read(self, topic: str, count: int, seconds: float = 60.0) -> list[Message]:
        """So many records of a topic, from its beginning; raises TimeoutError."""
        consumer = Consumer(
            {"bootstrap.servers": self.address, "group.id": "bench", "log_level": 0}
        )
        known = self._admin.list_topics(topic, timeout=10).topics[topic].partitions
        consumer.assign([TopicPartition(topic, each, OFFSET_BEGINNING) for each in known])
        found: list[Message] = []
        deadline = time.monotonic() + seconds
        try:
            while len(found) < count:
                if time.monotonic() > deadline:
                    raise TimeoutError(f"{topic} holds {len(found)} of {count} records")
                found += map(_message, consumer.consume(1000, timeout=0.5))
        finally:
            consumer.close()
        return found

    def committed(self, group: str, topic: str) -> int:
        """How many records of a topic a group has committed."""
        asked = self._admin.list_consumer_group_offsets([ConsumerGroupTopicPartitions(group)])
        try:
            found = asked[group].result(10)
        except KafkaException:
            return 0  # its coordinator is not there yet
        return sum(
            each.offset
            for each in found.topic_partitions or ()
            if each.topic == topic and each.offset > 0
        )


def _message(record: Any) -> Message:
    return record.key() or b"", record.value() or b"", record.headers() or []
