"""Whose clock stamps the records of a topic? From now on, Kafka's own, when it has them."""

from __future__ import annotations

from confluent_kafka.admin import (  # type: ignore[attr-defined]
    AdminClient,
    AlterConfigOpType,
    ConfigEntry,
    ConfigResource,
    ResourceType,
)

from tests.chaos.target import Target

ANSWER_SECONDS = 30.0


def stamped_by_kafka(target: Target, topic: str) -> None:
    """A producer's stamp says when it began to send, which in an outage is long before."""
    stamp = ConfigEntry(
        "message.timestamp.type", "LogAppendTime", incremental_operation=AlterConfigOpType.SET
    )
    resource = ConfigResource(ResourceType.TOPIC, target.topic(topic), incremental_configs=[stamp])
    admin = AdminClient({"bootstrap.servers": target.kafka})
    for done in admin.incremental_alter_configs([resource]).values():
        done.result(timeout=ANSWER_SECONDS)
