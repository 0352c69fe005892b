"""How did the run end? Waits until nothing is under way, reads everything, and checks."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from tests.chaos.checker import check
from tests.chaos.evidence import Evidence, Fact, Row, Submission
from tests.chaos.load import Load
from tests.chaos.poisons import planted
from tests.chaos.reader import read_ledger, read_licences, read_messages, settle
from tests.chaos.target import Target
from tests.chaos.verdict import Finding, Verdict

SETTLE_SECONDS = 60.0
"""What is promised: that long after the last fault nothing waits any more."""
PATIENCE_SECONDS = 300.0
"""How long we wait all the same, to tell what is late from what is lost."""
BUSY = 4
"""Runnable tasks per core from which on a machine says nothing about times."""


@dataclass(frozen=True, slots=True)
class Ended:
    """The verdict, the evidence behind it, and how long it took until nothing was under way.

    `settle_seconds` count from the end of the last fault, where there was one; `answered_seconds`
    of them passed until every sender had been answered.
    """

    verdict: Verdict
    evidence: Evidence
    settle_seconds: float
    answered_seconds: float = 0.0
    busy: bool = False
    """The machine had so much other work that times are told and not judged."""


async def verify(
    target: Target, load: Load, earlier: Sequence[Row] = (), since: float | None = None
) -> Ended:
    """Wait until nothing is under way, then hold everything against the promises.

    `since`: the end of the last fault on the monotonic clock; now, where there was none.
    """
    began = time.monotonic() if since is None else since
    everything_answered = await load.answered(PATIENCE_SECONDS)
    answered_after = time.monotonic() - began
    _, lag = await settle(target.kafka, target.namespace, PATIENCE_SECONDS)
    took = time.monotonic() - began
    evidence = await gather(target, list(load.submissions.values()), load.feed.facts, lag, earlier)
    verdict = check(evidence)
    busy = os.getloadavg()[0] / (os.cpu_count() or 1) > BUSY
    late = () if busy else tuple(settles_in_time(took))
    findings = (*verdict.findings, *late, *intake_answers(load, everything_answered))
    return Ended(replace(verdict, findings=findings), evidence, took, answered_after, busy)


async def gather(
    target: Target,
    submissions: Sequence[Submission],
    facts: Sequence[Fact],
    lag: Mapping[str, int],
    earlier: Sequence[Row] = (),
) -> Evidence:
    """Everything that stands on topics and in tables now, beside what was sent."""
    messages = await read_messages(target.kafka, target.namespace)
    return Evidence(
        submissions=submissions,
        poison=planted(messages),
        facts=facts,
        messages=messages,
        ledger=await read_ledger(target.database),
        earlier=earlier,
        licences=await read_licences(target.database),
        lag=lag,
    )


def settles_in_time(seconds: float) -> Iterator[Finding]:
    """Nothing waits a minute after the last fault, on a machine that has nothing else to do."""
    if seconds > SETTLE_SECONDS:
        yield Finding("settles_in_time", f"after {seconds:.0f} s, promised {SETTLE_SECONDS:.0f}")


def intake_answers(load: Load, everything_answered: bool) -> Iterator[Finding]:
    """Whoever comes again gets a 202 in the end, and nobody is refused."""
    if not everything_answered:
        yield Finding("intake_answers", f"not in {PATIENCE_SECONDS:.0f} s: {dict(load.answers)}")
    for status, count in load.refused.items():
        yield Finding("intake_answers", f"{count} submissions were answered with {status}")
