"""How did the run end? Waits until nothing is under way, reads everything, and checks."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from tests.chaos.checker import Finding, Verdict, check
from tests.chaos.evidence import Evidence, Row
from tests.chaos.load import Load
from tests.chaos.poisons import planted
from tests.chaos.reader import read_ledger, read_licences, read_messages, settle
from tests.chaos.target import Target

SETTLE_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class Ended:
    """The verdict, the evidence behind it, and how long it took until nothing was under way."""

    verdict: Verdict
    evidence: Evidence
    settle_seconds: float


async def verify(target: Target, load: Load, earlier: Sequence[Row] = ()) -> Ended:
    """Settle within the minute that is promised, then hold everything against the promises."""
    everything_answered = await load.answered(SETTLE_SECONDS)
    took, lag = await settle(target.kafka, target.namespace, SETTLE_SECONDS)
    messages = await read_messages(target.kafka, target.namespace)
    evidence = Evidence(
        submissions=list(load.submissions.values()),
        poison=planted(messages),
        facts=load.facts,
        messages=messages,
        ledger=await read_ledger(target.database),
        earlier=earlier,
        licences=await read_licences(target.database),
        lag=lag,
    )
    verdict = check(evidence)
    findings = (*verdict.findings, *intake_answers(load, everything_answered))
    return Ended(replace(verdict, findings=findings), evidence, took)


def intake_answers(load: Load, everything_answered: bool) -> Iterator[Finding]:
    """Whoever comes again gets a 202 in the end, and nobody is refused."""
    if not everything_answered:
        yield Finding("intake_answers", f"not in {SETTLE_SECONDS:.0f} s: {dict(load.answers)}")
    for status, count in load.refused.items():
        yield Finding("intake_answers", f"{count} submissions were answered with {status}")
