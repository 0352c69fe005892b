"""Do reports, and reports alone, stand where people see them first?"""

from __future__ import annotations

from collections.abc import Iterator

from tests.chaos.evidence import Word
from tests.chaos.picture import Picture


def security_has_both(picture: Picture) -> Iterator[str]:
    """Every ledger row for security has its record on the queue, and every record its row."""
    told = {r.message_id: r for r in picture.routed if r.queue == "security"}
    for row in picture.evidence.ledger:
        if row.queue == "security" and row.message_id not in told:
            yield f"{row.message_id} is for security and never came to queues.security"
    for message_id, record in told.items():
        if record.canary or record.origin is not None:
            continue
        known = picture.row_by_message.get(message_id)
        if known is None or known.queue != "security":
            yield f"{record} has no row for security in the ledger"


def reports_reach_people(picture: Picture) -> Iterator[str]:
    """What the screen must flag is live on security, unless a person said otherwise."""
    for submission in picture.evidence.submissions:
        queues = {r.queue for r in picture.live_of.get(submission.external_id, [])}
        if not queues:
            continue
        match submission.corrected:
            case Word.REPORT if queues != {"security"}:
                yield f"{submission.external_id}: a person raised it, it stands on {queues}"
            case Word.NO_REPORT if "security" in queues:
                yield f"{submission.external_id}: a person cleared it, it stands on {queues}"
            case None | Word.SCOPE if submission.report and queues != {"security"}:
                yield f"{submission.external_id} is a report and stands on {queues}"
            case _:
                pass
