"""Which labelled tickets are there? The corpus in files, one author each, checked on reading."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import orjson
from pydantic import Field, ValidationError

from services.classifier.reading import Reading, read
from shared.contracts import Frozen, ProductArea, Scope
from shared.redaction import redact_together

CORPUS = Path(__file__).parent.parent / "corpus"
TRAIN = CORPUS / "train"
ASIDE = CORPUS / "aside"
DEVELOPMENT = CORPUS / "dev"


class FurtherAsk(Frozen):
    scope: Scope
    quote: str


class Labelled(Frozen):
    """A ticket with its labels after the scope guide. `author`: the file it came from."""

    id: str
    subject: str
    body: str
    lang: str
    scope: Scope
    alt_scope: Scope | None = None
    security: bool
    product_area: ProductArea
    extension: str | None = None
    also: tuple[FurtherAsk, ...] = ()
    tags: tuple[str, ...] = ()
    author: str = ""
    weight: float = Field(default=1.0, ge=0)

    @property
    def redacted(self) -> Labelled:
        """Without credentials, as the pipeline sees every ticket."""
        subject, body = redact_together([self.subject, self.body], None)
        if not subject.kinds and not body.kinds:
            return self
        return self.model_copy(update={"subject": subject.text, "body": body.text})

    @property
    def reading(self) -> Reading:
        return read(self.subject, self.body)

    def accepts(self, scope: Scope) -> bool:
        """Whether a scope is right, the second defensible answer counted."""
        return scope in (self.scope, self.alt_scope)


def load_folder(folder: Path) -> list[Labelled]:
    """All tickets of a folder, by author and then in order of their file."""
    return [ticket for file in sorted(folder.glob("*.jsonl")) for ticket in load_file(file)]


def load_file(file: Path) -> list[Labelled]:
    """The tickets of one file; raises ValueError naming the line that is wrong."""
    tickets = []
    for number, line in enumerate(file.read_bytes().splitlines(), start=1):
        if not line.strip():
            continue
        try:
            ticket = Labelled.model_validate(orjson.loads(line) | {"author": file.stem}).redacted
        except (orjson.JSONDecodeError, ValidationError, TypeError) as error:
            raise ValueError(f"{file.name}, line {number}: {_first_fault(error)}") from None
        tickets.append(ticket)
    return tickets


def _first_fault(error: Exception) -> str:
    if isinstance(error, ValidationError):
        fault = error.errors(include_input=False, include_url=False)[0]
        return f"{'.'.join(str(part) for part in fault['loc'])}: {fault['msg']}"
    return "not a JSON object"


def shingles(text: str) -> frozenset[str]:
    """Runs of five words, or the whole of a shorter text."""
    words = text.lower().split()
    if len(words) < 5:
        return frozenset({" ".join(words)})
    return frozenset(" ".join(words[i : i + 5]) for i in range(len(words) - 4))


def near_duplicates(
    tickets: Sequence[Labelled], others: Sequence[Labelled] | None = None, *, from_: float = 0.3
) -> list[tuple[str, str, float]]:
    """Pairs of ids whose five-word runs overlap (Jaccard) by `from_` or more.

    Within `tickets`, or between `tickets` and `others` where these are given.
    """
    where: dict[str, list[int]] = {}
    sets = [shingles(f"{t.subject} {t.body}") for t in tickets]
    for number, runs in enumerate(sets):
        for run in runs:
            where.setdefault(run, []).append(number)
    pairs = []
    asked = list(enumerate(sets)) if others is None else []
    if others is not None:
        asked = [(len(sets) + i, shingles(f"{t.subject} {t.body}")) for i, t in enumerate(others)]
    names = [t.id for t in tickets] + ([t.id for t in others] if others is not None else [])
    for number, runs in asked:
        for other in sorted({o for run in runs for o in where.get(run, ()) if o < number}):
            overlap = len(runs & sets[other]) / len(runs | sets[other])
            if overlap >= from_:
                pairs.append((names[other], names[number], round(overlap, 3)))
    return pairs
