"""What must intake be told from outside?"""

from __future__ import annotations

from pathlib import Path

from pydantic import Field

from services.intake.acceptance import Keys
from shared.settings import Fragment, KafkaSettings, ProcessSettings

SHORTEST_KEY = 16


class IntakeSettings(Fragment):
    """Keys and sources, for both roles."""

    triage_sources_file: Path = Field(description="YAML: who may send")
    triage_fingerprint_key_file: Path = Field(description="file with a random secret")
    triage_redaction_key_file: Path = Field(description="file with a random secret")

    def keys(self) -> Keys:
        """The keys from their files; raises ValueError naming setting and file."""
        return Keys(
            fingerprint=_key("TRIAGE_FINGERPRINT_KEY_FILE", self.triage_fingerprint_key_file),
            redaction=_key("TRIAGE_REDACTION_KEY_FILE", self.triage_redaction_key_file),
        )


class HttpSettings(Fragment):
    """Where HTTP listens, and how long a request may take."""

    intake_host: str = "127.0.0.1"
    intake_port: int = Field(8080, ge=0, le=65535)
    intake_ack_seconds: float = Field(
        5.0, gt=0, description="how long Kafka may take to acknowledge before a 503"
    )
    intake_head_seconds: float = Field(10.0, gt=0, description="how long a head may take to arrive")
    intake_body_seconds: float = Field(10.0, gt=0, description="how long a body may take to arrive")
    intake_connections: int = Field(
        1000, ge=1, description="how many may wait for their peer; past it the longest give way"
    )


class Settings(IntakeSettings, HttpSettings, KafkaSettings, ProcessSettings):
    """All of intake's settings."""


def _key(setting: str, path: Path) -> bytes:
    try:
        key = path.read_bytes().strip()
    except OSError as error:
        raise ValueError(f"{setting}: cannot read {path}: {error.strerror}") from None
    if len(key) < SHORTEST_KEY:
        raise ValueError(f"{setting}: {path} holds less than {SHORTEST_KEY} bytes")
    return key
