from __future__ import annotations

from shared.contracts import Queue
from shared.topics import DAY_MS, QUEUES, SUBMITTED, Reader, group, specifications


def test_a_logical_name_becomes_an_address_by_the_namespace() -> None:
    assert SUBMITTED.address("support") == "support.tickets.submitted.v1"
    assert SUBMITTED.address("trial") == "trial.tickets.submitted.v1"


def test_dead_letters_are_named_after_their_reader() -> None:
    assert (
        SUBMITTED.dead_letters("support", Reader.CLASSIFIER)
        == "support.tickets.submitted.v1.classifier.dlq"
    )


def test_a_group_is_named_after_its_reader() -> None:
    assert group("support", Reader.ROUTER_FAST_LANE) == "support.router-fast-lane"


def test_a_queue_with_a_hyphen_keeps_it_in_its_address() -> None:
    assert QUEUES[Queue.CORE_PAYING].address("support") == "support.queues.core-paying.v1"


def test_partitions_are_as_configured_and_dead_letters_have_one() -> None:
    specs = {spec.address: spec for spec in specifications("support", 12)}

    assert specs["support.tickets.submitted.v1"].partitions == 12
    assert specs["support.licences.v1"].partitions == 1
    assert specs["support.tickets.submitted.v1.classifier.dlq"].partitions == 1


def test_retention_is_written_in_milliseconds() -> None:
    specs = {spec.address: spec for spec in specifications("support", 6)}

    assert specs["support.tickets.submitted.v1"].config["retention.ms"] == str(14 * DAY_MS)
    assert DAY_MS == 86_400_000
