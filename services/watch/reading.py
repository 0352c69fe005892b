"""What does a record tell a bystander? Read leniently: what can't be read is still seen."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import TypeAlias
from uuid import UUID

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
    """What the record tells; never raises, whatever its bytes are."""
    headers = {
        name.lower(): bytes(value).decode("utf-8", "replace")
        for name, value in record.headers
        if value is not None
    }
    attributes, data = _event(headers, _object(record.value))
    key = bytes(record.key).decode("utf-8", "replace") if record.key is not None else None
    accepted = _within(data, "accepted")
    security = _within(data, "security")
    finding = _first(_within(data, "verdict") or data)
    return Sighting(
        place=place,
        partition=record.partition,
        offset=record.offset,
        at=moment_of(record.timestamp),
        key=key,
        type=attributes.get("type"),
        event_id=attributes.get("id"),
        ticket_id=_ticket(place, key, attributes, data, accepted),
        fingerprint=_text(accepted, "fingerprint") or _text(data, "fingerprint"),
        conflicts_with=_text(data, "conflicts_with"),
        queue=_text(data, "queue"),
        revision=_number(data, "revision"),
        cause=_text(data, "cause"),
        withdraws=_text(data, "withdraws"),
        status=_text(data, "status"),
        by=_text(data, "by"),
        flagged=security.get("flag") is True,
        found_by=_texts(security, "found_by"),
        over_rate=security.get("over_rate") is True,
        scope=_text(finding, "scope"),
        decided=_flag(_within(data, "verdict") or data, "decided"),
        review_reason=_text(data, "review_reason"),
        canary=(accepted or data).get("canary") is True,
        received_at=_moment(accepted or data, "received_at"),
        parked=_parked(headers, place) if place.kind is Kind.DEAD_LETTERS else None,
    )


def document_of(record: Record) -> dict[str, Json]:
    """The data of an event that we wrote ourselves; empty where it can't be read."""
    return _object(record.value)


def _event(
    headers: Mapping[str, str], document: dict[str, Json]
) -> tuple[dict[str, str], dict[str, Json]]:
    """Attributes and data, in CloudEvents' binary or structured mode."""
    if headers.get("content-type", "").split(";")[0].strip().lower() == STRUCTURED:
        attributes = {k: v for k, v in document.items() if isinstance(v, str)}
        return attributes, _within(document, "data")
    return {k[3:]: v for k, v in headers.items() if k.startswith("ce_")}, document


def _ticket(
    place: Place,
    key: str | None,
    attributes: Mapping[str, str],
    data: Mapping[str, Json],
    accepted: Mapping[str, Json],
) -> str | None:
    """The ticket's id: from the data, else from subject or key; what intake would have given."""
    if place.topic is LICENCES:
        return None
    if place.topic is INBOUND:
        name = _text(data, "external_id") or attributes.get("id")
        source = attributes.get("source")
        return str(ticket_id(f"inbound:{source}", name)) if name and source else None
    named = _text(accepted, "ticket_id") or _text(data, "ticket_id")
    return next((t for t in (named, attributes.get("subject"), key) if is_ticket_id(t)), None)


def is_ticket_id(text: str | None) -> bool:
    try:
        return text is not None and str(UUID(text)) == text
    except ValueError:
        return False


def _parked(headers: Mapping[str, str], place: Place) -> Parked:
    return Parked(
        reader=headers.get("dlq-stage") or str(place.reader),
        reason=headers.get("dlq-reason", "unknown"),
        detail=headers.get("dlq-detail", ""),
        attempts=_integer(headers.get("dlq-attempts"), 1),
        topic=headers.get("dlq-topic", ""),
        partition=_integer(headers.get("dlq-partition"), -1),
        offset=_integer(headers.get("dlq-offset"), -1),
        truncated="dlq-truncated" in headers,
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
