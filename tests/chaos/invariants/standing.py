"""Does every ticket stand on exactly one queue, and does the ledger say the same?"""

from __future__ import annotations

from collections.abc import Iterator

from tests.chaos.picture import Picture, Routed, short


def one_live_decision(picture: Picture) -> Iterator[str]:
    """Every accepted ticket stands live on exactly one queue, once."""
    for submission in picture.evidence.submissions:
        found = picture.live_of.get(submission.external_id, [])
        if len(found) > 1:
            where = ", ".join(map(str, found))
            yield f"{submission.external_id} stands live {len(found)} times: {where}"
        elif not found and submission.accepted:
            yield f"{submission.external_id} was accepted and stands on no queue"


def ledger_agrees(picture: Picture) -> Iterator[str]:
    """Every live record is the ledger's one live decision for its ticket, and the other way."""
    for record in picture.live:
        if record.canary or record.origin is not None:
            continue
        row = picture.row_by_message.get(record.message_id)
        if row is None:
            yield f"{record} has no row in the ledger"
        elif not row.live or row.queue != record.queue:
            yield f"{record} is live, and its row says live={row.live} on {row.queue}"
    standing = {(record.queue, record.message_id) for record in picture.live}
    for ticket_id, rows in picture.rows_of.items():
        live = [row for row in rows if row.live]
        if len(live) != 1:
            yield f"ticket {ticket_id} has {len(live)} live decisions in the ledger"
        for decided in live:
            if (decided.queue, decided.message_id) not in standing:
                yield f"{decided.message_id} is live in the ledger, not on queues.{decided.queue}"


def all_published(picture: Picture) -> Iterator[str]:
    """The ledger owes Kafka nothing."""
    for row in picture.evidence.ledger:
        if not row.published:
            yield f"{row.message_id} of ticket {row.ticket_id} is decided and not published"


def nothing_invented(picture: Picture) -> Iterator[str]:
    """Nothing stands on a queue or in the ledger that nobody submitted; canaries apart."""
    known_tickets: set[str] = set()
    for record in picture.routed:
        if record.canary or record.external_id in picture.submission_of:
            known_tickets.add(str(record.ticket_id))
            known_tickets.add(str(_ledger_ticket(picture, record)))
        elif record.origin is None:
            yield f"{record} carries {record.external_id!r}, which nobody submitted"
        elif short(record.origin) not in picture.poison_origins:
            yield f"{record} tells of {record.origin}, where nothing unreadable was put"
    for ticket_id in picture.rows_of:
        if ticket_id not in known_tickets:
            yield f"ticket {ticket_id} is in the ledger and was never on a queue"


def _ledger_ticket(picture: Picture, record: Routed) -> str | None:
    row = picture.row_by_message.get(record.message_id)
    return row.ticket_id if row else None
