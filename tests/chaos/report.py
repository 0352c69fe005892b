"""What did a storm show? As Markdown for people and as JSON for whoever compares runs."""

from __future__ import annotations

import json
import os
import platform
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from statistics import median

from tests.chaos.faults import KAFKA_FAULTS, POSTGRES_FAULTS
from tests.chaos.lane import Phase, in_calm, passages, pooled, seconds_by_fault
from tests.chaos.memory import in_mb
from tests.chaos.storm import Outcome
from tests.chaos.verification import SETTLE_SECONDS

REPORTS = Path(__file__).with_name("reports")
LANE = """\
Reports, and the seconds from their request to their record on the security queue, median and worst.
A moment may lie just after one fault and just before the next; `lane.py` says how they are taken."""
FAMILIES = {"all of PostgreSQL": POSTGRES_FAULTS, "all of Kafka": KAFKA_FAULTS}


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
        "busy": outcome.ended.busy,
        "answers": outcome.answers,
        "restarts": outcome.restarts,
        "memory_bytes": {
            name: {"lived_s": round(life.seconds), "warm": life.warm, "last": life.last}
            for name, life in outcome.memory.items()
        },
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
            name: {phase: [round(took, 3) for took in found] for phase, found in phases.items()}
            for name, phases in lane_of(outcome).items()
        },
    }


def machine() -> dict[str, object]:
    return {
        "cores": os.cpu_count(),
        "load in the last 15 minutes": round(os.getloadavg()[2], 1),
        "system": platform.system(),
        "python": platform.python_version(),
    }


def lane_of(outcome: Outcome) -> Mapping[str, Mapping[Phase, list[float]]]:
    """What reports took around each fault, around each family of faults, and in calm."""
    found = passages(outcome.ended.evidence)
    spans = [hit.span for hit in outcome.hits]
    each = seconds_by_fault(found, spans)
    families = {name: pooled(each, faults) for name, faults in FAMILIES.items()}
    return {"no fault": {Phase.DURING: in_calm(found, spans)}, **families, **each}


def as_markdown(outcome: Outcome) -> str:
    verdict = outcome.ended.verdict
    counted = [hit for hit in outcome.hits if hit.counts]
    lines = [
        f"# Storm with seed {outcome.seed}: {'held' if verdict.holds else 'BROKEN'}",
        "",
        f"- {outcome.mix.seconds:.0f} s at {outcome.mix.rate:.0f} tickets/s",
        f"- {len(counted)} faults met work under way, {len(outcome.hits) - len(counted)} did not",
        f"- everybody answered {outcome.ended.answered_seconds:.1f} s after the last fault,",
        f"  lag zero {outcome.ended.settle_seconds:.1f} s after it{_promised(outcome)}",
        "",
        "```",
        verdict.words(),
        "```",
        "",
        *table(("figure", "value"), verdict.figures.items()),
        *table(("fault", "times"), sorted(Counter(hit.fault for hit in counted).items())),
        LANE,
        "",
        *table(("fault", *Phase), _lane_rows(lane_of(outcome))),
        *table(
            ("at s", "took s", "fault", "whom", "what it did", "in flight", "counts"),
            _hits(outcome),
        ),
        "Resident memory of the longest life of each process, MB.",
        "",
        *table(
            ("process", "lived s", "after 30 s", "at its end", "most", "started again"),
            (
                (
                    name,
                    f"{life.seconds:.0f}",
                    in_mb(life.warm),
                    in_mb(life.last),
                    in_mb(life.most),
                    outcome.restarts.get(name, 0),
                )
                for name, life in outcome.memory.items()
            ),
        ),
        *table(("answers to the load", "times"), outcome.answers.items()),
        *table(("machine", ""), machine().items()),
    ]
    return "\n".join(lines)


def _promised(outcome: Outcome) -> str:
    judged = "; not judged: the machine was busy with other work" if outcome.ended.busy else ""
    return f" (promised: {SETTLE_SECONDS:.0f}{judged})"


def _lane_rows(lane: Mapping[str, Mapping[Phase, Sequence[float]]]) -> Iterator[Sequence[str]]:
    for name, phases in lane.items():
        yield name, *(_taken(phases.get(phase, [])) for phase in Phase)


def _taken(seconds: Sequence[float]) -> str:
    if not seconds:
        return ""
    return f"{len(seconds)}: {median(seconds):.2f}, {max(seconds):.2f}"


def _hits(outcome: Outcome) -> Iterator[Sequence[str]]:
    for hit in outcome.hits:
        yield (
            f"{hit.began - outcome.hits[0].began:.1f}",
            f"{hit.ended - hit.began:.1f}",
            hit.fault,
            hit.harm.subject,
            hit.harm.did,
            ", ".join(f"{name} {count}" for name, count in hit.in_flight.items()),
            "yes" if hit.counts else "no",
        )


def table(head: Sequence[str], rows: Iterable[Sequence[object]]) -> list[str]:
    cells = [head, ["---"] * len(head), *rows]
    return [*("| " + " | ".join(map(str, row)) + " |" for row in cells), ""]
