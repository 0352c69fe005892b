"""What does our engine cost by itself? The real engine and frame around three added fields.

`python -m tests.bench.ours.pass_through`, with settings by environment like any service.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any, cast

import orjson

from shared.engine import Outcome, Work
from shared.envelope import Event, Outgoing, Record, unwrap
from shared.process import run
from shared.settings import KafkaSettings, ProcessSettings
from shared.topics import CLASSIFIED, SUBMITTED, Reader

Parsed = Event[Any]


def read(record: Record) -> Parsed:
    """A CloudEvent whose JSON is parsed and not held against a contract."""
    raw = unwrap(record)
    return Event(
        id=raw.attributes["id"],
        source=raw.attributes["source"],
        type=raw.attributes["type"],
        subject=raw.attributes.get("subject"),
        data=orjson.loads(raw.data),
        record=record,
    )


def pass_through(namespace: str) -> Work[Parsed]:
    target = CLASSIFIED.address(namespace)

    def pass_on(event: Parsed) -> Outcome:
        data = event.data
        data["scope"] = "installation_setup"
        data["confidence"] = 0.93
        data["classified_at"] = "2026-01-01T00:00:00Z"
        record = event.record
        headers = cast("tuple[tuple[str, bytes], ...]", tuple(record.headers))
        written = Outgoing(target, record.key, orjson.dumps(data), headers, event.id)
        return Outcome(outgoing=(written,))

    async def decide(events: Sequence[Parsed]) -> Sequence[Outcome]:
        return [pass_on(event) for event in events]

    return Work(Reader.CLASSIFIER, SUBMITTED, read, decide)


def main() -> None:
    kafka = KafkaSettings()

    @asynccontextmanager
    async def works() -> AsyncIterator[Sequence[Work[Parsed]]]:
        yield [pass_through(kafka.triage_namespace)]

    run("pass-through", kafka, ProcessSettings(), works)


if __name__ == "__main__":
    main()
