"""Until when does a topic hold what was written to it? By the settings that the broker has."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType

from services.watch.reader import partitions_of

ASKED = ("retention.ms", "segment.ms", "cleanup.policy")


@dataclass(frozen=True, slots=True)
class Retention:
    """`until`: what is there now is gone by then; None with `known`: kept for good."""

    topic: str
    known: bool
    until: datetime | None = None

    @property
    def words(self) -> str:
        if not self.known:
            return "the broker does not say"
        return "kept for good" if self.until is None else f"gone by {self.until:%Y-%m-%d}"


async def retentions(
    admin: AIOKafkaAdminClient, topics: Sequence[str], now: datetime
) -> list[Retention]:
    """One answer for each of those topics that exist, in their order."""
    there = await partitions_of(admin, topics)
    present = [topic for topic in topics if topic in there]
    resources = [
        ConfigResource(ConfigResourceType.TOPIC, topic, dict.fromkeys(ASKED)) for topic in present
    ]
    try:
        answers = await admin.describe_configs(resources)
    except RuntimeError:  # every error of Kafka's is one, and what an old broker can't be asked
        return [Retention(topic, known=False) for topic in present]
    configs = {
        name: {entry[0]: entry[1] for entry in entries}
        for answer in answers
        for _code, _message, _kind, name, entries in answer.resources
    }
    return [retention(topic, configs.get(topic, {}), now) for topic in present]


def retention(topic: str, config: dict[str, str], now: datetime) -> Retention:
    """A segment goes as a whole: its youngest record's time, and that of filling it, count."""
    if not config.get("retention.ms"):
        return Retention(topic, known=False)
    kept = int(config["retention.ms"])
    if kept < 0 or config.get("cleanup.policy") == "compact":
        return Retention(topic, known=True)
    filling = int(config.get("segment.ms") or 0)
    return Retention(topic, known=True, until=now + timedelta(milliseconds=kept + filling))
