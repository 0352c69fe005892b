"""The classifier's processes with out-of-fold verdicts on the sample: `ordinary|security`.

The live model learned from these 180 tickets; what it says of them here comes from the scores of
models that had not seen them. One finding a ticket: further asks are left out.
"""

from __future__ import annotations

import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any

from services.classifier import verdict
from services.classifier.handlers import Writing, ordinary_work, security_work
from services.classifier.model import ARTEFACT, Model, load, named
from services.classifier.security import look
from services.classifier.settings import ClassifierSettings
from services.classifier.training import unseen
from services.classifier.training.corpus import DEVELOPMENT, load_folder
from services.classifier.verdict import Judgement
from shared.contracts import Ticket
from shared.engine import Work
from shared.process import run
from shared.settings import load as load_settings


def judgements(model: Model) -> dict[str, Judgement]:
    """By the external id that the sample gives each ticket."""
    tickets = load_folder(DEVELOPMENT)
    seen = model.see([ticket.reading for ticket in tickets])
    likely = model.likelihoods(unseen.load(ARTEFACT, model.ref.hash).of(tickets), named(seen))
    found = {}
    for row, ticket in enumerate(tickets):
        said = verdict.conclude(model, seen[row], verdict.answer_of(likely, row))
        looked = look(model, seen[row], float(likely.security[row]))
        found[f"sample-{ticket.id}"] = Judgement(said, looked)
    return found


@asynccontextmanager
async def works(settings: ClassifierSettings, role: str) -> AsyncIterator[Sequence[Work[Any]]]:
    found = judgements(load())
    writing = Writing(settings.triage_namespace, lambda: datetime.now(UTC))

    def of(tickets: Sequence[Ticket]) -> list[Judgement]:
        return [found[str(ticket.external_id)] for ticket in tickets]

    if role == "ordinary":
        yield [ordinary_work(of, writing)]
    else:
        yield [security_work(lambda tickets: [each.security for each in of(tickets)], writing)]


if __name__ == "__main__":
    settings = load_settings(ClassifierSettings)
    run(f"unseen-{sys.argv[1]}", settings, settings, lambda: works(settings, sys.argv[1]))
