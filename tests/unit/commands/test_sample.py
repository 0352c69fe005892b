"""The sample's relative times become real ones, and its parts fit together."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime

import pytest

from deploy import sample

NOW = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("now", "2026-03-02T12:00:00+00:00"),
        ("now-3h", "2026-03-02T09:00:00+00:00"),
        ("now+335d", "2027-01-31T12:00:00+00:00"),
        ("now-90s", "2026-03-02T11:58:30+00:00"),
        ("now-5m", "2026-03-02T11:55:00+00:00"),
        ("now and then", "now and then"),
        ("now-3", "now-3"),
    ],
)
def test_relative_times(text: str, meant: str) -> None:
    assert sample.resolved({"a": [text]}, NOW) == {"a": [meant]}


def test_every_ticket_has_its_expected_queue() -> None:
    tickets = sample.tickets(NOW)
    assert len(tickets) == 180
    assert {ticket.id for ticket in tickets} == set(sample.expected())
    assert Counter(ticket.source for ticket in tickets) == {
        "help-desk": 108,
        "web-form": 45,
        "inbound": 27,
    }


def test_the_heartbeat_comes_last() -> None:
    facts = sample.licences(NOW)
    assert ["complete_until" in fact for fact in facts] == [False] * (len(facts) - 1) + [True]


def test_a_second_run_on_the_same_servers_has_names_and_versions_of_its_own() -> None:
    assert sample.tickets(NOW, run="-2")[0].submission["external_id"] == "sample-d001-2"
    assert sample.licences(NOW, versions_from=100)[0]["version"] == 101
