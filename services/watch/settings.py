"""Which settings does watch have?"""

from __future__ import annotations

from pathlib import Path
from typing import Self

from pydantic import Field, field_validator, model_validator

from shared.settings import KafkaSettings, ProcessSettings


class Settings(KafkaSettings, ProcessSettings):
    """Kafka alone; the page is served on an address of its own. What writes or calls is off."""

    watch_host: str = "127.0.0.1"
    watch_port: int = Field(8081, ge=0, le=65535)
    watch_records_per_partition: int = Field(
        20_000, ge=1, description="how far back the figures go when watch starts"
    )
    watch_tickets: int = Field(8_000, ge=1, description="tickets kept in memory")
    watch_lookup_seconds: float = Field(
        20.0, gt=0, description="how long an older ticket is looked for on the topics"
    )
    watch_lag_seconds: float = Field(5.0, gt=0, description="how often lag is measured")
    watch_show_text: bool = Field(
        default=False, description="whether the page may show a ticket's text when asked"
    )
    watch_replay_token_file: Path | None = Field(
        None, description="who has this token may put dead letters back from the page"
    )
    watch_escalate_url: str | None = Field(
        None, pattern=r"^https?://", description="called for a report that nobody takes"
    )
    watch_escalate_seconds: float = Field(
        900.0, ge=1, description="how long a report may wait untaken, each time anew"
    )
    watch_escalate_secret_file: Path | None = Field(
        None, description="whsec_ and base64: signs the calls after Standard Webhooks"
    )
    watch_canary_seconds: float = Field(
        0.0, ge=0, description="a canary report so often, 0 for none"
    )
    watch_canary_url: str | None = Field(
        None, pattern=r"^https?://", description="intake, where canaries are handed in"
    )
    watch_canary_key_file: Path | None = Field(
        None, description="the API key of a source with `canary: true`"
    )

    @field_validator(
        "watch_replay_token_file",
        "watch_escalate_url",
        "watch_escalate_secret_file",
        "watch_canary_url",
        "watch_canary_key_file",
        mode="before",
    )
    @classmethod
    def _empty_is_unset(cls, value: object) -> object:
        """Compose can't leave a setting out, only empty."""
        return None if value == "" else value

    @model_validator(mode="after")
    def _whole(self) -> Self:
        if self.watch_escalate_url and self.watch_escalate_secret_file is None:
            raise ValueError("WATCH_ESCALATE_URL needs WATCH_ESCALATE_SECRET_FILE to sign with")
        if self.watch_canary_seconds and not (self.watch_canary_url and self.watch_canary_key_file):
            raise ValueError(
                "WATCH_CANARY_SECONDS needs WATCH_CANARY_URL and WATCH_CANARY_KEY_FILE"
            )
        return self


def secret(path: Path) -> str:
    """What a secret file holds; raises ValueError naming the file where it holds nothing."""
    try:
        text = path.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        why = error.strerror if isinstance(error, OSError) else "it is not text"
        raise ValueError(f"cannot read {path}: {why}") from None
    if not text:
        raise ValueError(f"{path} is empty")
    return text
