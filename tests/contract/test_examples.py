"""Are the example payloads what we really write and read, and do they show every branch?"""

from __future__ import annotations

from datetime import datetime
from typing import Any

import orjson
import pytest
from jsonschema import Draft202012Validator

from deploy.contracts.events import REPORTED
from deploy.contracts.examples import Example, examples
from deploy.contracts.schemas import schemas
from shared.contracts import (
    EVENT_TYPES,
    TYPE_OF,
    Cause,
    Finder,
    LicenceState,
    Queue,
    ReviewReason,
    Routed,
    Status,
    TicketStatus,
)
from shared.envelope import decode, encode, unwrap
from shared.topics import INBOUND, TOPICS, Topic
from tests.support.builders import FakeRecord, a_record

ALL = examples()
OURS = [example for example in ALL if example.topic is not INBOUND]
WHOLE = [example for example in OURS if example.name != "minimal"]
REPORTS = [example for example in ALL if example.topic is INBOUND]


def name_of(example: Example) -> str:
    return f"{example.topic.name}/{example.name}"


def as_record(example: Example, value: dict[str, Any] | None = None) -> FakeRecord:
    return a_record(
        orjson.dumps(example.value if value is None else value),
        headers=[(name, text.encode()) for name, text in example.headers.items()],
        topic=example.topic.address("support"),
        key=None if example.key is None else example.key.encode(),
    )


def encoded_again(example: Example) -> dict[str, Any]:
    """The example, read and written once more, in the shape of its file."""
    event = decode(as_record(example), EVENT_TYPES)
    out = encode(
        example.topic.address("support"),
        event.data,
        event_id=event.id,
        source=event.source,
        time=datetime.fromisoformat(example.headers["ce_time"]),
        subject=event.subject or "",
        key=example.key,
        correlation_id=event.correlation_id,
        causation_id=example.headers.get("ce_causationid"),
        traceparent=event.traceparent,
    )
    return {
        "headers": {name: value.decode() for name, value in out.headers},
        "key": (out.key or b"").decode(),
        "value": orjson.loads(out.value or b""),
    }


@pytest.mark.parametrize("example", WHOLE, ids=name_of)
def test_an_example_is_read_and_written_back_the_same(example: Example) -> None:
    again = encoded_again(example)

    assert again["headers"] == example.headers
    assert again["key"] == example.key
    assert again["value"] == example.value


def test_an_example_that_lacks_a_field_would_be_noticed() -> None:
    whole = next(example for example in OURS if name_of(example) == "tickets.submitted/ordinary")
    accepted = {k: v for k, v in whole.value["accepted"].items() if k != "auto_reply"}
    lacking = Example(
        whole.topic,
        whole.name,
        whole.about,
        whole.headers,
        whole.key,
        {**whole.value, "accepted": accepted},
    )

    assert encoded_again(lacking)["value"] != lacking.value


def test_the_minimal_licence_gets_the_defaults_that_the_interface_promises() -> None:
    minimal = next(example for example in OURS if name_of(example) == "licences/minimal")

    assert encoded_again(minimal)["value"] == {
        **minimal.value,
        "holder": {"account_id": None, "emails": []},
        "contacts": [],
        "site_limit": None,
        "paid_until": None,
        "grace_days": 0,
        "disputed": False,
        "key_hash": None,
        "activations": [],
    }


@pytest.mark.parametrize("example", OURS, ids=name_of)
def test_an_example_stands_on_a_topic_that_carries_its_type(example: Example) -> None:
    assert example.event_type in {TYPE_OF[model] for model in example.topic.events}


@pytest.mark.parametrize("example", REPORTS, ids=name_of)
def test_a_reported_example_is_a_cloudevent_of_the_published_shape(example: Example) -> None:
    raw = unwrap(as_record(example))

    assert raw.attributes["type"] == REPORTED
    assert orjson.loads(raw.data) == example.data
    Draft202012Validator(schemas()[REPORTED]).validate(example.data)


def test_the_reported_schema_wants_a_subject_or_a_body() -> None:
    assert not Draft202012Validator(schemas()[REPORTED]).is_valid({"channel": "email"})


def test_both_modes_of_the_same_report_are_shown() -> None:
    binary, structured = (
        next(example for example in REPORTS if example.name == name)
        for name in ("binary", "structured")
    )

    assert not binary.structured
    assert structured.structured
    assert binary.data == structured.data


@pytest.mark.parametrize("topic", TOPICS, ids=lambda topic: topic.name)
def test_every_event_of_every_topic_has_an_example_there(topic: Topic) -> None:
    shown = {example.event_type for example in ALL if example.topic is topic}
    expected = {TYPE_OF[model] for model in topic.events} or {REPORTED}

    assert shown == expected


def values(event_type: str, *path: str) -> set[Any]:
    """Every value that the examples of a type have at `path`, lists taken apart."""
    found: list[Any] = [example.data for example in ALL if example.event_type == event_type]
    for name in path:
        found = [part.get(name) for part in found if part is not None]
        found = [one for part in found for one in (part if isinstance(part, list) else [part])]
    return set(found)


ROUTED = TYPE_OF[Routed]
BRANCHES: dict[str, tuple[set[Any], set[Any]]] = {
    "queues": (values(ROUTED, "queue"), set(Queue)),
    "review reasons": (values(ROUTED, "review_reason"), {*ReviewReason, None}),
    "causes": (values(ROUTED, "cause"), set(Cause)),
    "finders": (
        values("support.ticket.security-suspected.v1", "security", "found_by"),
        set(Finder),
    ),
    "statuses": (values("support.ticket.entitled.v1", "coverage", "status"), set(Status)),
    "provisional": (values("support.ticket.entitled.v1", "coverage", "provisional"), {True, False}),
    "entitled causes": (
        values("support.ticket.entitled.v1", "cause"),
        {Cause.FIRST, Cause.FACTS_LEARNED},
    ),
    "entitled failures": (
        values("support.ticket.entitled.v1", "failure", "stage"),
        {"classifier", "entitlements"},
    ),
    "decided": (values("support.ticket.classified.v1", "verdict", "decided"), {True, False}),
    "classified failures": (
        values("support.ticket.classified.v1", "failure", "stage"),
        {"classifier"},
    ),
    "auto-replies": (
        values("support.ticket.submitted.v1", "accepted", "auto_reply"),
        {True, False},
    ),
    "canaries": (values("support.ticket.submitted.v1", "accepted", "canary"), {True, False}),
    "flags": (values("support.ticket.submitted.v1", "security", "flag"), {True, False}),
    "over rate": (values("support.ticket.submitted.v1", "security", "over_rate"), {True, False}),
    "licence states": (values("support.licence.recorded.v1", "state"), set(LicenceState)),
    "help desk": (values("support.ticket.status-changed.v1", "status"), set(TicketStatus)),
    "corrections": (values("support.decision.corrected.v1", "security"), {True, False, None}),
}


@pytest.mark.parametrize("branch", BRANCHES)
def test_every_branch_is_shown(branch: str) -> None:
    shown, expected = BRANCHES[branch]

    assert shown == expected


def test_the_fast_lane_is_shown_with_its_nulls_and_with_what_it_cannot_read() -> None:
    lane = {e.name: e.value for e in ALL if e.topic.name == "queues.security"}

    for name in ("revision", "supersedes", "coverage", "policy"):
        assert lane["report"][name] is None
    assert lane["report"]["cause"] == "security_finding"
    assert lane["unparsed"]["ticket_id"] is None
    assert lane["unparsed"]["ticket"] is None
    assert "unparsed" in lane["unparsed"]["security"]["reasons"]
    assert lane["unparsed"]["origin"]["offset"] == 118


def test_a_superseding_decision_and_its_withdrawal_name_the_same_record() -> None:
    by_name = {name_of(example): example for example in ALL}
    first = by_name["queues.renewal/provisional"].headers["ce_id"]

    assert by_name["queues.extensions/facts_learned"].value["supersedes"] == first
    assert by_name["queues.renewal/withdrawn_facts_learned"].value["withdraws"] == first


def test_a_conflict_names_the_ticket_that_came_first() -> None:
    by_name = {name_of(example): example for example in ALL}

    assert (
        by_name["queues.review/conflict"].value["conflicts_with"]
        == by_name["tickets.submitted/ordinary"].value["accepted"]["ticket_id"]
    )
