"""Does the fast lane carry every report, with the receipt where there is one?"""

from __future__ import annotations

from pathlib import Path

import pytest

from services.router.app import receipt_in
from services.router.fast_lane import carry
from services.router.policy import CURRENT
from shared.contracts import Frozen, Reply, Routed, SecuritySuspected
from shared.envelope import decode, encode, types_of
from tests.support.builders import NOW, a_record, a_suspected

QUEUE = "support.queues.security.v1"


def carried(receipt: Reply | None) -> Routed:
    told = encode(
        "support.tickets.security.v1",
        a_suspected(),
        event_id="1",
        source="/intake",
        time=NOW,
        subject="x",
    )
    types: dict[str, type[Frozen]] = {**types_of(SecuritySuspected)}
    event = decode(a_record(told), types)
    return decode(a_record(carry(event, QUEUE, NOW, receipt)), types_of(Routed)).data


def test_a_report_reaches_people_with_the_receipt_for_who_reported_it() -> None:
    reply = carried(receipt_in(CURRENT)).reply
    assert reply is not None
    assert reply.key == "security_receipt"
    assert "A person has your message now" in reply.text


@pytest.mark.parametrize("content", [None, b"\xff", b"[", b"steps: []"])
def test_a_policy_that_cannot_be_read_keeps_no_report_back(
    content: bytes | None, tmp_path: Path
) -> None:
    file = tmp_path / "policy.yaml"
    if content is not None:
        file.write_bytes(content)
    assert receipt_in(file) is None
    assert carried(receipt_in(file)).reply is None


def test_what_stands_for_a_report_names_neither_revision_nor_coverage_nor_policy() -> None:
    record = carried(receipt_in(CURRENT))
    assert (record.revision, record.supersedes, record.coverage, record.policy) == (None,) * 4
    assert record.findings == ()
