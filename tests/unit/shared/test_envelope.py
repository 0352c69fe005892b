from __future__ import annotations

from typing import Any

import orjson
import pytest

from shared.contracts import FeedAdvanced, LicenceFact, Submitted
from shared.envelope import encode, header_attributes, types_of, unwrap, validate
from shared.failures import Permanent
from tests.support.builders import NOW, a_record, a_submitted, an_advance


def headers_of(**changes: str) -> dict[str, str]:
    """The headers of a heartbeat, encoded with `changes`."""
    given: dict[str, Any] = {
        "event_id": "e-1",
        "source": "billing",
        "subject": "billing",
        **changes,
    }
    out = encode("t", an_advance(), time=NOW, **given)
    return {name: value.decode() for name, value in out.headers}


def test_a_record_carries_the_cloudevents_attributes_as_headers() -> None:
    assert headers_of() == {
        "content-type": "application/json",
        "ce_specversion": "1.0",
        "ce_id": "e-1",
        "ce_source": "billing",
        "ce_type": "support.licence-feed.advanced.v1",
        "ce_time": "2026-03-02T09:00:00+00:00",
        "ce_subject": "billing",
        "ce_correlationid": "billing",
    }


def test_cause_and_trace_stand_there_only_where_they_are_known() -> None:
    headers = headers_of(causation_id="e-0", traceparent="00-a-b-01")

    assert headers["ce_causationid"] == "e-0"
    assert headers["traceparent"] == "00-a-b-01"


def test_the_key_is_the_subject_unless_given() -> None:
    plain = encode("t", an_advance(), event_id="1", source="s", time=NOW, subject="a")
    keyed = encode("t", an_advance(), event_id="1", source="s", time=NOW, subject="a", key="b")

    assert (plain.key, keyed.key) == (b"a", b"b")


def test_the_value_is_plain_json_that_any_tool_can_read() -> None:
    out = encode("t", an_advance(), event_id="1", source="s", time=NOW, subject="a")

    assert orjson.loads(out.value or b"") == {"complete_until": "2026-03-02T09:00:00Z"}


def test_accepted_types_are_named_by_their_models() -> None:
    assert types_of(LicenceFact, FeedAdvanced) == {
        "support.licence.recorded.v1": LicenceFact,
        "support.licence-feed.advanced.v1": FeedAdvanced,
    }


def test_header_names_have_any_case_and_null_headers_are_left_out() -> None:
    record = a_record(b"{}", headers=[("CE_Id", "é".encode()), ("ce_subject", None)])

    assert header_attributes(record) == {"id": "é"}


def test_a_header_without_the_prefix_is_no_attribute_but_for_the_content_type() -> None:
    record = a_record(b"{}", headers=[("id", b"1"), ("Content-Type", b"application/json")])

    assert header_attributes(record) == {"datacontenttype": "application/json"}


def test_a_header_that_is_not_text_is_named() -> None:
    with pytest.raises(Permanent) as refused:
        header_attributes(a_record(b"{}", headers=[("x-odd", b"\xff")]))

    assert (refused.value.reason, refused.value.detail) == ("header_not_utf8", "x-odd")


def test_the_first_wrong_field_is_named_with_how_many_more_there_are() -> None:
    with pytest.raises(Permanent) as refused:
        validate(LicenceFact, b'{"licence_id": "L", "version": 1}')

    assert refused.value.detail == "effective_at: missing (and 4 more)"


def test_unknown_fields_are_ignored_and_not_kept() -> None:
    told = orjson.loads(a_submitted().model_dump_json()) | {"mood": "fine"}

    read = validate(Submitted, orjson.dumps(told))

    assert read == a_submitted()
    assert "mood" not in read.model_dump_json()


def test_in_structured_mode_numbers_among_the_attributes_are_no_attributes() -> None:
    event = {"specversion": "1.0", "id": "1", "source": "s", "type": "t", "rank": 7, "data": {}}
    record = a_record(
        orjson.dumps(event),
        headers=[("Content-Type", b"application/cloudevents+json; charset=utf-8")],
    )

    raw = unwrap(record)

    assert "rank" not in raw.attributes
    assert raw.data == b"{}"
