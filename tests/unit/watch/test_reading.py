"""What a bystander makes of records, good and bad."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from services.watch.reading import places, sight
from services.watch.sighting import Kind
from shared.contracts import Queue
from shared.engine.dead_letters import parked
from shared.failures import Permanent
from shared.ids import ticket_id
from shared.topics import INBOUND, LICENCES, SUBMITTED, TOPICS, Reader
from tests.support import builders
from tests.support.builders import FakeRecord

PLACES = places("support")


def test_every_topic_and_every_dead_letter_topic_has_its_place() -> None:
    assert len(PLACES) == len(TOPICS) + 8
    assert PLACES["support.queues.core-paying.v1"].queue is Queue.CORE_PAYING
    assert PLACES["support.tickets.submitted.v1.classifier.dlq"].reader is Reader.CLASSIFIER
    assert "support.queues.security.v1.watch.dlq" not in PLACES


def test_a_dead_letter_tells_reason_and_origin_and_ticket() -> None:
    bad = FakeRecord(
        topic="support.tickets.submitted.v1",
        key=str(builders.TICKET).encode(),
        value=b'{"broken',
        headers=[("ce_id", b"e1")],
        partition=2,
        offset=7,
    )
    letter = parked(
        bad,
        Permanent("broken_json", "line 1"),
        source=SUBMITTED,
        reader=Reader.CLASSIFIER,
        namespace="support",
    )
    seen = sight(builders.a_record(letter), PLACES[letter.topic])
    assert seen.place.kind is Kind.DEAD_LETTERS
    assert seen.ticket_id == str(builders.TICKET)
    assert seen.parked is not None
    assert (seen.parked.reason, seen.parked.partition, seen.parked.offset) == ("broken_json", 2, 7)
    assert (seen.parked.reader, seen.parked.attempts) == ("classifier", 1)


def test_a_report_refused_on_inbound_has_the_id_that_submit_printed() -> None:
    record = FakeRecord(
        topic="support.inbound.v1",
        key=None,
        value=b'{"external_id": "X-1"}',
        headers=[("ce_id", b"e1"), ("ce_source", b"shop")],
    )
    seen = sight(record, PLACES[INBOUND.address("support")])
    assert seen.ticket_id == str(ticket_id("inbound:shop", "X-1"))


def test_a_licence_is_no_ticket() -> None:
    record = FakeRecord(topic="support.licences.v1", key=b"LIC-1", value=b"{}", headers=[])
    assert sight(record, PLACES[LICENCES.address("support")]).ticket_id is None


@given(
    value=st.none() | st.binary(max_size=200),
    key=st.none() | st.binary(max_size=40),
    header=st.binary(max_size=20),
)
def test_no_bytes_whatever_stop_the_reader(
    value: bytes | None, key: bytes | None, header: bytes
) -> None:
    for place in PLACES.values():
        record = FakeRecord(
            topic=place.address,
            key=key,
            value=value,
            headers=[("ce_id", header), ("dlq-partition", header), ("content-type", header)],
        )
        assert sight(record, place).place is place
