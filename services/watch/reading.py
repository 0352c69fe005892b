"""What does a record tell a bystander? Read leniently: what can't be read is still seen."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from sys import intern
from typing import TypeAlias

import orjson

from services.watch.sighting import Kind, Parked, Place, Sighting
from shared.envelope import STRUCTURED, Record, moment_of
from shared.ids import ticket_id
from shared.topics import (
    CLASSIFIED,
    CORRECTIONS,
    ENTITLED,
    INBOUND,
    LICENCES,
    NEVER_PARKS,
    QUEUES,
    SECURITY,
    STATUS,
    SUBMITTED,
    TOPICS,
)

Json: TypeAlias = dict[str, "Json"] | list["Json"] | str | int | float | bool | None
JSON = b"application/json"
ATTRIBUTES = ("type", "id", "subject", "source")
_UUID = re.compile("[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_KINDS = {
    INBOUND.name: Kind.INBOUND,
    SUBMITTED.name: Kind.TICKETS,
    SECURITY.name: Kind.TICKETS,
    CLASSIFIED.name: Kind.TICKETS,
    ENTITLED.name: Kind.TICKETS,
    LICENCES.name: Kind.LICENCES,
    CORRECTIONS.name: Kind.CORRECTIONS,
    STATUS.name: Kind.STATUS,
} | {topic.name: Kind.QUEUE for topic in QUEUES.values()}


def places(namespace: str) -> dict[str, Place]:
    """Every topic and dead-letter topic of the pipeline, by address."""
    queue_of = {topic.name: queue for queue, topic in QUEUES.items()}
    found = []
    for topic in TOPICS:
        found.append(
            Place(
                topic.address(namespace), _KINDS[topic.name], topic, queue=queue_of.get(topic.name)
            )
        )
        found += [
            Place(topic.dead_letters(namespace, reader), Kind.DEAD_LETTERS, topic, reader)
            for reader in topic.readers
            if reader not in NEVER_PARKS
        ]
    return {place.address: place for place in found}


def sight(record: Record, place: Place) -> Sighting:
    """What the record tells; never raises, whatever its bytes are.

    Words that the records of one ticket have in common are kept once (`_same`).
    """
    headers = {name.lower(): value for name, value in record.headers if value is not None}
    attributes, data = _event(headers, _object(record.value))
    accepted = _within(data, "accepted")
    verdict = _within(data, "verdict") or data
    security = _within(data, "security")
    origin = accepted or data
    return Sighting(
        place,
        record.partition,
        record.offset,
        moment_of(record.timestamp),
        type=_same(_text(attributes, "type")),
        event_id=_text(attributes, "id") if place.kind is Kind.QUEUE else None,
        ticket_id=_same(_ticket(record, place, attributes, data, accepted)),
        fingerprint=_same(_text(accepted, "fingerprint") or _text(data, "fingerprint")),
        conflicts_with=_text(data, "conflicts_with"),
        revision=_number(data, "revision"),
        withdraws=_text(data, "withdraws"),
        status=_text(data, "status"),
        by=_text(data, "by"),
        found_by=_texts(security, "found_by"),
        over_rate=security.get("over_rate") is True,
        scope=_same(_text(_first(verdict), "scope")),
        decided=_flag(verdict, "decided"),
        review_reason=_same(_text(data, "review_reason")),
        canary=origin.get("canary") is True,
        received_at=_moment(origin, "received_at"),
        parked=_parked(headers, place) if place.kind is Kind.DEAD_LETTERS else None,
    )


def document_of(record: Record) -> dict[str, Json]:
    """The data of an event that we wrote ourselves; empty where it can't be read."""
    return _object(record.value)


def _event(
    headers: Mapping[str, bytes], document: dict[str, Json]
) -> tuple[Mapping[str, Json], dict[str, Json]]:
    """Attributes and data, in CloudEvents' binary or structured mode."""
    kind = headers.get("content-type")
    if kind != JSON and (_header(kind) or "").split(";")[0].strip().lower() == STRUCTURED:
        return document, _within(document, "data")
    return {name: _header(headers.get(f"ce_{name}")) for name in ATTRIBUTES}, document


def _header(value: bytes | None) -> str | None:
    return None if value is None else bytes(value).decode("utf-8", "replace")


def _ticket(
    record: Record,
    place: Place,
    attributes: Mapping[str, Json],
    data: Mapping[str, Json],
    accepted: Mapping[str, Json],
) -> str | None:
    """The ticket's id: from the data, else from subject or key; what intake would have given."""
    if place.topic is LICENCES:
        return None
    if place.topic is INBOUND:
        name = _text(data, "external_id") or _text(attributes, "id")
        source = _text(attributes, "source")
        return str(ticket_id(f"inbound:{source}", name)) if name and source else None
    named = _text(accepted, "ticket_id") or _text(data, "ticket_id")
    if is_ticket_id(named):
        return named
    subject, key = _text(attributes, "subject"), _header(record.key)
    return next((each for each in (subject, key) if is_ticket_id(each)), None)


def is_ticket_id(text: str | None) -> bool:
    """Whether it is a UUID as we write it."""
    return text is not None and _UUID.fullmatch(text) is not None


def _same(word: str | None) -> str | None:
    """The one copy of a word that many records have in common, for as long as any is kept."""
    return None if word is None else intern(word)


def _parked(headers: Mapping[str, bytes], place: Place) -> Parked:
    said = {name: _header(value) for name, value in headers.items() if name.startswith("dlq-")}
    return Parked(
        reader=said.get("dlq-stage") or str(place.reader),
        reason=said.get("dlq-reason") or "unknown",
        detail=said.get("dlq-detail") or "",
        attempts=_integer(said.get("dlq-attempts"), 1),
        topic=said.get("dlq-topic") or "",
        partition=_integer(said.get("dlq-partition"), -1),
        offset=_integer(said.get("dlq-offset"), -1),
        truncated="dlq-truncated" in said,
    )


def _object(value: bytes | None) -> dict[str, Json]:
    try:
        document = orjson.loads(value or b"{}")
    except orjson.JSONDecodeError:
        return {}
    return document if isinstance(document, dict) else {}


def _within(data: Mapping[str, Json], name: str) -> dict[str, Json]:
    found = data.get(name)
    return found if isinstance(found, dict) else {}


def _first(data: Mapping[str, Json]) -> dict[str, Json]:
    found = data.get("findings")
    return found[0] if isinstance(found, list) and found and isinstance(found[0], dict) else {}


def _text(data: Mapping[str, Json], name: str) -> str | None:
    found = data.get(name)
    return found if isinstance(found, str) else None


def _texts(data: Mapping[str, Json], name: str) -> tuple[str, ...]:
    found = data.get(name)
    return tuple(t for t in found if isinstance(t, str)) if isinstance(found, list) else ()


def _number(data: Mapping[str, Json], name: str) -> int | None:
    found = data.get(name)
    return found if isinstance(found, int) and not isinstance(found, bool) else None


def _flag(data: Mapping[str, Json], name: str) -> bool | None:
    found = data.get(name)
    return found if isinstance(found, bool) else None


def _integer(text: str | None, otherwise: int) -> int:
    return int(text) if text is not None and text.isdecimal() else otherwise


def _moment(data: Mapping[str, Json], name: str) -> datetime | None:
    try:
        moment = datetime.fromisoformat(_text(data, name) or "")
    except ValueError:
        return None
    return moment if moment.tzinfo else None
