"""What do intake's tests share? A desk with fixed keys and clock, sources, and a fake Kafka."""

from __future__ import annotations

import hashlib
import itertools
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import pytest
import yaml

from services.intake.acceptance import Keys
from services.intake.handlers import Desk
from services.intake.sources import Sources, read_sources
from shared.envelope import Outgoing

NOON = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
KEYS = Keys(fingerprint=b"f" * 32, redaction=b"r" * 32)
WEBHOOK_SECRET = "whsec_" + "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"


def digest(key: str) -> str:
    return hashlib.sha256(key.encode()).hexdigest()


class FakeKafka:
    """Two publishers that note what they wrote, in one list, in order."""

    def __init__(self) -> None:
        self.written: list[tuple[str, Outgoing]] = []
        self.fails: BaseException | None = None

    def publisher(self, name: str) -> FakePublisher:
        return FakePublisher(self, name)

    def topics(self) -> list[str]:
        return [record.topic for _, record in self.written]


class FakePublisher:
    def __init__(self, kafka: FakeKafka, name: str) -> None:
        self.kafka = kafka
        self.name = name

    async def publish(self, records: Sequence[Outgoing]) -> int:
        if self.kafka.fails is not None:
            raise self.kafka.fails
        self.kafka.written += [(self.name, record) for record in records]
        return len(records)


@pytest.fixture
def desk() -> Desk:
    numbers = itertools.count(1)
    return Desk(KEYS, "support", now=lambda: NOON, random_key=lambda: f"random-{next(numbers)}")


@pytest.fixture
def kafka() -> FakeKafka:
    return FakeKafka()


@pytest.fixture
def sources(tmp_path: Path) -> Sources:
    (tmp_path / "shop.secret").write_text(WEBHOOK_SECRET)
    file = tmp_path / "sources.yaml"
    file.write_text(
        yaml.safe_dump(
            {
                "sources": {
                    "help-desk": {
                        "api_key_sha256": [digest("desk-key"), digest("desk-key-next")],
                        "trusted": ["sent_at", "email", "account_id"],
                    },
                    "web-form": {
                        "api_key_sha256": [digest("form-key")],
                        "bytes_per_second": 1,
                        "burst_bytes": 1000,
                    },
                    "shop": {"webhook_secret_files": ["shop.secret"]},
                    "prober": {"api_key_sha256": [digest("prober-key")], "canary": True},
                },
                "inbound": {"/billing": {"trusted": ["account_id"]}},
            }
        )
    )
    return read_sources(file)
