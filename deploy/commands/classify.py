"""What would the classifier say of these tickets? A verdict per line, without any server."""

from __future__ import annotations

import signal
from pathlib import Path
from typing import Annotated

import typer
from pydantic import BaseModel, ConfigDict, Field, field_validator

from deploy.commands._lines import as_model, read_at_hand
from deploy.commands._output import INPUT_FAILED, AlwaysJson, note, say
from deploy.failure import WrongSetting
from services.classifier.model import ARTEFACT, Model, load
from services.classifier.verdict import Judgement, judge
from services.intake.screen import Screening, screen
from shared.failures import Permanent
from shared.redaction import redact_together

STDIN = Path("-")
BATCH = 100
"""Lines judged at once, where so many have come."""


class Asked(BaseModel):
    """A line of input. Other fields are ignored."""

    model_config = ConfigDict(strict=True, extra="ignore")

    id: str | int = Field(union_mode="left_to_right")
    subject: str = ""
    body: str = ""

    @property
    def redacted(self) -> Asked:
        """Without credentials, as intake passes every ticket on."""
        subject, body = redact_together([self.subject, self.body], None)
        return Asked(id=self.id, subject=subject.text, body=body.text)

    @field_validator("subject", "body", mode="before")
    @classmethod
    def _null_is_empty(cls, value: object) -> object:
        return "" if value is None else value


def classify(
    file: Annotated[Path, typer.Argument(help="JSON Lines; - for standard input.")] = STDIN,
    model_file: Annotated[Path, typer.Option("--model", help="The model artefact.")] = ARTEFACT,
    _json: AlwaysJson = True,
) -> None:
    """Judge tickets offline: JSON Lines with id, subject and body in, verdicts out."""
    signal.signal(signal.SIGPIPE, signal.SIG_DFL)
    model = _model(model_file)
    failed = False
    for lines in read_at_hand(file, BATCH):
        tickets = []
        for line in lines:
            try:
                tickets.append(as_model(line, Asked).redacted)
            except Permanent as failure:
                failed = True
                note(f"line {line.number}: {failure.detail}")
        judgements = judge(model, [(ticket.subject, ticket.body) for ticket in tickets])
        for ticket, judgement in zip(tickets, judgements, strict=True):
            say(verdict_line(ticket, judgement, screen(ticket.subject, ticket.body)))
    if failed:
        raise typer.Exit(INPUT_FAILED)


def verdict_line(ticket: Asked, judgement: Judgement, screened: Screening) -> dict[str, object]:
    """One line of output, as the outside interface names its fields."""
    verdict = judgement.verdict
    primary = verdict.findings[0]
    found = judgement.security
    found_by = [
        finder for finder, flag in (("screen", screened.flag), ("model", found.found)) if flag
    ]
    return {
        "id": ticket.id,
        "scope": primary.scope,
        "confidence": primary.confidence,
        "decided": verdict.decided,
        "security": bool(found_by),
        "security_reasons": [*screened.reasons, *found.reasons],
        "security_by": found_by,
        "product_area": primary.product_area,
        "extension": primary.extension,
        "findings": [finding.model_dump(mode="json") for finding in verdict.findings],
        "model": verdict.model.model_dump() if verdict.model else None,
    }


def _model(file: Path) -> Model:
    try:
        return load(file)
    except OSError as error:
        raise WrongSetting(f"--model: cannot read {error.filename}: {error.strerror}") from None
    except ValueError as error:
        raise WrongSetting(f"--model: {error}") from None
