"""The classifier's processes with the sample's labels in place of the model: `ordinary|security`.

So a test can tell what the policy makes of a ticket from what the model makes of it.
"""

from __future__ import annotations

import json
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from services.classifier.handlers import Writing, ordinary_work, security_work
from services.classifier.security import Look
from services.classifier.settings import ClassifierSettings
from services.classifier.verdict import Judgement
from shared.contracts import Finding, ModelRef, Ticket, Verdict
from shared.engine import Work
from shared.process import run
from shared.settings import load

LABELS = Path(__file__).parents[2] / "deploy" / "sample" / "labels.jsonl"


def read_labels() -> dict[str, dict[str, Any]]:
    lines = LABELS.read_text(encoding="utf-8").splitlines()
    return {f"sample-{label['id']}": label for label in map(json.loads, lines)}


def judgement(label: dict[str, Any]) -> Judgement:
    findings = tuple(Finding.model_validate(finding) for finding in label["findings"])
    model = ModelRef(name="labels", hash="0" * 64)
    return Judgement(Verdict(findings=findings, decided=True, model=model), look(label))


def look(label: dict[str, Any]) -> Look:
    return Look(1.0 if label["security"] else 0.0, found=label["security"], reasons=("label",))


@asynccontextmanager
async def works(settings: ClassifierSettings, role: str) -> AsyncIterator[Sequence[Work[Any]]]:
    labels = read_labels()
    writing = Writing(settings.triage_namespace, lambda: datetime.now(UTC))

    def of(tickets: Sequence[Ticket]) -> list[dict[str, Any]]:
        return [labels[str(ticket.external_id)] for ticket in tickets]

    if role == "ordinary":
        yield [ordinary_work(lambda tickets: [judgement(label) for label in of(tickets)], writing)]
    else:
        yield [security_work(lambda tickets: [look(label) for label in of(tickets)], writing)]


if __name__ == "__main__":
    settings = load(ClassifierSettings)
    run(f"labelled-{sys.argv[1]}", settings, settings, lambda: works(settings, sys.argv[1]))
