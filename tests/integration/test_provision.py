import asyncio

import pytest

from deploy.local.server import Server
from deploy.provision import apply_migrations
from deploy.topics import apply_topics, check_topics
from shared.settings import KafkaSettings

pytestmark = pytest.mark.real


@pytest.fixture
def settings(kafka: Server, namespace: str) -> KafkaSettings:
    return KafkaSettings(
        kafka_bootstrap_servers=kafka.address, triage_namespace=namespace, triage_partitions=3
    )


async def test_missing_topics_are_created_once(settings: KafkaSettings) -> None:
    first = await apply_topics(settings)
    again = await apply_topics(settings)

    assert f"{settings.triage_namespace}.tickets.submitted.v1" in first.created
    assert first.drift == []
    assert again.created == []
    assert again.drift == []


async def test_two_runs_at_once_make_each_topic_once(settings: KafkaSettings) -> None:
    one, other = await asyncio.gather(apply_topics(settings), apply_topics(settings))

    assert len(set(one.created) | set(other.created)) == len(one.created) + len(other.created)
    assert one.drift == other.drift == []


async def test_tables_are_made_once(database_url: str) -> None:
    await apply_migrations(database_url)

    assert await apply_migrations(database_url) == []


async def test_a_check_of_an_empty_broker_names_every_topic_and_makes_none(
    settings: KafkaSettings,
) -> None:
    report = await check_topics(settings)
    again = await check_topics(settings)

    assert f"{settings.triage_namespace}.queues.security.v1: missing" in report.drift
    assert again.drift == report.drift
