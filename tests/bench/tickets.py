"""Which tickets are measured with? Texts as customers write them, under ids of their own."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from functools import cache
from itertools import count, cycle, islice
from pathlib import Path
from random import Random
from uuid import UUID

import orjson

from deploy import sample
from services.classifier.model import load
from services.classifier.verdict import Judgement, judge
from shared.contracts import (
    Accepted,
    Classified,
    Entitled,
    FeedAdvanced,
    LicenceFact,
    Product,
    Requester,
    Security,
    Submitted,
    Ticket,
)
from shared.envelope import Outgoing, encode
from shared.ids import event_id
from shared.topics import CLASSIFIED, ENTITLED, LICENCES, SUBMITTED
from tests.bench.broker import Message
from tests.support.builders import TRUSTED, a_coverage, a_submitted, an_accepted

CORPUS = Path(sample.__file__).parents[2] / "services" / "classifier" / "corpus" / "train"
SEED = 7
JUDGED = 400
_numbers = count(1)
"""Every ticket of a run has an id of its own, so that none is taken for a repeat."""


@cache
def texts() -> tuple[tuple[str, str], ...]:
    """Subject and body of the classifier's training tickets, shuffled: the same in every run."""
    found = [
        (line["subject"], line["body"])
        for file in sorted(CORPUS.glob("*.jsonl"))
        for line in map(orjson.loads, file.read_bytes().splitlines())
        if not line["security"]
    ]
    Random(SEED).shuffle(found)
    return tuple(found)


@cache
def requesters() -> tuple[Requester, ...]:
    """Everybody whom the sample's tickets and licences name."""
    now = datetime.now(UTC)
    named = [each.submission.get("requester", {}) for each in sample.tickets(now)]
    return tuple(
        Requester(email=each.get("email"), account_id=each.get("account_id")) for each in named
    )


def accepted(number: int, text: int | None = None) -> Accepted:
    """The ticket of this number, received now; with another's text where that is given."""
    subject, body = texts()[(number if text is None else text) % len(texts())]
    now = datetime.now(UTC)
    ticket = Ticket(
        subject=subject,
        body=body,
        requester=requesters()[number % len(requesters())],
        product=Product(),
        sent_at=now,
        channel="email",
        external_id=f"bench-{number}",
    )
    return an_accepted(
        ticket,
        ticket_id=UUID(int=number),
        fingerprint=f"{number:064x}",
        trust=TRUSTED,
        received_at=now,
    )


def submission(name: str, text: int) -> dict[str, object]:
    """The body of `POST /v1/tickets` with one of the texts, under a name of its own."""
    subject, body = texts()[text % len(texts())]
    asker = requesters()[text % len(requesters())].model_dump(exclude_none=True)
    return {"subject": subject, "body": body, "requester": asker, "external_id": name}


def submitted(namespace: str, how_many: int) -> Iterator[Outgoing]:
    """So many new tickets as intake writes them."""
    for _ in range(how_many):
        ticket = accepted(next(_numbers))
        yield _encoded(SUBMITTED.address(namespace), a_submitted(ticket), "submitted")


def _encoded(topic: str, data: Submitted | Classified | Entitled, fact: str) -> Outgoing:
    ticket = data.accepted
    return encode(
        topic,
        data,
        event_id=event_id(ticket.ticket_id, ticket.fingerprint, fact),
        source="bench",
        time=ticket.received_at,
        subject=str(ticket.ticket_id),
    )


@cache
def judged() -> tuple[tuple[Judgement, int], ...]:
    """What the classifier says of the first texts, with the number of each."""
    judgements = judge(load(), texts()[:JUDGED])
    return tuple((each, number) for number, each in enumerate(judgements))


def classified(namespace: str, how_many: int) -> Iterator[Outgoing]:
    """So many new tickets as the classifier passes them on."""
    for each, text in islice(cycle(judged()), how_many):
        ticket = accepted(next(_numbers), text)
        yield _encoded(
            CLASSIFIED.address(namespace),
            Classified(accepted=ticket, security=Security(), verdict=each.verdict),
            "classified",
        )


def entitled(namespace: str, how_many: int) -> Iterator[Outgoing]:
    """So many new tickets as entitlements passes them on, all of them covered."""
    for each, text in islice(cycle(judged()), how_many):
        ticket = accepted(next(_numbers), text)
        data = Entitled(
            accepted=ticket, security=Security(), verdict=each.verdict, coverage=a_coverage()
        )
        yield _encoded(ENTITLED.address(namespace), data, "entitled")


def licences(namespace: str) -> Iterator[Outgoing]:
    """The sample's licence facts, and its heartbeat."""
    for number, line in enumerate(sample.licences(datetime.now(UTC))):
        model = FeedAdvanced if "complete_until" in line else LicenceFact
        data = model.model_validate_json(orjson.dumps(line))
        yield encode(
            LICENCES.address(namespace),
            data,
            event_id=f"fact-{number}",
            source="billing",
            time=datetime.now(UTC),
            subject=str(line.get("licence_id", "billing")),
        )


def messages(records: Iterator[Outgoing] | Sequence[Outgoing]) -> Iterator[Message]:
    for record in records:
        yield record.key or b"", record.value or b"", record.headers


def alike(how_many: int) -> list[Message]:
    """So many submitted tickets of one text, quickly made: for stages that do not read it."""
    [first] = submitted("bench", 1)
    data = Submitted.model_validate_json(first.value or b"")
    old, value = str(data.accepted.ticket_id).encode(), first.value or b""
    made: list[Message] = []
    for _ in range(how_many):
        new = str(UUID(int=next(_numbers))).encode()
        headers = [(name, given.replace(old, new)) for name, given in first.headers]
        headers = [(n, new if n == "ce_id" else given) for n, given in headers]
        made.append((new, value.replace(old, new), headers))
    return made
