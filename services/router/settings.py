"""Which settings does the router have?"""

from __future__ import annotations

from pathlib import Path

from pydantic import Field

from shared.settings import Fragment, KafkaSettings, PostgresSettings, ProcessSettings

HERE = Path(__file__).parent


class PolicySettings(Fragment):
    triage_policy_file: Path = Field(
        HERE / "policies" / "jetpack-crm-1.yaml", description="the support policy to carry out"
    )


class RouterSettings(KafkaSettings, PostgresSettings, ProcessSettings, PolicySettings):
    """Of the ordinary process; the fast lane has Kafka alone."""


class FastLaneSettings(KafkaSettings, ProcessSettings, PolicySettings):
    """Of the fast lane: Kafka, and nothing else that could be away.

    Of the policy it takes the receipt for a reporter, and does without where it can't be read.
    """
