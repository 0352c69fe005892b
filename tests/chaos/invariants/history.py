"""Does a decision change only by a revision with a cause, which takes the place of the one before?"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from itertools import pairwise
from typing import Any

from tests.chaos.names import RANK
from tests.chaos.picture import Picture

TIMES = ("received_at", "decided_at")


def decisions_are_stable(picture: Picture) -> Iterator[str]:
    """A decision changes only by a revision, and every revision has a cause that happened."""
    for (queue, message_id), deliveries in picture.deliveries.items():
        if len({_content(data) for data in deliveries}) > 1:
            yield f"{message_id} on queues.{queue} was delivered with different content"
    for ticket_id, rows in picture.rows_of.items():
        if [row.revision for row in rows] != list(range(1, len(rows) + 1)):
            yield f"ticket {ticket_id} has revisions {[row.revision for row in rows]}"
        for before, row in pairwise(rows):
            if row.cause == "first":
                yield f"ticket {ticket_id} changed in revision {row.revision} without a cause"
            if row.cause == "facts_learned" and RANK[row.queue] >= RANK[before.queue]:
                yield f"ticket {ticket_id} went from {before.queue} down to {row.queue}"
    for row in picture.evidence.earlier:
        now = picture.row_at.get((row.ticket_id, row.revision))
        if now is None or (now.queue, now.message_id, now.cause) != (
            row.queue,
            row.message_id,
            row.cause,
        ):
            yield f"revision {row.revision} of ticket {row.ticket_id} was {row}, now {now}"
    yield from _unsaid_corrections(picture)


def _content(data: Mapping[str, Any]) -> str:
    """What a delivery says. The fast lane keeps no ledger: a report that was sent twice, or told
    twice, says when each time."""
    if data.get("revision") is None:
        data = {name: value for name, value in data.items() if name not in TIMES}
    return json.dumps(data, sort_keys=True)


def _unsaid_corrections(picture: Picture) -> Iterator[str]:
    for record in picture.routed:
        row = picture.row_by_message.get(record.message_id)
        submission = picture.submission_of.get(record.external_id or "")
        if row is None or submission is None or row.cause != "correction":
            continue
        if submission.corrected is None:
            yield f"{record} was corrected by nobody"


def revisions_name_what_they_supersede(picture: Picture) -> Iterator[str]:
    """A later decision names the one before it, which is withdrawn from its queue."""
    for record in picture.routed:
        row = picture.row_by_message.get(record.message_id)
        if row is None or not record.made_by_ledger:
            continue
        ids = {r.message_id for r in picture.rows_of[row.ticket_id] if r.revision < row.revision}
        named = record.data.get("supersedes")
        if row.revision > 1 and named not in ids:
            yield f"{record}, revision {row.revision}, supersedes {named!r}"
        if row.revision == 1 and named is not None:
            yield f"{record} is the first and supersedes {named}"
    for row in picture.evidence.ledger:
        if not row.live and (row.queue, row.message_id) not in picture.withdrawals:
            yield f"{row.message_id} is superseded and still stands on queues.{row.queue}"
    for (queue, message_id), data in picture.withdrawals.items():
        if (queue, message_id) not in picture.deliveries:
            yield f"{data['ticket_id']}: {message_id} was withdrawn from {queue}, never put there"
