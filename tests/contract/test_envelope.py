"""Do others understand what we put on Kafka, do we understand them, and does poison stay out?"""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import orjson
import pytest
from cloudevents.core.bindings.kafka import (
    KafkaMessage,
    from_kafka,
    to_binary_event,
    to_structured_event,
)
from cloudevents.core.formats.json import JSONFormat
from cloudevents.core.v1.event import CloudEvent
from hypothesis import given, settings
from hypothesis import strategies as st

from deploy.contracts.examples import Example, examples
from shared.contracts import EVENT_TYPES, FeedAdvanced, LicenceFact, Submitted, Ticket
from shared.envelope import (
    LARGEST_EVENT,
    REQUIRED,
    decode,
    encode,
    types_of,
    unwrap,
)
from shared.failures import Permanent
from shared.topics import INBOUND
from tests.support.builders import (
    NOW,
    FakeRecord,
    a_licence,
    a_record,
    a_submitted,
    a_ticket,
    an_accepted,
    an_advance,
    an_event,
)

CALM = settings(deadline=None)
"""What is true is asked here, not how fast."""
Headers = Sequence[tuple[str, bytes | None]]

WRITTEN = [example for example in examples() if example.topic is not INBOUND]
GOOD = an_event(a_submitted())
STRUCTURED: Headers = (("content-type", b"application/cloudevents+json"),)
DEEP = b"[" * 10_000 + b"]" * 10_000


def name_of(example: Example) -> str:
    return f"{example.topic.name}/{example.name}"


def message_of(example: Example) -> KafkaMessage:
    return KafkaMessage(
        headers={name: text.encode() for name, text in example.headers.items()},
        key=example.key,
        value=orjson.dumps(example.value),
    )


def record_of(message: KafkaMessage) -> FakeRecord:
    key = message.key.encode() if isinstance(message.key, str) else message.key
    return a_record(message.value, headers=list(message.headers.items()), key=key)


def a_cloudevent(data: dict[str, Any], event_type: str) -> CloudEvent:
    """An event as another system would make it with the official SDK."""
    return CloudEvent(
        attributes={
            "id": "billing-7",
            "source": "billing",
            "type": event_type,
            "subject": "LIC-1001",
            "time": NOW,
            "datacontenttype": "application/json",
            "correlationid": "LIC-1001",
        },
        data=data,
    )


# The official SDK as the oracle.


@pytest.mark.parametrize("example", WRITTEN, ids=name_of)
def test_the_official_sdk_reads_what_we_write(example: Example) -> None:
    event = from_kafka(message_of(example), JSONFormat())

    assert event.get_id() == example.headers["ce_id"]
    assert event.get_source() == example.headers["ce_source"]
    assert event.get_type() == example.headers["ce_type"]
    assert event.get_subject() == example.headers["ce_subject"]
    assert event.get_time() == datetime.fromisoformat(example.headers["ce_time"])
    assert event.get_extension("correlationid") == example.headers["ce_correlationid"]
    assert event.get_data() == example.value


@pytest.mark.parametrize("convert", [to_binary_event, to_structured_event])
def test_we_read_what_the_official_sdk_writes_in_either_mode(convert: Any) -> None:
    fact = a_licence()
    theirs = a_cloudevent(fact.model_dump(mode="json"), "support.licence.recorded.v1")

    event = decode(record_of(convert(theirs)), types_of(LicenceFact))

    assert event.data == fact
    assert (event.id, event.source, event.subject) == ("billing-7", "billing", "LIC-1001")
    assert event.correlation_id == "LIC-1001"


@pytest.mark.parametrize("example", WRITTEN, ids=name_of)
def test_an_event_turned_into_structured_mode_by_the_sdk_is_the_same_event(
    example: Example,
) -> None:
    structured = to_structured_event(from_kafka(message_of(example), JSONFormat()))

    here, there = (
        decode(record_of(message), EVENT_TYPES) for message in (message_of(example), structured)
    )

    assert here.data == there.data
    assert (here.id, here.source, here.type, here.subject) == (
        there.id,
        there.source,
        there.type,
        there.subject,
    )


def test_header_names_and_content_type_are_read_in_any_case() -> None:
    shouting = [(name.upper(), value) for name, value in GOOD.headers]

    assert decode(a_record(GOOD.value, headers=shouting), EVENT_TYPES).data == a_submitted()


def test_the_trace_goes_on_from_either_place() -> None:
    trace = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
    as_header = an_event(a_submitted(), traceparent=trace)
    as_attribute = a_record(GOOD.value, headers=[*GOOD.headers, ("ce_traceparent", trace.encode())])

    for record in (as_header, as_attribute):
        assert decode(record, EVENT_TYPES).traceparent == trace


# Round trips.

PRINTABLE = st.text(st.characters(codec="utf-8", exclude_categories=["C", "Z"]), min_size=1)
MOMENTS = st.datetimes(
    min_value=datetime(2, 1, 1),  # noqa: DTZ001 - Hypothesis adds the zone
    max_value=datetime(9998, 12, 31),  # noqa: DTZ001
    timezones=st.integers(-23, 23).map(lambda hours: timezone(timedelta(hours=hours))),
)
TICKETS = st.builds(
    Ticket,
    subject=st.text(),
    body=st.text(),
    site_url=st.none() | st.text(),
    sent_at=st.none() | MOMENTS,
)


@CALM
@given(TICKETS, PRINTABLE, PRINTABLE, PRINTABLE, MOMENTS)
def test_whatever_is_written_is_read_back_the_same(
    ticket: Ticket, event_id: str, source: str, subject: str, time: datetime
) -> None:
    data = Submitted(accepted=an_accepted(ticket, received_at=time))
    out = encode("t", data, event_id=event_id, source=source, time=time, subject=subject)

    event = decode(a_record(out), EVENT_TYPES)

    assert event.data == data
    assert (event.id, event.source, event.subject) == (event_id, source, subject)
    assert out.id == event_id
    assert out.key == subject.encode()


@CALM
@given(TICKETS)
def test_the_sdk_agrees_on_every_ticket(ticket: Ticket) -> None:
    data = Submitted(accepted=an_accepted(ticket))
    out = an_event(data)
    message = KafkaMessage(
        headers={name: value for name, value in out.headers if value is not None},
        key=out.key,
        value=out.value or b"",
    )

    assert from_kafka(message, JSONFormat()).get_data() == data.model_dump(mode="json")


@CALM
@given(MOMENTS)
def test_a_moment_is_the_same_in_every_offset(moment: datetime) -> None:
    told = orjson.dumps({"complete_until": moment.isoformat()})
    record = a_record(told, headers=an_event(an_advance()).headers)

    read = decode(record, types_of(FeedAdvanced)).data.complete_until

    assert read == moment
    assert read.tzinfo is UTC


# Poison.


def without(name: str) -> Headers:
    return [(kept, value) for kept, value in GOOD.headers if kept != name]


def having(name: str, value: bytes | None) -> Headers:
    return [*without(name), (name, value)]


def changed(old: bytes, new: bytes) -> bytes:
    assert old in (GOOD.value or b"")
    return (GOOD.value or b"").replace(old, new)


def structured(data: bytes, *, event_id: bytes = b'"1"') -> bytes:
    return (
        b'{"specversion":"1.0","source":"s","type":"support.ticket.submitted.v1","id":%b,"data":%b}'
        % (event_id, data)
    )


TIME = b'"2026-03-02T09:00:00Z"'
POISON: dict[str, tuple[bytes | None, Headers, str]] = {
    "null value": (None, GOOD.headers, "null_value"),
    "empty value": (b"", GOOD.headers, "empty_value"),
    "blank value": (b" \n", GOOD.headers, "empty_value"),
    "2 MB": (changed(b"HD-4711", b"x" * 2_000_000), GOOD.headers, "too_large"),
    "header not UTF-8": (GOOD.value, [*GOOD.headers, ("x-note", b"\xff")], "header_not_utf8"),
    "id not UTF-8": (GOOD.value, having("ce_id", b"\xff\xfe"), "header_not_utf8"),
    "no headers": (GOOD.value, [], "not_a_cloudevent"),
    "other version": (GOOD.value, having("ce_specversion", b"0.3"), "not_a_cloudevent"),
    "control character in id": (GOOD.value, having("ce_id", b"a\x00b"), "not_a_cloudevent"),
    "endless id": (GOOD.value, having("ce_id", b"a" * 5_000), "not_a_cloudevent"),
    "unknown type": (GOOD.value, having("ce_type", b"support.ticket.lost.v9"), "unknown_type"),
    "broken JSON": (b'{"accepted":', GOOD.headers, "broken_json"),
    "not UTF-8": (changed(b"HD-4711", b"\xff\xfe"), GOOD.headers, "broken_json"),
    "lone surrogate": (changed(b"HD-4711", b"\\ud800"), GOOD.headers, "broken_json"),
    "10,000 levels": (DEEP, GOOD.headers, "broken_json"),
    "10,000 levels in an unknown field": (
        changed(b'{"accepted"', b'{"x":' + DEEP + b',"accepted"'),
        GOOD.headers,
        "broken_json",
    ),
    "a number past any integer": (
        b'{"complete_until":1%b}' % (b"0" * 5_000),
        having("ce_type", b"support.licence-feed.advanced.v1"),
        "broken_json",
    ),
    "a list": (b"[]", GOOD.headers, "wrong_shape"),
    "a number": (b"7", GOOD.headers, "wrong_shape"),
    "null": (b"null", GOOD.headers, "wrong_shape"),
    "a number for text": (changed(b'"HD-4711"', b"4711"), GOOD.headers, "wrong_shape"),
    "text for a truth value": (
        changed(b'"canary":false', b'"canary":"no"'),
        GOOD.headers,
        "wrong_shape",
    ),
    "a time without offset": (
        changed(TIME, b'"2026-03-02T09:00:00"'),
        GOOD.headers,
        "wrong_shape",
    ),
    "a time as a number": (changed(TIME, b"1772442000"), GOOD.headers, "wrong_shape"),
    "a time as digits": (changed(TIME, b'"1772442000"'), GOOD.headers, "wrong_shape"),
    "a time after the last year": (
        changed(TIME, b'"9999-12-31T23:59:59-10:00"'),
        GOOD.headers,
        "wrong_shape",
    ),
    "a time before the first year": (
        changed(TIME, b'"0001-01-01T00:00:00+10:00"'),
        GOOD.headers,
        "wrong_shape",
    ),
    "structured: broken": (b'{"id":', STRUCTURED, "broken_json"),
    "structured: a list": (b"[]", STRUCTURED, "not_a_cloudevent"),
    "structured: 10,000 levels": (DEEP, STRUCTURED, "broken_json"),
    "structured: 10,000 levels of data": (structured(DEEP), STRUCTURED, "broken_json"),
    "structured: 500 levels of data": (
        structured(b"[" * 500 + b"]" * 500),
        STRUCTURED,
        "broken_json",
    ),
    "structured: lone surrogate": (structured(b'"\\ud800"'), STRUCTURED, "broken_json"),
    "structured: id is a number": (
        structured(b"{}", event_id=b"7"),
        STRUCTURED,
        "not_a_cloudevent",
    ),
    "structured: no data": (
        structured(b"{}").replace(b'"data"', b'"date"'),
        STRUCTURED,
        "wrong_shape",
    ),
    "structured: empty": (b"", STRUCTURED, "empty_value"),
    **{f"without ce_{n}": (GOOD.value, without(f"ce_{n}"), "not_a_cloudevent") for n in REQUIRED},
    **{
        f"ce_{n} is null": (GOOD.value, having(f"ce_{n}", None), "not_a_cloudevent")
        for n in REQUIRED
    },
    **{
        f"ce_{n} is empty": (GOOD.value, having(f"ce_{n}", b""), "not_a_cloudevent")
        for n in REQUIRED
    },
}


@pytest.mark.parametrize("poison", POISON)
def test_poison_is_refused_with_its_reason(poison: str) -> None:
    value, headers, reason = POISON[poison]

    with pytest.raises(Permanent) as refused:
        decode(a_record(value, headers=headers), EVENT_TYPES)

    assert refused.value.reason == reason


def test_the_record_that_poison_is_made_from_is_good() -> None:
    assert decode(GOOD, EVENT_TYPES).data == a_submitted()


@pytest.mark.parametrize("name", REQUIRED)
def test_the_refusal_names_the_missing_attribute(name: str) -> None:
    with pytest.raises(Permanent) as refused:
        unwrap(a_record(GOOD.value, headers=without(f"ce_{name}")))

    assert refused.value.detail == f"without ce_{name}"


def test_the_refusal_names_the_field_and_never_its_value() -> None:
    secret = changed(b'"HD-4711"', b'{"hunter2": "hunter2"}')

    with pytest.raises(Permanent) as refused:
        decode(a_record(secret, headers=GOOD.headers), EVENT_TYPES)

    assert refused.value.detail.startswith("accepted.ticket.external_id")
    assert "hunter2" not in str(refused.value)


def test_a_foreign_null_header_does_no_harm() -> None:
    record = a_record(GOOD.value, headers=[*GOOD.headers, ("x-foreign", None)])

    assert decode(record, EVENT_TYPES).data == a_submitted()


def test_the_largest_acceptable_submission_fits_at_every_stage() -> None:
    body = "\u20ac" * (256 * 1024 // 3)
    written = an_event(Submitted(accepted=an_accepted(a_ticket(body=body))))

    assert decode(written, EVENT_TYPES).data.accepted.ticket.body == body  # type: ignore[attr-defined]
    assert len(written.value or b"") < LARGEST_EVENT / 4


# Fuzz: an event, or Permanent, and never anything else.

REASONS = {
    "null_value",
    "empty_value",
    "too_large",
    "header_not_utf8",
    "not_a_cloudevent",
    "unknown_type",
    "broken_json",
    "wrong_shape",
}
NAMES = st.sampled_from(
    ["content-type", "traceparent", "CE_ID", *(f"ce_{n}" for n in (*REQUIRED, "subject", "time"))]
)
SOME_HEADERS = st.lists(
    st.tuples(
        NAMES | st.text(max_size=8),
        st.none()
        | st.binary(max_size=8)
        | st.sampled_from([b"1.0", b"application/cloudevents+json", *map(str.encode, EVENT_TYPES)]),
    ),
    max_size=10,
)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["id", "type", "data", "accepted", "x"]), inner, max_size=4
        )
    ),
)


def never_anything_else(record: FakeRecord) -> None:
    try:
        event = decode(record, EVENT_TYPES)
    except Permanent as refused:
        assert refused.reason in REASONS  # noqa: PT017 - both ends are right, others are not
    else:
        assert event.id
        assert event.source


@CALM
@given(st.none() | st.binary(max_size=200), SOME_HEADERS)
def test_any_bytes_with_any_headers_are_an_event_or_refused(
    value: bytes | None, headers: Headers
) -> None:
    never_anything_else(a_record(value, headers=headers))


@CALM
@given(JSON, st.sampled_from([GOOD.headers, STRUCTURED]))
def test_any_json_is_an_event_or_refused(value: Any, headers: Headers) -> None:
    never_anything_else(a_record(json.dumps(value).encode(), headers=headers))


@CALM
@given(st.sampled_from(WRITTEN), st.data())
def test_a_damaged_record_is_an_event_or_refused(example: Example, data: st.DataObject) -> None:
    value = orjson.dumps(example.value)
    start = data.draw(st.integers(0, len(value)))
    end = data.draw(st.integers(start, min(len(value), start + 20)))
    damaged = value[:start] + data.draw(st.binary(max_size=20)) + value[end:]
    headers = [(name, text.encode()) for name, text in example.headers.items()]

    never_anything_else(a_record(damaged, headers=headers))


@CALM
@given(st.sampled_from(WRITTEN), JSON, st.data())
def test_a_wrong_value_in_any_place_is_read_or_refused(
    example: Example, wrong: Any, data: st.DataObject
) -> None:
    value = orjson.loads(orjson.dumps(example.value))
    part: Any = value
    while isinstance(part, dict) and part:
        name = data.draw(st.sampled_from(sorted(part)))
        if not isinstance(part[name], dict) or data.draw(st.booleans()):
            part[name] = wrong
            break
        part = part[name]
    headers = [(name, text.encode()) for name, text in example.headers.items()]

    never_anything_else(a_record(json.dumps(value).encode(), headers=headers))


def test_the_fuzz_would_notice_another_exception(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise OverflowError

    monkeypatch.setattr("shared.envelope.validate", broken)

    with pytest.raises(OverflowError):
        never_anything_else(GOOD)
