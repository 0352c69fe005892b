"""What does an upstream system report on the inbound topic? CloudEvents of strangers, read here.

A record that is no ticket is parked with its reason; screened before, for a report may hide in it.
"""

from __future__ import annotations

from collections.abc import Sequence

import orjson

from services.intake.acceptance import NamedBy, Origin, unread
from services.intake.handlers import Desk, Taken
from services.intake.publication import security_of
from services.intake.screen import screen
from services.intake.sources import Sources
from services.intake.submission import LARGEST_BYTES, Submission
from shared.contracts import Frozen
from shared.engine import Outcome, Work
from shared.envelope import Event, Outgoing, RawEvent, Record, unwrap, validate
from shared.failures import Permanent
from shared.redaction import redact
from shared.topics import INBOUND, Reader

REPORTED = "support.ticket.reported.v1"
LONGEST_SOURCE = 200
LONGEST_ID = 255
UNREADABLE = Origin("inbound:unreadable")


class Readable(Frozen):
    """A ticket as an upstream system reports it."""

    submission: Submission
    ce_source: str


class Unreadable(Frozen):
    """A record to be parked: why, and all the text in it that people could read."""

    reason: str
    detail: str
    text: str


def work(desk: Desk, sources: Sources) -> Work[Event[Frozen]]:
    """The stage that reads the inbound topic."""

    async def decide(events: Sequence[Event[Frozen]]) -> Sequence[Outcome]:
        return [_decide(event, desk, sources) for event in events]

    return Work(reader=Reader.INTAKE, source=INBOUND, read=read, decide=decide)


def read(record: Record) -> Event[Frozen]:
    """The record as a ticket or as something unreadable; never raises, so all is screened."""
    try:
        raw = _sized(record)
        submission = validate(Submission, raw.data)
    except Permanent as failure:
        data: Frozen = Unreadable(
            reason=failure.reason, detail=failure.detail, text=text_of(record.value)
        )
        return Event("", "", REPORTED, None, data, record)
    ce_source = raw.attributes["source"]
    data = Readable(submission=submission, ce_source=ce_source)
    return Event(raw.attributes["id"], ce_source, REPORTED, None, data, record)


def _sized(record: Record) -> RawEvent:
    """The unwrapped event within the bounds of a submission; raises Permanent."""
    if record.value is not None and len(record.value) > LARGEST_BYTES:
        raise Permanent("too_large", f"{len(record.value)} bytes, {LARGEST_BYTES} at most")
    raw = unwrap(record)
    if raw.attributes["type"] != REPORTED:
        raise Permanent("unknown_type", redact(raw.attributes["type"][:200], None).text)
    for name, longest in (("source", LONGEST_SOURCE), ("id", LONGEST_ID)):
        if len(raw.attributes[name]) > longest:
            raise Permanent("not_a_cloudevent", f"ce_{name} is longer than {longest} characters")
    return raw


def _decide(event: Event[Frozen], desk: Desk, sources: Sources) -> Outcome:
    match event.data:
        case Readable(submission=submission, ce_source=ce_source):
            origin = sources.on_topic(redact(ce_source, desk.keys.redaction).text)
            named = NamedBy(external_id=submission.external_id or None, ce_id=event.id)
            taken = desk.take(submission, origin, named)
            return Outcome(urgent=desk.urgent(taken), outgoing=desk.ordinary(taken))
        case Unreadable() as bad:
            return Outcome(
                urgent=_report_in(event.record, bad.text, desk),
                parked=Permanent(bad.reason, bad.detail),
            )
        case _:
            raise TypeError("inbound events are readable or unreadable")


def _report_in(record: Record, text: str, desk: Desk) -> tuple[Outgoing, ...]:
    accepted = unread(
        text,
        UNREADABLE,
        key=f"{record.topic}/{record.partition}/{record.offset}",
        received_at=desk.now(),
        raw=record.value or b"",
        keys=desk.keys,
    )
    screening = screen("", accepted.ticket.body)
    return desk.urgent(Taken(accepted, security_of(screening.reasons)))


def text_of(value: bytes | None) -> str:
    """What people could read in a record: the strings of its JSON, else all of it.

    No more than the first 256 kB are looked at.
    """
    if not value:
        return ""
    head = value[:LARGEST_BYTES]
    try:
        document = orjson.loads(head)
    except orjson.JSONDecodeError:
        return head.decode("utf-8", "replace").replace("\\n", "\n").replace('\\"', '"')
    texts: list[str] = []
    waiting = [document]
    while waiting:
        node = waiting.pop()
        match node:
            case str():
                texts.append(node)
            case list():
                waiting.extend(reversed(node))
            case dict():
                waiting.extend(reversed(node.values()))
            case _:
                continue
    return "\n".join(texts)
