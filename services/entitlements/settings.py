"""How is entitlements set up? Its settings from the environment."""

from __future__ import annotations

from datetime import timedelta

from pydantic import Field, field_validator

from shared.settings import Fragment, KafkaSettings, PostgresSettings, ProcessSettings


class FeedSettings(Fragment):
    """Which feeds count, and how far behind they may be.

    `triage_feed_sources`: the ce_source of every system whose heartbeats must be heard.
    """

    triage_feed_sources: str = Field("billing", description="comma separated ce_source names")
    triage_feed_tolerance_seconds: float = Field(
        900, ge=0, le=86_400, description="how far a feed may be behind before no is unverified"
    )

    @field_validator("triage_feed_sources")
    @classmethod
    def _names_a_source(cls, value: str) -> str:
        if not any(name.strip() for name in value.split(",")):
            raise ValueError("name at least one source, for example: billing")
        return value

    @property
    def feed_sources(self) -> tuple[str, ...]:
        names = (name.strip() for name in self.triage_feed_sources.split(","))
        return tuple(dict.fromkeys(name for name in names if name))

    @property
    def feed_tolerance(self) -> timedelta:
        return timedelta(seconds=self.triage_feed_tolerance_seconds)


class Settings(KafkaSettings, PostgresSettings, ProcessSettings, FeedSettings):
    """All that the process needs."""
