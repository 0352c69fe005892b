"""What if entitlements has to read a year of licence facts from the start?"""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from deploy.local.stack import PARTS
from tests.chaos.checker import check
from tests.chaos.evidence import Fact
from tests.chaos.kills import until_ready
from tests.chaos.limits.bulk import Record, write
from tests.chaos.limits.ground import Answer, a_pipeline, size_rows, sizes, until_read
from tests.chaos.memory import MemoryMeter, in_mb
from tests.chaos.pipeline import Pipeline
from tests.chaos.reader import read_lag
from tests.chaos.report import table
from tests.chaos.target import HEARTBEAT, LICENCE, as_json, cloud_event
from tests.chaos.texts import sample_facts
from tests.chaos.verification import gather

NAME = "facts"
LICENCES = 20_000
VERSIONS = 10
BILLING = "billing"
ENTITLEMENTS, READER = "entitlements", "entitlements-licences"
PATIENCE_SECONDS = 1800.0


def a_year(licences: int, now: datetime) -> Iterator[Mapping[str, Any]]:
    """Every version of every licence, spread over the year, licences interleaved."""
    shapes = sample_facts(now)
    for version in range(1, VERSIONS + 1):
        for number in range(licences):
            shape = shapes[number % len(shapes)]
            at = now - timedelta(days=365 * (1 - version / (VERSIONS + 1)))
            yield {
                **shape,
                "licence_id": f"YEAR-{number}",
                "version": version,
                "effective_at": at.isoformat(),
                "holder": {"account_id": f"year-{number}", "emails": [f"kim{number}@year.example"]},
            }


def records_of(facts: list[Mapping[str, Any]]) -> Iterator[Record]:
    for fact in facts:
        yield fact["licence_id"], as_json(fact), cloud_event(LICENCE, BILLING)
    until = {"complete_until": datetime.now(UTC).isoformat()}
    yield BILLING, as_json(until), cloud_event(HEARTBEAT, BILLING)


async def play(pipeline: Pipeline, licences: int) -> Answer:
    target, process = pipeline.target, pipeline.processes[ENTITLEMENTS]
    fresh = sizes({ENTITLEMENTS: process})
    await asyncio.to_thread(process.stop)
    facts = list(a_year(licences, datetime.now(UTC)))
    await write(target, "licences", records_of(facts))
    process.start()
    began = time.monotonic()
    meter = MemoryMeter({ENTITLEMENTS: process})
    watching = asyncio.create_task(meter.run())
    await until_ready(process)
    await until_read(target, [READER], PATIENCE_SECONDS)
    took = time.monotonic() - began
    after = sizes({ENTITLEMENTS: process})
    watching.cancel()
    sent = [
        Fact(fact["licence_id"], fact["version"], json.dumps(fact, sort_keys=True))
        for fact in facts
    ]
    lag = await read_lag(target.kafka, target.namespace)
    most = meter.longest()[ENTITLEMENTS].most
    return Answer(
        f"{len(facts):,} licence facts read from the start:",
        "python -m tests.chaos.limits facts",
        [
            *table(
                ("figure", "value"),
                [
                    ("licences, versions of each", f"{licences:,}, {VERSIONS}"),
                    ("stored after s, from the start of the process", f"{took:.0f}"),
                    ("facts/s", f"{len(facts) / took:.0f}"),
                    ("most resident memory while reading, MB", in_mb(most)),
                ],
            ),
            "Resident memory, MB.",
            "",
            *table(("process", "at the start", "after"), size_rows(fresh, after)),
        ],
        check(await gather(target, [], sent, lag)),
    )


def answer(work: Path, licences: int = LICENCES) -> Answer:
    with a_pipeline(work, parts=[part for part in PARTS if part.name == ENTITLEMENTS]) as pipeline:
        return asyncio.run(play(pipeline, licences))
