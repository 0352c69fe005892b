"""Does one text keep one id and one place, and does the first text keep its key?"""

from __future__ import annotations

from collections.abc import Iterator

from tests.chaos.evidence import Message, Submission
from tests.chaos.picture import Picture

SHARED_PARTITIONING = ("tickets.", "queues.")


def ids_are_kept(picture: Picture) -> Iterator[str]:
    """One text has one ticket id, the one that every 202 gave; another text has another."""
    for submission in picture.evidence.submissions:
        answered = set(submission.answered_ids)
        if len(answered) > 1:
            yield f"{submission.external_id} was answered with {len(answered)} ticket ids"
        for record in picture.live_of.get(submission.external_id, []):
            base = record.data.get("conflicts_with") or record.ticket_id
            if answered and base not in answered:
                yield f"{record}: its ticket is {base}, the 202 said {answered}"


def order_is_kept(picture: Picture) -> Iterator[str]:
    """A key stays in one partition on all topics, and the text that came first holds its id."""
    seen: dict[str, tuple[int, str]] = {}
    for message in picture.evidence.messages:
        if message.key is None or not message.topic.startswith(SHARED_PARTITIONING):
            continue
        if message.topic.endswith(".dlq") or _is_poison(picture, message):
            continue
        partition, topic = seen.setdefault(message.key, (message.partition, message.topic))
        if partition != message.partition:
            yield (
                f"key {message.key} is in partition {partition} of {topic}"
                f" and in {message.partition} of {message.topic}"
            )
    for submission in picture.evidence.submissions:
        if submission.conflicts_with is not None:
            yield from _first_holds_the_id(picture, submission)


def _is_poison(picture: Picture, message: Message) -> bool:
    return (message.topic, message.partition, message.offset) in picture.poison_origins


def _first_holds_the_id(picture: Picture, second: Submission) -> Iterator[str]:
    """Of two texts under one key, unless one of them took the fast lane past the other."""
    first_records = picture.live_of.get(str(second.conflicts_with), [])
    second_records = picture.live_of.get(second.external_id, [])
    if any(r.queue == "security" for r in (*first_records, *second_records)):
        return
    for record in first_records:
        if record.data.get("conflicts_with") is not None:
            yield f"{second.conflicts_with} came first and is called the conflict"
    for record in second_records:
        if record.data.get("conflicts_with") is None:
            yield f"{second.external_id} came second and holds the id"
        elif record.queue != "review":
            yield f"{second.external_id} is a conflict and stands on {record.queue}"
