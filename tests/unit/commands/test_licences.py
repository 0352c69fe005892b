"""Which lines of a licence file are published, and which are refused?"""

from __future__ import annotations

from datetime import UTC, datetime

import orjson
import pytest

from deploy.commands._lines import Line
from deploy.commands.licences import Refused, facts_in
from shared.envelope import Outgoing

NOW = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
FACT = {
    "licence_id": "LIC-1",
    "version": 1,
    "effective_at": "2026-03-01T00:00:00Z",
    "state": "active",
    "holder": {"account_id": "acct-1"},
    "products": ["*"],
    "valid_from": "2026-03-01T00:00:00Z",
}


def of(document: dict[str, object]) -> Outgoing | Refused:
    line = Line(3, orjson.dumps(document), document)
    return next(iter(facts_in([line], "billing", "support", NOW)))


def test_a_fact_is_keyed_by_its_licence_and_has_one_id_however_often_it_is_sent() -> None:
    record = of(FACT)
    assert isinstance(record, Outgoing)
    assert (record.topic, record.key) == ("support.licences.v1", b"LIC-1")
    assert dict(record.headers)["ce_type"] == b"support.licence.recorded.v1"
    assert dict(record.headers)["ce_source"] == b"billing"
    again = of(dict(FACT))
    assert isinstance(again, Outgoing)
    assert dict(record.headers)["ce_id"] == dict(again.headers)["ce_id"]


def test_a_line_with_complete_until_is_a_heartbeat_keyed_by_its_source() -> None:
    record = of({"complete_until": "2026-03-02T11:59:00Z"})
    assert isinstance(record, Outgoing)
    assert record.key == b"billing"
    assert dict(record.headers)["ce_type"] == b"support.licence-feed.advanced.v1"


@pytest.mark.parametrize(
    ("change", "names"),
    [
        ({"version": "one"}, "version"),
        ({"holder": None}, "holder"),
        ({"effective_at": "2026-03-03T00:00:00Z"}, "effective_at"),
        ({"paid_until": "2020-01-01T00:00:00Z"}, "paid_until"),
        ({"complete_until": "2026-03-02T13:00:00Z"}, "complete_until"),
    ],
)
def test_an_impossible_line_is_refused_naming_the_field(
    change: dict[str, object], names: str
) -> None:
    refused = of(FACT | change)
    assert isinstance(refused, Refused)
    assert names in refused.why
    assert refused.line.number == 3


def test_an_unknown_field_is_ignored() -> None:
    record = of(FACT | {"colour": "red"})
    assert isinstance(record, Outgoing)
    assert b"colour" not in (record.value or b"")
