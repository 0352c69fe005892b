"""Which settings does watch have?"""

from __future__ import annotations

from pydantic import Field

from shared.settings import KafkaSettings, ProcessSettings


class Settings(KafkaSettings, ProcessSettings):
    """Kafka alone; the page is served on an address of its own."""

    watch_host: str = "127.0.0.1"
    watch_port: int = Field(8081, ge=0, le=65535)
    watch_records_per_partition: int = Field(
        20_000, ge=1, description="how far back the figures go when watch starts"
    )
    watch_tickets: int = Field(20_000, ge=1, description="tickets kept in memory")
    watch_lookup_seconds: float = Field(
        20.0, gt=0, description="how long an older ticket is looked for on the topics"
    )
    watch_lag_seconds: float = Field(5.0, gt=0, description="how often lag is measured")
