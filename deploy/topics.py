"""Do the topics stand on the broker as the registry says? Missing ones are created.

Safe to run again and by several at once. What is there but different is reported, never changed:
partitions decide in which order records are read, retention how long an outage can be waited out.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass

from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType
from aiokafka.errors import KafkaConnectionError, TopicAlreadyExistsError, for_code

from shared.failures import Refused
from shared.kafka import make_admin, why_refused
from shared.settings import KafkaSettings
from shared.topics import TopicSpec, specifications

LISTED_SECONDS = 10.0
MOST_COPIES = 3
"""Where there are as many brokers, one may be lost without a record or a pause."""


@dataclass(frozen=True, slots=True)
class TopicReport:
    """What was created, and what stands otherwise than it should, in words."""

    created: list[str]
    drift: list[str]


@dataclass(frozen=True, slots=True)
class Standing:
    """A topic as it stands on the broker; `config` is None where the broker can't tell."""

    partitions: int
    config: Mapping[str, str] | None


async def apply_topics(settings: KafkaSettings) -> TopicReport:
    """Create the topics that are missing; report the drift of the others."""
    wanted = _specifications(settings)
    async with _admin(settings) as admin:
        listed = await admin.list_topics()
        missing = [spec for spec in wanted if spec.address not in listed]
        create = _touch if await _is_embedded(admin) else _create
        created = await create(admin, missing) if missing else []
        await _seen(admin, {spec.address for spec in wanted})
        return TopicReport(created, find_drift(wanted, await _standing(admin, wanted)))


async def check_topics(settings: KafkaSettings) -> TopicReport:
    """Report missing topics and drift; change nothing."""
    wanted = _specifications(settings)
    async with _admin(settings) as admin:
        return TopicReport([], find_drift(wanted, await _standing(admin, wanted)))


def explain(error: Exception) -> str:
    """Why Kafka did not do what it was asked, in words."""
    if isinstance(error, KafkaConnectionError):
        return "nothing answers there"
    return str(error) or type(error).__name__


def find_drift(wanted: Sequence[TopicSpec], standing: Mapping[str, Standing]) -> list[str]:
    """Each difference between what should be and what is, as a sentence."""
    drift = []
    for spec in wanted:
        topic = standing.get(spec.address)
        if topic is None:
            drift.append(f"{spec.address}: missing")
            continue
        if topic.config is None:
            continue
        if topic.partitions != spec.partitions:
            drift.append(
                f"{spec.address}: {topic.partitions} partitions instead of {spec.partitions}"
            )
        drift += [
            f"{spec.address}: {key} is {topic.config.get(key)} instead of {value}"
            for key, value in spec.config.items()
            if topic.config.get(key) != value
        ]
    return drift


def _specifications(settings: KafkaSettings) -> list[TopicSpec]:
    return specifications(settings.triage_namespace, settings.triage_partitions)


@asynccontextmanager
async def _admin(settings: KafkaSettings) -> AsyncIterator[AIOKafkaAdminClient]:
    admin = make_admin(settings)
    try:
        try:
            await admin.start()
        except KafkaConnectionError as error:
            if why := await why_refused(admin):
                raise Refused(why) from error
            raise
        yield admin
    finally:
        await admin.close()


async def _is_embedded(admin: AIOKafkaAdminClient) -> bool:
    """Whether this is librdkafka's broker, which knows no CreateTopics and no settings."""
    cluster = await admin.describe_cluster()
    return str(cluster["cluster_id"]).startswith("mockCluster")


async def _create(admin: AIOKafkaAdminClient, missing: Sequence[TopicSpec]) -> list[str]:
    """Create topics; one that somebody else creates at the same moment is as good."""
    brokers = (await admin.describe_cluster())["brokers"]
    copies = min(MOST_COPIES, len(brokers))
    safety = {"min.insync.replicas": str(max(1, copies - 1))}
    answer = await admin.create_topics(
        [
            NewTopic(spec.address, spec.partitions, copies, topic_configs=spec.config | safety)
            for spec in missing
        ]
    )
    created = []
    for address, code, *_ in answer.topic_errors:
        error = for_code(code)
        if code == 0:
            created.append(address)
        elif error is not TopicAlreadyExistsError:
            raise error(f"cannot create the topic {address}")
    return created


async def _touch(admin: AIOKafkaAdminClient, missing: Sequence[TopicSpec]) -> list[str]:
    """Have the embedded broker make topics, as it does for whoever asks about them."""
    await admin.describe_topics([spec.address for spec in missing])
    return [spec.address for spec in missing]


async def _seen(admin: AIOKafkaAdminClient, addresses: set[str]) -> None:
    """Wait until the topics are listed: creation reaches a broker's metadata a little later."""
    deadline = time.monotonic() + LISTED_SECONDS
    while time.monotonic() < deadline:
        if addresses <= set(await admin.list_topics()):
            return
        await asyncio.sleep(0.1)


async def _standing(admin: AIOKafkaAdminClient, wanted: Sequence[TopicSpec]) -> dict[str, Standing]:
    """The wanted topics that exist, as they stand."""
    listed = set(await admin.list_topics())
    present = [spec for spec in wanted if spec.address in listed]
    if not present:
        return {}
    described = await admin.describe_topics([spec.address for spec in present])
    configs = {} if await _is_embedded(admin) else await _configs(admin, present)
    return {
        topic["topic"]: Standing(len(topic["partitions"]), configs.get(topic["topic"]))
        for topic in described
    }


async def _configs(
    admin: AIOKafkaAdminClient, specs: Sequence[TopicSpec]
) -> dict[str, dict[str, str]]:
    resources = [
        ConfigResource(ConfigResourceType.TOPIC, spec.address, dict.fromkeys(spec.config))
        for spec in specs
    ]
    answers = await admin.describe_configs(resources)
    return {
        name: {entry[0]: entry[1] for entry in entries}
        for answer in answers
        for _code, _message, _kind, name, entries in answer.resources
    }
