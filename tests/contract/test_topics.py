"""Does the registry say what the design promises of topics?"""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

import shared
from shared.contracts import EVENT_TYPES, TYPE_OF, Queue
from shared.topics import (
    CORRECTIONS,
    DAY_MS,
    INBOUND,
    LICENCES,
    NEVER_PARKS,
    QUEUES,
    SECURITY,
    STATUS,
    SUBMITTED,
    TOPICS,
    Reader,
    Topic,
    specifications,
)

SPECS = {spec.address: spec for spec in specifications("support", 6)}
BY_HAND = {
    "support.inbound.v1",
    "support.tickets.submitted.v1",
    "support.tickets.security.v1",
    "support.tickets.classified.v1",
    "support.licences.v1",
    "support.tickets.entitled.v1",
    "support.corrections.v1",
    "support.tickets.status.v1",
    "support.queues.security.v1",
    "support.queues.extensions.v1",
    "support.queues.core-paying.v1",
    "support.queues.core.v1",
    "support.queues.review.v1",
    "support.queues.renewal.v1",
    "support.queues.referral.v1",
    "support.inbound.v1.intake.dlq",
    "support.tickets.submitted.v1.classifier.dlq",
    "support.tickets.submitted.v1.classifier-security.dlq",
    "support.tickets.security.v1.router-security.dlq",
    "support.tickets.classified.v1.entitlements.dlq",
    "support.licences.v1.entitlements-licences.dlq",
    "support.tickets.entitled.v1.router.dlq",
    "support.corrections.v1.router-corrections.dlq",
}


def test_the_topics_are_the_promised_ones_and_no_others() -> None:
    assert SPECS.keys() == BY_HAND


def test_every_queue_has_its_topic() -> None:
    assert {queue.value: topic.name for queue, topic in QUEUES.items()} == {
        "security": "queues.security",
        "extensions": "queues.extensions",
        "core-paying": "queues.core-paying",
        "core": "queues.core",
        "review": "queues.review",
        "renewal": "queues.renewal",
        "referral": "queues.referral",
    }


def test_nobody_but_the_fast_lane_writes_the_security_queue() -> None:
    assert QUEUES[Queue.SECURITY].writers == ("fast lane",)


def test_the_fast_lane_and_the_ledger_read_findings_each_for_itself() -> None:
    assert SECURITY.readers == (Reader.ROUTER_FAST_LANE, Reader.ROUTER_SECURITY)


def test_the_security_look_at_tickets_has_a_group_of_its_own() -> None:
    assert SUBMITTED.readers == (Reader.CLASSIFIER, Reader.CLASSIFIER_SECURITY)


@pytest.mark.parametrize(
    "topic",
    [topic for topic in TOPICS if topic.name.startswith(("tickets.", "queues."))],
    ids=lambda topic: topic.name,
)
def test_ticket_and_queue_topics_share_partitions_and_are_kept_14_days(topic: Topic) -> None:
    spec = SPECS[topic.address("support")]

    assert spec.partitions == 6
    assert int(spec.config["retention.ms"]) >= 14 * DAY_MS


def test_licence_facts_stay_for_good_on_one_partition() -> None:
    spec = SPECS[LICENCES.address("support")]

    assert spec.partitions == 1
    assert spec.config["retention.ms"] == "-1"
    assert spec.config["cleanup.policy"] == "delete"


def test_corrections_stay_for_good() -> None:
    assert SPECS[CORRECTIONS.address("support")].config["retention.ms"] == "-1"


def test_unredacted_text_of_upstream_systems_goes_after_two_days() -> None:
    assert SPECS[INBOUND.address("support")].config["retention.ms"] == str(2 * DAY_MS)


def test_dead_letters_outlive_what_they_came_from_and_take_its_largest_record() -> None:
    for address, spec in SPECS.items():
        if address.endswith(".dlq"):
            source = SPECS[address.rpartition(".v1.")[0] + ".v1"]
            assert int(spec.config["retention.ms"]) > 14 * DAY_MS
            assert int(spec.config["max.message.bytes"]) > int(source.config["max.message.bytes"])


def test_an_outside_writer_never_stops_the_line() -> None:
    assert {topic for topic in TOPICS if not topic.ours} == {
        INBOUND,
        LICENCES,
        CORRECTIONS,
        STATUS,
    }


def test_a_reader_reads_one_topic_so_its_group_and_dead_letters_are_its_own() -> None:
    read = Counter(reader for topic in TOPICS for reader in topic.readers)

    assert {reader for reader, times in read.items() if times > 1} <= {Reader.WATCH}
    assert set(read) == set(Reader)


def test_the_fast_lane_and_watch_park_nothing() -> None:
    assert {Reader.ROUTER_FAST_LANE, Reader.WATCH} == NEVER_PARKS


def test_every_event_travels_on_some_topic() -> None:
    assert {TYPE_OF[model] for topic in TOPICS for model in topic.events} == set(EVENT_TYPES)


@pytest.mark.parametrize("address", sorted(BY_HAND))
def test_addresses_keep_to_one_alphabet(address: str) -> None:
    assert address.replace(".", "").replace("-", "").isalnum()
    assert address == address.lower()
    assert len(address) <= 249


def test_another_namespace_moves_every_topic() -> None:
    assert all(spec.address.startswith("trial.") for spec in specifications("trial", 3))
    assert {s.partitions for s in specifications("trial", 3) if "tickets" in s.address} == {3, 1}


def row_of(topic: Topic) -> tuple[str, str, str, str]:
    """What the table of topics in the README should say: name, writers, readers, days."""
    readers = ", ".join((*topic.readers, *topic.foreign))
    kept = "for good" if topic.days is None else f"{topic.days} days"
    return f"`{topic.name}`", ", ".join(topic.writers), readers, kept


def test_the_table_in_the_readme_says_what_the_registry_says() -> None:
    page = Path(shared.__file__).with_name("README.md").read_text(encoding="utf-8")
    rows = [
        tuple(cell.strip() for cell in line.strip("|").split("|")) for line in page.splitlines()
    ]
    told = [(row[0], row[2], row[3], row[4]) for row in rows if len(row) == 5]

    assert told[2:] == [row_of(topic) for topic in TOPICS]
