"""What does a run look like in which every promise was kept, and how is it spoilt?"""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

from tests.chaos.evidence import Evidence, Fact, LicenceRow, Message, Poison, Row, Submission
from tests.chaos.names import GROUPS, ROUTED, WITHDRAWN

A, B, C = "ticket-a", "ticket-b", "ticket-c"
FIRST, SECOND, REPORT = "order-1", "order-1-other", "leak-1"
Planted = tuple[str, str, Evidence]
"""The invariant that must be found broken, the fault in words, the spoilt evidence."""


def routed(
    queue: str,
    message_id: str,
    external_id: str | None,
    *,
    ticket_id: str | None = A,
    offset: int = 0,
    partition: int = 1,
    **data: Any,
) -> Message:
    """A decision on a queue; by the fast lane where the queue is security."""
    record = {
        "ticket_id": ticket_id,
        "revision": None if queue == "security" else 1,
        "supersedes": None,
        "conflicts_with": None,
        "canary": False,
        "ticket": {"external_id": external_id} if external_id else None,
        "decided_at": f"2026-11-23T10:00:0{offset % 10}+00:00",
    }
    return Message(
        topic=f"queues.{queue}",
        partition=partition,
        offset=offset,
        key=ticket_id,
        headers={"ce_type": ROUTED, "ce_id": message_id},
        value=json.dumps(record | data).encode(),
    )


def withdrawn(queue: str, message_id: str, ticket_id: str = A) -> Message:
    return Message(
        topic=f"queues.{queue}",
        partition=1,
        offset=90,
        key=ticket_id,
        headers={"ce_type": WITHDRAWN, "ce_id": f"withdrawal of {message_id}"},
        value=json.dumps({"ticket_id": ticket_id, "withdraws": message_id}).encode(),
    )


def parked(topic: str, reader: str, partition: int, offset: int) -> Message:
    return Message(
        topic=f"{topic}.v1.{reader}.dlq",
        partition=0,
        offset=0,
        key=None,
        headers={
            "dlq-topic": f"support.{topic}.v1",
            "dlq-partition": str(partition),
            "dlq-offset": str(offset),
            "dlq-reason": "broken_json",
        },
        value=None,
    )


def a_good_run() -> Evidence:
    """An ordinary ticket, a conflict with it, a report that was found late, one poison record."""
    return Evidence(
        submissions=[
            Submission(FIRST, answered_ids=(A, A)),
            Submission(SECOND, answered_ids=(A,), conflicts_with=FIRST),
            Submission(REPORT, answered_ids=(C,), report=True),
        ],
        poison=[Poison("tickets.submitted", 2, 7)],
        facts=[Fact("LIC-1", 1, "active"), Fact("LIC-1", 2, "cancelled")],
        messages=[
            routed("core", "m-a1", FIRST, ticket_id=A),
            routed("review", "m-b1", SECOND, ticket_id=B, conflicts_with=A),
            routed("core", "m-c1", REPORT, ticket_id=C),
            withdrawn("core", "m-c1", C),
            routed("security", "m-c2", REPORT, ticket_id=C, offset=1),
            routed("security", "m-c2", REPORT, ticket_id=C, offset=2),
            parked("tickets.submitted", "classifier", 2, 7),
            parked("tickets.submitted", "classifier-security", 2, 7),
        ],
        ledger=[
            Row(A, 1, "core", True, "m-a1", "first"),
            Row(B, 1, "review", True, "m-b1", "first"),
            Row(C, 1, "core", False, "m-c1", "first"),
            Row(C, 2, "security", True, "m-c2", "security_finding"),
        ],
        earlier=[Row(C, 1, "core", True, "m-c1", "first")],
        licences=[LicenceRow("LIC-1", 2, False)],
        lag=dict.fromkeys(GROUPS, 0),
    )


def without(evidence: Evidence, message_id: str) -> Evidence:
    kept = [m for m in evidence.messages if m.headers.get("ce_id") != message_id]
    return replace(evidence, messages=kept)


def plus(evidence: Evidence, *messages: Message) -> Evidence:
    return replace(evidence, messages=[*evidence.messages, *messages])


def with_row(evidence: Evidence, message_id: str, **changed: Any) -> Evidence:
    rows = [replace(r, **changed) if r.message_id == message_id else r for r in evidence.ledger]
    return replace(evidence, ledger=rows)


def with_submission(evidence: Evidence, external_id: str, **changed: Any) -> Evidence:
    all_ = evidence.submissions
    return replace(
        evidence,
        submissions=[replace(s, **changed) if s.external_id == external_id else s for s in all_],
    )
