"""How long does a report take to people, before, during and after each fault?

Counted from the moment when the request was sent that got the 202, to the moment when Kafka had
the record on `queues.security`, by Kafka's own clock (see `stamped.py`): intake flags a report before it answers, so counted from the 202 most would have arrived before it.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from statistics import median

from tests.chaos.evidence import Evidence
from tests.chaos.names import ROUTED
from tests.chaos.verdict import Finding

WINDOW_SECONDS = 5.0
"""What counts as just before a fault, and just after it."""
UNFELT_SECONDS = 1.0
"""A lane that waited for a database would take, in the median, half of its absence: 2 s or more."""
LEAST = 5


class Phase(StrEnum):
    BEFORE = "before"
    DURING = "during"
    AFTER = "after"


@dataclass(frozen=True, slots=True)
class Passage:
    """One report on its way to people; times in seconds since 1970."""

    sent_at: float
    arrived_at: float

    @property
    def seconds(self) -> float:
        """0: an attempt that was not answered with 202 had brought it there already."""
        return max(0.0, self.arrived_at - self.sent_at)


@dataclass(frozen=True, slots=True)
class Span:
    """When a fault was, in seconds since 1970."""

    fault: str
    began: float
    ended: float

    def phase_of(self, moment: float) -> Phase | None:
        if self.began <= moment <= self.ended:
            return Phase.DURING
        if self.began - WINDOW_SECONDS <= moment < self.began:
            return Phase.BEFORE
        if self.ended < moment <= self.ended + WINDOW_SECONDS:
            return Phase.AFTER
        return None


Seconds = Mapping[str, Mapping[Phase, list[float]]]
"""What reports took, by fault and phase."""


def passages(evidence: Evidence) -> list[Passage]:
    """Every report that got its 202 over HTTP and came to the security queue."""
    arrived: dict[str, float] = {}
    for message in evidence.messages:
        if message.topic == "queues.security" and message.headers.get("ce_type") == ROUTED:
            ticket = json.loads(message.value or b"{}").get("ticket") or {}
            external_id = str(ticket.get("external_id"))
            arrived[external_id] = min(message.at, arrived.get(external_id, message.at))
    return [
        Passage(submission.sent_at, arrived[submission.external_id])
        for submission in evidence.submissions
        if submission.report
        and submission.sent_at is not None
        and submission.external_id in arrived
    ]


def seconds_by_fault(found: Sequence[Passage], spans: Sequence[Span]) -> Seconds:
    """What reports took around each kind of fault."""
    around: dict[str, dict[Phase, list[float]]] = defaultdict(lambda: defaultdict(list))
    for span in spans:
        for passage in found:
            if phase := span.phase_of(passage.sent_at):
                around[span.fault][phase].append(passage.seconds)
    return {fault: dict(phases) for fault, phases in sorted(around.items())}


def in_calm(found: Sequence[Passage], spans: Sequence[Span]) -> list[float]:
    """What reports took that met no fault and no aftermath."""
    return [
        passage.seconds
        for passage in found
        if all(span.phase_of(passage.sent_at) in {None, Phase.BEFORE} for span in spans)
    ]


def pooled(seconds: Seconds, faults: frozenset[str]) -> Mapping[Phase, list[float]]:
    """What reports took around all faults of a family."""
    return {
        phase: [took for fault in faults for took in seconds.get(fault, {}).get(phase, [])]
        for phase in Phase
    }


def not_felt(seconds: Seconds, faults: frozenset[str]) -> Iterator[Finding]:
    """Faults of this family must not show in the security lane: beside how long reports took just
    before them, for a machine with other work is slow by itself."""
    found = pooled(seconds, faults)
    if min(len(found[Phase.BEFORE]), len(found[Phase.DURING])) < LEAST:
        return
    before, during = median(found[Phase.BEFORE]), median(found[Phase.DURING])
    if during > before + UNFELT_SECONDS:
        yield Finding(
            "security_lane_is_apart",
            f"reports took {before:.1f} s in the median before, {during:.1f} s during"
            f" {', '.join(sorted(faults & seconds.keys()))}",
        )
