"""What becomes of records on the inbound topic? Tickets go on, bad ones are parked, all screened."""

from __future__ import annotations

import orjson

from services.intake.handlers import Desk
from services.intake.inbound import read, text_of, work
from services.intake.sources import Sources
from shared.contracts import SecuritySuspected, Submitted
from shared.engine import Outcome
from shared.envelope import Record
from tests.support.builders import a_record

REPORT = "There is a stored XSS in the contact list."
HEADERS = {
    "ce_specversion": "1.0",
    "ce_id": "m-1",
    "ce_source": "/shop",
    "ce_type": "support.ticket.reported.v1",
}


def a_binary(data: object, **changed: str) -> Record:
    headers = {k: v.encode() for k, v in (HEADERS | changed).items() if v}
    return a_record(orjson.dumps(data), headers=list(headers.items()))


async def outcome_of(record: Record, desk: Desk, sources: Sources) -> Outcome:
    (outcome,) = await work(desk, sources).decide([read(record)])
    return outcome


async def test_reported_ticket_is_submitted_under_its_inbound_source(
    desk: Desk, sources: Sources
) -> None:
    outcome = await outcome_of(a_binary({"body": "hello"}), desk, sources)
    assert outcome.parked is None
    assert outcome.urgent == ()
    submitted = Submitted.model_validate_json(outcome.outgoing[0].value or b"")
    assert submitted.accepted.source == "inbound:/shop"
    assert not submitted.accepted.trust.account_id


async def test_external_id_names_the_ticket_before_the_event_id(
    desk: Desk, sources: Sources
) -> None:
    one, same, other = [
        (await outcome_of(a_binary(data, ce_id=name), desk, sources)).outgoing[0].key
        for data, name in (
            ({"body": "x", "external_id": "7"}, "a"),
            ({"body": "x", "external_id": "7"}, "b"),
            ({"body": "x"}, "a"),
        )
    ]
    assert one == same != other


async def test_report_is_urgent_before_it_is_submitted(desk: Desk, sources: Sources) -> None:
    outcome = await outcome_of(a_binary({"body": REPORT}), desk, sources)
    assert outcome.urgent[0].topic == "support.tickets.security.v1"
    assert outcome.outgoing[0].topic == "support.tickets.submitted.v1"


async def test_report_in_a_record_that_must_be_parked_still_reaches_the_security_topic(
    desk: Desk, sources: Sources
) -> None:
    secret = "ghp_" + "a1B2" * 9
    record = a_binary({"body": [f"{REPORT} my token {secret}"], "subject": 5})
    outcome = await outcome_of(record, desk, sources)
    assert outcome.parked is not None
    assert outcome.outgoing == ()
    report = SecuritySuspected.model_validate_json(outcome.urgent[0].value or b"")
    assert "stored XSS" in report.accepted.ticket.body
    assert secret not in report.model_dump_json()


async def test_parked_record_without_a_report_leaves_nothing_else(
    desk: Desk, sources: Sources
) -> None:
    outcome = await outcome_of(a_binary({"body": 5}), desk, sources)
    assert outcome.parked is not None
    assert (outcome.urgent, outcome.outgoing) == ((), ())


async def test_credential_in_the_source_is_not_kept(desk: Desk, sources: Sources) -> None:
    record = a_binary({"body": "x"}, ce_source="https://u:geheim77@host.example/")
    outcome = await outcome_of(record, desk, sources)
    assert b"geheim77" not in (outcome.outgoing[0].value or b"")


def test_text_of_a_record_is_what_people_could_read_in_it() -> None:
    assert text_of(b'{"a": ["one", {"b": "two"}], "c": 3}') == "one\ntwo"
    assert text_of(b"no json, but a word") == "no json, but a word"
    assert text_of(b'{"a": "broken\\nline') == '{"a": "broken\nline'
    assert text_of(None) == ""
