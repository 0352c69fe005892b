"""Is the AsyncAPI document valid, complete and true, and do its pages work without a network?"""

from __future__ import annotations

import copy
import re
from html.parser import HTMLParser
from typing import Any

import orjson
import pytest
from jsonschema import Draft7Validator
from typer.testing import CliRunner
from typing_extensions import override

from deploy.commands import contracts as command
from deploy.contracts import build
from deploy.contracts.asyncapi import document
from deploy.contracts.examples import examples
from deploy.contracts.pages import pages
from shared.contracts import EVENT_TYPES
from shared.topics import TOPICS, specifications

HERE = build.HERE
DOCUMENT: dict[str, Any] = orjson.loads((HERE / "asyncapi.json").read_bytes())
OFFICIAL = Draft7Validator(
    orjson.loads((HERE / "official" / "asyncapi-3.0.0.json").read_bytes()),
)
PAGES = pages(DOCUMENT)


def test_the_document_is_valid_by_the_official_schema() -> None:
    assert [error.message for error in OFFICIAL.iter_errors(DOCUMENT)] == []


def without_address(broken: dict[str, Any]) -> None:
    broken["channels"]["inbound"]["adress"] = broken["channels"]["inbound"].pop("address")


def unknown_action(broken: dict[str, Any]) -> None:
    broken["operations"]["intake.receives.inbound"]["action"] = "publish"


def partitions_as_text(broken: dict[str, Any]) -> None:
    broken["channels"]["inbound"]["bindings"]["kafka"]["partitions"] = "six"


def headers_of_a_list(broken: dict[str, Any]) -> None:
    broken["components"]["messageTraits"]["cloudevent"]["headers"] = []


@pytest.mark.parametrize(
    "spoil", [without_address, unknown_action, partitions_as_text, headers_of_a_list]
)
def test_the_official_schema_notices_a_planted_fault(spoil: Any) -> None:
    broken = copy.deepcopy(DOCUMENT)
    spoil(broken)

    assert not OFFICIAL.is_valid(broken)


def test_the_committed_document_is_the_one_of_the_code() -> None:
    assert document() == DOCUMENT


def test_every_topic_is_one_channel_by_its_address() -> None:
    addresses = [channel["address"] for channel in DOCUMENT["channels"].values()]

    assert sorted(addresses) == sorted(spec.address for spec in specifications("support", 6))


def references(part: Any) -> set[str]:
    match part:
        case dict():
            own = {part["$ref"]} if isinstance(part.get("$ref"), str) else set()
            return own.union(*(references(value) for value in part.values()))
        case list():
            return set().union(*(references(value) for value in part))
        case _:
            return set()


def test_every_reference_leads_somewhere() -> None:
    for reference in references(DOCUMENT):
        part = DOCUMENT
        for step in reference.removeprefix("#/").split("/"):
            part = part[step]
        assert part


@pytest.mark.parametrize("event_type", EVENT_TYPES)
def test_every_event_is_a_message_with_headers_key_and_examples(event_type: str) -> None:
    message = DOCUMENT["components"]["messages"][event_type]

    assert message["traits"] == [{"$ref": "#/components/messageTraits/cloudevent"}]
    assert message["headers"]["properties"]["ce_type"]["const"] == event_type
    assert message["bindings"]["kafka"]["key"]["description"]
    assert message["examples"]


def test_the_trait_requires_what_cloudevents_requires() -> None:
    headers = DOCUMENT["components"]["messageTraits"]["cloudevent"]["headers"]

    assert headers["required"] == ["ce_id", "ce_source", "ce_specversion", "ce_type"]


def test_every_example_in_the_document_is_valid_under_its_message() -> None:
    trait = DOCUMENT["components"]["messageTraits"]["cloudevent"]["headers"]
    for message in DOCUMENT["components"]["messages"].values():
        for example in message.get("examples", ()):
            payload = {**message["payload"], "components": DOCUMENT["components"]}
            Draft7Validator(payload).validate(example["payload"])
            Draft7Validator(trait).validate(example["headers"])
            Draft7Validator(message["headers"]).validate(example["headers"])


def test_operations_say_who_reads_and_who_writes() -> None:
    operations = DOCUMENT["operations"]

    assert operations["router-fast-lane.receives.tickets.security"]["bindings"]["kafka"]["groupId"][
        "const"
    ] == ("support.router-fast-lane")
    writers = {
        name.partition(".")[0]
        for name, operation in operations.items()
        if operation["action"] == "send"
        and operation["channel"]["$ref"] == "#/channels/queues.security"
    }
    assert writers == {"fast-lane"}


def test_retention_stands_with_every_channel() -> None:
    kept = {
        name: channel["bindings"]["kafka"]["topicConfiguration"]["retention.ms"]
        for name, channel in DOCUMENT["channels"].items()
    }

    assert kept["licences"] == -1
    assert kept["inbound"] == 2 * 24 * 60 * 60 * 1000
    assert kept["tickets.submitted"] == 14 * 24 * 60 * 60 * 1000


# Pages.


class Links(HTMLParser):
    """Every address that a page would fetch or lead to, and its open tags."""

    VOID = frozenset({"meta", "br", "html", "!doctype"})

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[str] = []
        self.open: list[str] = []
        self.feed(page)

    @override
    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found += [value or "" for name, value in attrs if name in {"href", "src"}]
        if tag not in self.VOID:
            self.open.append(tag)

    @override
    def handle_endtag(self, tag: str) -> None:
        if tag not in self.VOID:
            assert self.open.pop() == tag


@pytest.mark.parametrize("name", PAGES)
def test_a_page_needs_no_network_and_its_links_lead_to_files(name: str) -> None:
    page = PAGES[name]
    parsed = Links(page)

    assert not re.search(r"<script|<link|@import|url\(", page)
    assert parsed.open == []
    for target in parsed.found:
        assert (HERE / target).exists()


def test_a_page_that_loads_from_elsewhere_would_be_noticed() -> None:
    assert Links('<img src="https://cdn.example/x.png">').found == ["https://cdn.example/x.png"]


@pytest.mark.parametrize("event_type", [*EVENT_TYPES, "support.ticket.reported.v1"])
def test_every_event_has_a_page_that_says_all_a_reader_asks(event_type: str) -> None:
    page = PAGES[f"{event_type}.html"]

    for heading in ("Key", "Written by", "Read by", "kept", "How it may change", "Examples ("):
        assert heading in page
    shown = sum(example.event_type == event_type for example in examples())
    assert page.count("<details") == shown


def test_the_index_leads_to_every_event_and_names_every_topic() -> None:
    index = PAGES["index.html"]

    assert all(f'href="{event_type}.html"' in index for event_type in EVENT_TYPES)
    assert all(topic.address("support") in index for topic in TOPICS)


# The command.


def test_the_check_holds_on_what_is_committed() -> None:
    result = CliRunner().invoke(command.app, ["check", "--json"])

    assert result.exit_code == 0
    assert orjson.loads(result.stdout) == {"stale": [], "broken": []}


def test_the_check_fails_on_drift_and_names_the_file(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(command, "stale", lambda: [command.ROOT / "deploy/contracts/index.html"])

    result = CliRunner().invoke(command.app, ["check"])

    assert result.exit_code == 1
    assert "deploy/contracts/index.html: differs from the code" in result.stdout


def test_the_check_fails_on_a_broken_promise(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(command, "schemas", dict)

    result = CliRunner().invoke(command.app, ["check"])

    assert result.exit_code == 1
    assert "support.ticket.routed.v1: no longer there" in result.stdout


def test_a_release_with_a_broken_promise_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    frozen: list[bool] = []
    monkeypatch.setattr(command, "freeze", lambda: frozen.append(True))
    monkeypatch.setattr(command, "schemas", dict)

    assert CliRunner().invoke(command.app, ["release"]).exit_code == 1
    assert frozen == []
    assert CliRunner().invoke(command.app, ["release", "--start-over"]).exit_code == 0
    assert frozen == [True]
