"""What did a storm show? As Markdown for people and as JSON for whoever compares runs."""

from __future__ import annotations

import json
import os
import platform
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from statistics import median

from tests.chaos.evidence import Evidence
from tests.chaos.names import ROUTED
from tests.chaos.storm import Hit, Outcome

REPORTS = Path(__file__).with_name("reports")
CALM = "no fault"
AFTER_SECONDS = 5.0
"""So long after its end a fault may still be felt."""


def write_report(outcome: Outcome, name: str) -> Path:
    """Both files; returns the path of the one for people."""
    REPORTS.mkdir(exist_ok=True)
    (REPORTS / f"{name}.json").write_text(json.dumps(as_data(outcome), indent=1) + "\n")
    path = REPORTS / f"{name}.md"
    path.write_text(as_markdown(outcome))
    return path


def as_data(outcome: Outcome) -> dict[str, object]:
    verdict = outcome.ended.verdict
    return {
        "seed": outcome.seed,
        "seconds": outcome.mix.seconds,
        "rate": outcome.mix.rate,
        "machine": machine(),
        "holds": verdict.holds,
        "broken": dict(verdict.broken()),
        "figures": dict(verdict.figures),
        "settle_seconds": round(outcome.ended.settle_seconds, 1),
        "answers": outcome.answers,
        "restarts": outcome.restarts,
        "faults": [
            {
                "fault": hit.fault,
                "at": round(hit.began - outcome.hits[0].began, 1),
                "seconds": round(hit.ended - hit.began, 1),
                "subject": hit.harm.subject,
                "did": hit.harm.did,
                "in_flight": hit.in_flight,
                "counts": hit.counts,
            }
            for hit in outcome.hits
        ],
        "security_lane_seconds": {
            name: {"reports": len(found), "median": median(found), "worst": max(found)}
            for name, found in lane_seconds(outcome.ended.evidence, outcome.hits).items()
        },
    }


def machine() -> dict[str, object]:
    return {
        "cores": os.cpu_count(),
        "load": round(os.getloadavg()[2], 1),
        "system": platform.system(),
        "python": platform.python_version(),
    }


def lane_seconds(evidence: Evidence, hits: Sequence[Hit]) -> Mapping[str, list[float]]:
    """From the 202 of a report to its record on the security queue, by the fault it met."""
    arrived: dict[str, float] = {}
    for message in evidence.messages:
        if message.topic == "queues.security" and message.headers.get("ce_type") == ROUTED:
            ticket = json.loads(message.value or b"{}").get("ticket") or {}
            external_id = str(ticket.get("external_id"))
            arrived[external_id] = min(message.at, arrived.get(external_id, message.at))
    found: dict[str, list[float]] = defaultdict(list)
    for submission in evidence.submissions:
        at = submission.accepted_at
        if submission.report and at is not None and submission.external_id in arrived:
            took = max(0.0, arrived[submission.external_id] - at)
            found[_fault_at(at, hits)].append(round(took, 3))
    return dict(sorted(found.items()))


def _fault_at(moment: float, hits: Iterable[Hit]) -> str:
    for hit in hits:
        if hit.began <= moment <= hit.ended + AFTER_SECONDS:
            return hit.fault
    return CALM


def as_markdown(outcome: Outcome) -> str:
    verdict = outcome.ended.verdict
    counted = [hit for hit in outcome.hits if hit.counts]
    lines = [
        f"# Storm with seed {outcome.seed}: {'held' if verdict.holds else 'BROKEN'}",
        "",
        f"- {outcome.mix.seconds:.0f} s at {outcome.mix.rate:.0f} tickets/s",
        f"- {len(counted)} faults met work under way, {len(outcome.hits) - len(counted)} did not",
        f"- settled {outcome.ended.settle_seconds:.1f} s after the last fault",
        "",
        "```",
        verdict.words(),
        "```",
        "",
        *_table(("figure", "value"), verdict.figures.items()),
        *_table(("fault", "times"), sorted(Counter(hit.fault for hit in counted).items())),
        "From the 202 of a report to its record on the security queue; 0: people had it before.",
        "",
        *_table(
            ("report accepted during", "reports", "median s to the queue", "worst s"),
            (
                (name, len(found), f"{median(found):.3f}", f"{max(found):.3f}")
                for name, found in lane_seconds(outcome.ended.evidence, outcome.hits).items()
            ),
        ),
        *_table(
            ("at s", "took s", "fault", "whom", "what it did", "in flight", "counts"),
            (
                (
                    f"{hit.began - outcome.hits[0].began:.1f}",
                    f"{hit.ended - hit.began:.1f}",
                    hit.fault,
                    hit.harm.subject,
                    hit.harm.did,
                    ", ".join(f"{name} {count}" for name, count in hit.in_flight.items()),
                    "yes" if hit.counts else "no",
                )
                for hit in outcome.hits
            ),
        ),
        *_table(("started again", "times"), outcome.restarts.items()),
        *_table(("answers to the load", "times"), outcome.answers.items()),
        *_table(("machine", ""), machine().items()),
    ]
    return "\n".join(lines)


def _table(head: Sequence[str], rows: Iterable[Sequence[object]]) -> list[str]:
    cells = [head, ["---"] * len(head), *rows]
    return [*("| " + " | ".join(map(str, row)) + " |" for row in cells), ""]
