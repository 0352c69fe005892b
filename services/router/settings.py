"""Which settings does the router have?"""

from __future__ import annotations

from pathlib import Path

from pydantic import Field

from shared.settings import KafkaSettings, PostgresSettings, ProcessSettings

HERE = Path(__file__).parent


class RouterSettings(KafkaSettings, PostgresSettings, ProcessSettings):
    """Of the ordinary process; the fast lane has Kafka alone."""

    triage_policy_file: Path = Field(
        HERE / "policies" / "jetpack-crm-1.yaml", description="the support policy to carry out"
    )


class FastLaneSettings(KafkaSettings, ProcessSettings):
    """Of the fast lane: Kafka, and nothing else that could be away."""
