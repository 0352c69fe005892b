"""Does each ticket of the sample get the queue that was decided for it by hand?"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from services.intake.auto_reply import is_auto_reply
from services.router.policy import CURRENT, load_policy
from services.router.priority import Inputs, rule
from services.router.replies import reply_for
from shared.contracts import Coverage, Finding, Queue
from tests.support.builders import NOW

SAMPLE = Path("deploy/sample")
POLICY = load_policy(CURRENT)


def by_id(name: str) -> dict[str, dict[str, Any]]:
    lines = (SAMPLE / f"{name}.jsonl").read_text(encoding="utf-8").splitlines()
    return {line["id"]: line for line in map(json.loads, lines)}


TICKETS, LABELS, EXPECTED = by_id("tickets"), by_id("labels"), by_id("expected")


def test_the_sample_is_complete() -> None:
    assert len(TICKETS) == 180
    assert set(TICKETS) == set(LABELS) == set(EXPECTED)
    assert {expected["queue"] for expected in EXPECTED.values()} == set(Queue)


@pytest.mark.parametrize("id_", TICKETS)
def test_sample_ticket_gets_the_queue_decided_by_hand(id_: str) -> None:
    label, expected, submission = LABELS[id_], EXPECTED[id_], TICKETS[id_]["submission"]
    findings = [Finding(**finding) for finding in label["findings"]]
    entitlement = expected["coverage"]
    coverage = Coverage(
        status=entitlement["status"],
        identity=entitlement["identity"],
        site=entitlement["site"] or "not_named",
        as_of=NOW,
    )
    inputs = Inputs.of(
        security=label["security"],
        auto_reply=is_auto_reply(
            submission.get("subject", ""),
            submission.get("body", ""),
            submission.get("requester", {}).get("email"),
        ),
        conflict=False,
        stage_failed=False,
        decided=True,
        findings=findings,
        coverage=coverage,
    )
    ruling = rule(POLICY, inputs)
    assert (ruling.queue, ruling.review_reason) == (expected["queue"], expected["review_reason"])
    reply = reply_for(POLICY, ruling, findings, coverage)
    assert (reply is None) == (ruling.review_reason == "auto_reply")
