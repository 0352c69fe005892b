"""What if the router is away while 100,000 tickets arrive? They wait, reports do not.

Some thousands come by the whole way; then each of them is copied, for the model would need longer
for all of them than the router.
"""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Iterator
from itertools import cycle
from pathlib import Path

from tests.chaos.checker import check
from tests.chaos.evidence import Submission
from tests.chaos.kills import until_ready
from tests.chaos.limits.bulk import Record, write
from tests.chaos.limits.copies import ENTITLED, copies, ordinary_before_router
from tests.chaos.limits.ground import Answer, a_pipeline, size_rows, sizes, until_read
from tests.chaos.pipeline import Pipeline
from tests.chaos.reader import read_lag, read_messages
from tests.chaos.report import table
from tests.chaos.target import REPORTED, as_json, cloud_event
from tests.chaos.texts import REPORTS, ordinary_texts
from tests.chaos.verification import gather

NAME = "backlog"
TICKETS = 100_000
BY_THE_WHOLE_WAY = 2_000
TOLD = "on queues.security before the router came back"
ONE_REPORT_IN = 200
PATIENCE_SECONDS = 3600.0
BEFORE_THE_ROUTER = ("intake", "classifier", "classifier-security", "entitlements")


def tickets(count: int) -> Iterator[tuple[Submission, Record]]:
    """So many tickets as an upstream system writes them, a report among them now and then."""
    texts = cycle(ordinary_texts())
    for number in range(count):
        external_id = f"backlog-{number}"
        report = number % ONE_REPORT_IN == 0
        subject, body = REPORTS[number // ONE_REPORT_IN % len(REPORTS)]
        text = {"subject": subject, "body": body} if report else next(texts)
        value = as_json({**text, "external_id": external_id})
        headers = cloud_event(REPORTED, "upstream", external_id)
        yield Submission(external_id, report=report), (external_id, value, headers)


async def play(pipeline: Pipeline, count: int) -> Answer:
    target, router = pipeline.target, pipeline.processes["router"]
    fresh = sizes(pipeline.processes)
    await asyncio.to_thread(router.stop)
    sent = list(tickets(min(count, BY_THE_WHOLE_WAY)))
    await write(target, "inbound", (record for _, record in sent))
    await until_read(target, BEFORE_THE_ROUTER, PATIENCE_SECONDS)
    reports = {submission.external_id for submission, _ in sent if submission.report}
    early = await _on_security(pipeline)
    more = list(copies(await ordinary_before_router(target), count - len(sent)))
    await write(target, ENTITLED, (record for _, record in more))
    waiting = (await read_lag(target.kafka, target.namespace, ["router"]))["router"]
    began = time.monotonic()
    router.start()
    await until_ready(router)
    await until_read(target, ["router", "router-security"], PATIENCE_SECONDS)
    drained = time.monotonic() - began
    after = sizes(pipeline.processes)
    lag = await read_lag(target.kafka, target.namespace)
    submissions = [submission for submission, _ in (*sent, *more)]
    return Answer(
        f"{count:,} tickets behind a stopped router, then drained:",
        "python -m tests.chaos.limits backlog",
        [
            *table(
                ("figure", "value"),
                [
                    ("tickets before the router when it came back", f"{waiting:,}"),
                    ("drained by one router, from its start, after s", f"{drained:.0f}"),
                    ("tickets/s", f"{waiting / drained:.0f}"),
                    (
                        TOLD,
                        f"{len(early)}, with {len(reports & set(early))} of {len(reports)} reports",
                    ),
                ],
            ),
            "Resident memory, MB.",
            "",
            *table(("process", "at the start", "drained"), size_rows(fresh, after)),
        ],
        check(await gather(target, submissions, [], lag)),
    )


async def _on_security(pipeline: Pipeline) -> list[str]:
    """The `external_id` of each ticket that stands on the security queue now."""
    target = pipeline.target
    messages = await read_messages(target.kafka, target.namespace)
    records = [json.loads(m.value or b"{}") for m in messages if m.topic == "queues.security"]
    return sorted({str((record.get("ticket") or {}).get("external_id")) for record in records})


def answer(work: Path, count: int = TICKETS) -> Answer:
    with a_pipeline(work) as pipeline:
        return asyncio.run(play(pipeline, count))
