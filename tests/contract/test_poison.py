"""Is every kind of poison on the inbound topic parked with its reason, and never anything else?"""

from __future__ import annotations

import itertools
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.intake.acceptance import Keys
from services.intake.handlers import Desk
from services.intake.inbound import read, work
from services.intake.sources import Sources
from shared.engine import Outcome
from shared.envelope import Record
from tests.support.builders import a_record

numbers = itertools.count()
DESK = Desk(
    Keys(b"f" * 32, b"r" * 32),
    "support",
    now=lambda: datetime(2026, 11, 23, tzinfo=UTC),
    random_key=lambda: str(next(numbers)),
)
GOOD = [
    ("ce_specversion", b"1.0"),
    ("ce_id", b"m-1"),
    ("ce_source", b"/shop"),
    ("ce_type", b"support.ticket.reported.v1"),
]
TICKET = b'{"body": "hello"}'
STRUCTURED = [("content-type", b"application/cloudevents+json")]


def without(name: str) -> list[tuple[str, bytes]]:
    return [header for header in GOOD if header[0] != name]


async def outcome_of(record: Record) -> Outcome:
    (outcome,) = await work(DESK, Sources({}, {})).decide([read(record)])
    return outcome


@pytest.mark.parametrize(
    ("reason", "value", "headers"),
    [
        *(("not_a_cloudevent", TICKET, without(name)) for name, _ in GOOD),
        ("not_a_cloudevent", TICKET, []),
        ("not_a_cloudevent", TICKET, [("ce_id", b"x" * 300), *without("ce_id")]),
        ("not_a_cloudevent", TICKET, [("ce_source", b"x" * 300), *without("ce_source")]),
        ("unknown_type", TICKET, [("ce_type", b"other.v1"), *without("ce_type")]),
        ("header_not_utf8", TICKET, [("ce_note", b"\xff\xfe"), *GOOD]),
        ("null_value", None, GOOD),
        ("empty_value", b"", GOOD),
        ("empty_value", b"  \n", GOOD),
        ("broken_json", b'{"body": "hel', GOOD),
        ("broken_json", b"\xff\xfe\x00", GOOD),
        ("broken_json", b"[" * 10_000, GOOD),
        ("broken_json", b'{"a":' * 10_000 + b"1" + b"}" * 10_000, GOOD),
        ("broken_json", b"{", STRUCTURED),
        ("not_a_cloudevent", b"[]", STRUCTURED),
        ("wrong_shape", b"[]", GOOD),
        ("wrong_shape", b'"text"', GOOD),
        ("wrong_shape", b"{}", GOOD),
        ("wrong_shape", b'{"body": 5}', GOOD),
        ("wrong_shape", b'{"body": "x", "sent_at": "yesterday"}', GOOD),
        ("wrong_shape", b'{"body": "x", "requester": "me"}', GOOD),
        ("too_large", b'{"body": "' + b"x" * 2_000_000 + b'"}', GOOD),
    ],
)
async def test_poison_is_parked_with_its_reason(
    reason: str, value: bytes | None, headers: Any
) -> None:
    outcome = await outcome_of(a_record(value, headers=headers))
    assert outcome.parked is not None
    assert outcome.parked.reason == reason
    assert outcome.outgoing == ()


async def test_detail_names_the_field_and_never_its_value() -> None:
    outcome = await outcome_of(a_record(b'{"body": "x", "sent_at": "geheim"}', headers=GOOD))
    assert outcome.parked is not None
    assert "sent_at" in outcome.parked.detail
    assert "geheim" not in outcome.parked.detail


async def test_good_record_is_not_parked() -> None:
    assert (await outcome_of(a_record(TICKET, headers=GOOD))).parked is None


@given(st.binary(max_size=400), st.lists(st.tuples(st.text(max_size=9), st.binary(max_size=20))))
async def test_any_bytes_are_a_ticket_or_parked(
    value: bytes, headers: list[tuple[str, bytes]]
) -> None:
    for chosen in (headers, GOOD, STRUCTURED):
        outcome = await outcome_of(a_record(value, headers=chosen))
        assert (outcome.parked is None) == bool(outcome.outgoing)
