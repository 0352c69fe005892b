"""Which brokers do tests of commands and watch run against? The real and the embedded one."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from aiokafka import AIOKafkaProducer

from shared.kafka import make_producer
from shared.settings import KafkaSettings


@pytest.fixture(
    params=[
        pytest.param("real", marks=pytest.mark.real),
        pytest.param("embedded", marks=pytest.mark.embedded),
    ]
)
def either_settings(request: pytest.FixtureRequest) -> KafkaSettings:
    """Settings for one broker, then for the other, with all topics there."""
    name = "kafka_settings" if request.param == "real" else "embedded_settings"
    found: KafkaSettings = request.getfixturevalue(name)
    return found


@pytest.fixture
async def either_producer(either_settings: KafkaSettings) -> AsyncIterator[AIOKafkaProducer]:
    """A producer for that broker."""
    made = make_producer(either_settings, "test")
    await made.start()
    yield made
    await made.stop()
