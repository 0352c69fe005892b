"""Where is the pipeline that is put under load, and how does one speak to it from outside?"""

from __future__ import annotations

import json
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

REPORTED = "support.ticket.reported.v1"
LICENCE = "support.licence.recorded.v1"
HEARTBEAT = "support.licence-feed.advanced.v1"
CORRECTED = "support.decision.corrected.v1"

Headers = list[tuple[str, bytes]]


@dataclass(frozen=True, slots=True)
class Target:
    """The addresses and keys that `triage up --json` prints, and the namespace."""

    kafka: str
    intake: str
    api_key: str
    database: str
    namespace: str = "support"

    def topic(self, name: str) -> str:
        return f"{self.namespace}.{name}.v1"


def cloud_event(type_: str, source: str, id_: str | None = None) -> Headers:
    """The headers of a CloudEvent in binary mode, as an upstream system writes them."""
    attributes = {
        "ce_specversion": "1.0",
        "ce_id": id_ or uuid.uuid4().hex,
        "ce_source": source,
        "ce_type": type_,
        "ce_time": datetime.now(UTC).isoformat(),
        "content-type": "application/json",
    }
    return [(name, value.encode()) for name, value in attributes.items()]


def as_json(data: Mapping[str, object]) -> bytes:
    return json.dumps(data).encode()
