"""How does a fact become a Kafka record, and a record a fact again?

CloudEvents 1.0 in Kafka's binary mode out; binary and structured mode in. Nothing is invented
on reading: a record without the required attributes is refused, for a made-up id would defeat
every recognition of repeats.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from functools import lru_cache
from typing import Generic, NamedTuple, Protocol, TypeVar

import orjson
from pydantic import BaseModel, ValidationError

from shared.contracts import TYPE_OF, Frozen
from shared.failures import Permanent
from shared.header_names import NO_TEXT
from shared.ids import traceparent_of

DataT = TypeVar("DataT", bound=BaseModel)
FactT = TypeVar("FactT", bound=Frozen)

REQUIRED = ("id", "source", "specversion", "type")
TEXTS = ("id", "source", "type", "subject", "correlationid")
STRUCTURED = "application/cloudevents+json"
LARGEST_EVENT = 1_500_000
"""Bytes. A submission has 256 kB at most; findings, evidence and marks come on top."""
LONGEST_ATTRIBUTE = 1000
LATEST_TIMESTAMP = 253_402_300_799_000
"""The end of the year 9999, in milliseconds since 1970."""


class Record(Protocol):
    """A record as it came from Kafka, undecoded. `timestamp`: milliseconds since 1970."""

    @property
    def topic(self) -> str: ...
    @property
    def partition(self) -> int: ...
    @property
    def offset(self) -> int: ...
    @property
    def timestamp(self) -> int: ...
    @property
    def key(self) -> bytes | None: ...
    @property
    def value(self) -> bytes | None: ...
    @property
    def headers(self) -> Sequence[tuple[str, bytes | None]]: ...


class Outgoing(NamedTuple):
    """A record to be written: topic address, key, CloudEvents headers, JSON value.

    `id` tells a repeat: what a process has written to a topic under an id it writes once.
    """

    topic: str
    key: bytes | None
    value: bytes | None
    headers: tuple[tuple[str, bytes], ...]
    id: str = ""


class Event(NamedTuple, Generic[DataT]):
    """A fact that arrived: its CloudEvents attributes, its data, the record it came in."""

    id: str
    source: str
    type: str
    subject: str | None
    data: DataT
    record: Record
    correlation_id: str | None = None
    traceparent: str | None = None
    time: datetime | None = None
    """When its sender says it happened; None where the optional ce_time is missing or no time."""
    json: bytes = b""
    """The data as it came."""


class RawEvent(NamedTuple):
    """Attributes and undecoded JSON data of a record in either mode."""

    attributes: Mapping[str, str]
    data: bytes


def moment_of(timestamp: int) -> datetime:
    """A record's timestamp (milliseconds since 1970), which a sender may set to any number."""
    return datetime.fromtimestamp(min(max(timestamp, 0), LATEST_TIMESTAMP) / 1000, UTC)


def encode(
    topic: str,
    data: Frozen,
    *,
    event_id: str,
    source: str,
    time: datetime,
    subject: str,
    key: str | None = None,
    correlation_id: str | None = None,
    causation_id: str | None = None,
    traceparent: str | None = None,
    json: bytes | None = None,
) -> Outgoing:
    """One fact as a record in binary mode; the key is the subject unless given.

    What is about a ticket carries the ticket's trace, unless another context is given. `json`:
    the data's, where it is made already.
    """
    traceparent = traceparent or traceparent_of(subject, event_id)
    attributes = {
        "specversion": "1.0",
        "id": event_id,
        "source": source,
        "type": TYPE_OF[type(data)],
        "time": time.isoformat(),
        "subject": subject,
        "correlationid": correlation_id or subject,
        "causationid": causation_id,
    }
    headers = [("content-type", b"application/json")]
    headers += [(f"ce_{name}", value.encode()) for name, value in attributes.items() if value]
    if traceparent:
        headers.append(("traceparent", traceparent.encode()))
    return Outgoing(
        topic,
        (key or subject).encode(),
        json or data.model_dump_json().encode(),
        tuple(headers),
        event_id,
    )


def header_attributes(record: Record) -> dict[str, str]:
    """The CloudEvents attributes among the headers, the content type as `datacontenttype`.

    Raises Permanent where the name or the value of any header is not UTF-8 text.
    """
    attributes = {}
    for name, value in record.headers:
        attribute = _attribute(name)
        if value is None:
            continue
        try:
            text = str(value, "utf-8")
        except UnicodeDecodeError:
            raise Permanent("header_not_utf8", name[:80]) from None
        if attribute:
            attributes[attribute] = text
    return attributes


@lru_cache(maxsize=1024)
def _attribute(header: str) -> str:
    """Which attribute a header carries, whatever its case; empty where it carries none."""
    if NO_TEXT in header:
        raise Permanent("header_not_utf8", "the name of a header")
    name = header.lower()
    return "datacontenttype" if name == "content-type" else name[3:] if name[:3] == "ce_" else ""


def unwrap(record: Record) -> RawEvent:
    """Attributes and data of a CloudEvent in binary or structured mode.

    Raises Permanent: `null_value`, `empty_value`, `too_large`, `header_not_utf8`,
    `not_a_cloudevent`, `broken_json`.
    """
    value = record.value
    if value is None:
        raise Permanent("null_value", "a tombstone is not an event")
    if not value[:1].strip() and not value.strip():
        raise Permanent("empty_value", "the record has no data")
    if len(value) > LARGEST_EVENT:
        raise Permanent("too_large", f"{len(value)} bytes, at most {LARGEST_EVENT}")
    raw = RawEvent(header_attributes(record), value)
    if _is_structured(raw.attributes.get("datacontenttype", "")):
        raw = _unwrap_structured(value)
    given = raw.attributes.get
    if not all(map(given, REQUIRED)) or given("specversion") != "1.0":
        raise _incomplete(raw)
    together = "".join([given(name, "") for name in TEXTS])
    if len(together) > LONGEST_ATTRIBUTE or not together.isprintable():
        _check_each_text(raw)
    return raw


@lru_cache(maxsize=1024)
def _is_structured(content_type: str) -> bool:
    return content_type.partition(";")[0].strip().lower() == STRUCTURED


def _incomplete(raw: RawEvent) -> Permanent:
    missing = ", ".join(f"ce_{name}" for name in REQUIRED if not raw.attributes.get(name))
    why = f"without {missing}" if missing else "ce_specversion is not 1.0"
    return Permanent("not_a_cloudevent", why)


def _check_each_text(raw: RawEvent) -> None:
    for name in TEXTS:
        text = raw.attributes.get(name, "")
        if len(text) > LONGEST_ATTRIBUTE or not text.isprintable():
            raise Permanent("not_a_cloudevent", f"ce_{name} is too long or not printable text")


def _unwrap_structured(value: bytes) -> RawEvent:
    try:
        document = orjson.loads(value)
    except orjson.JSONDecodeError as error:
        raise Permanent("broken_json", f"line {error.lineno} column {error.colno}") from None
    if not isinstance(document, dict):
        raise Permanent("not_a_cloudevent", "the structured event is not a JSON object")
    attributes = {k: v for k, v in document.items() if isinstance(v, str) and k != "data"}
    try:
        return RawEvent(attributes, orjson.dumps(document.get("data")))
    except orjson.JSONEncodeError:
        raise Permanent("broken_json", "the data is nested too deeply") from None


def decode(record: Record, accepted: Mapping[str, type[DataT]]) -> Event[DataT]:
    """The fact in a record, if its type is one of `accepted`; raises Permanent otherwise."""
    raw = unwrap(record)
    model = accepted.get(raw.attributes["type"])
    if model is None:
        raise Permanent("unknown_type", raw.attributes["type"][:200])
    return Event(
        id=raw.attributes["id"],
        source=raw.attributes["source"],
        type=raw.attributes["type"],
        subject=raw.attributes.get("subject"),
        data=validate(model, raw.data),
        record=record,
        correlation_id=raw.attributes.get("correlationid"),
        traceparent=_traceparent(record, raw),
        time=_time(raw.attributes.get("time")),
        json=raw.data,
    )


def validate(model: type[DataT], data: bytes) -> DataT:
    """JSON bytes as a model; raises Permanent naming the field, never its value.

    Strict: text is no number and a number no truth value, as the published schemas say.
    """
    try:
        return model.model_validate_json(data, strict=True)
    except ValidationError as error:
        raise Permanent(*fault_of(error)) from None


def fault_of(error: ValidationError) -> tuple[str, str]:
    """Reason code and the first wrong field of a validation error, without any value."""
    first = error.errors(include_input=False, include_url=False, include_context=False)[0]
    if first["type"] == "json_invalid":
        return "broken_json", "the data is not valid JSON"
    field = ".".join(str(part) for part in first["loc"])[:200] or "data"
    more = f" (and {error.error_count() - 1} more)" if error.error_count() > 1 else ""
    return "wrong_shape", f"{field}: {first['type']}{more}"


def _time(text: str | None) -> datetime | None:
    try:
        time = datetime.fromisoformat((text or "").upper())
    except ValueError:
        return None
    return time if time.tzinfo is not None else None


def _traceparent(record: Record, raw: RawEvent) -> str | None:
    value = raw.attributes.get("traceparent")
    if value:
        return value
    for name, found in record.headers:
        if name == "traceparent":
            return bytes(found).decode("ascii", "ignore") if found else None
    return None


def types_of(*models: type[FactT]) -> dict[str, type[FactT]]:
    """The CloudEvents types of these models, as `decode` takes them."""
    return {TYPE_OF[model]: model for model in models}
