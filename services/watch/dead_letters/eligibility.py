"""May a dead letter go back to where it came from, and as what?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from services.watch.sighting import Sighting

MOST_ATTEMPTS = 5
"""A record that failed this often has not become better by trying."""


class Answer(StrEnum):
    """What is done with a dead letter, in words for the histogram."""

    REPLAY = "goes back"
    TWIN = "goes back with another reader's copy"
    GONE = "was dealt with before"
    DECIDED = "its ticket is decided already; use triage correct"
    TOO_OFTEN = "failed too often"
    TRUNCATED = "was too large to be kept whole"
    NO_ORIGIN = "does not say where it came from"


@dataclass(frozen=True, slots=True)
class Returning:
    """A record as it goes back: where it was, as it was, with the count of its attempts."""

    topic: str
    partition: int
    headers: tuple[tuple[str, bytes], ...]


def answer_for(
    letter: Sighting, *, gone: bool, decided: bool, known_topics: frozenset[str]
) -> Answer:
    """What may be done with it. `decided`: whether the ledger has a decision on its ticket."""
    parked = letter.parked
    if parked is None or parked.topic not in known_topics or parked.partition < 0:
        return Answer.NO_ORIGIN
    if gone:
        return Answer.GONE
    if parked.truncated:
        return Answer.TRUNCATED
    if decided:
        return Answer.DECIDED
    if parked.attempts >= MOST_ATTEMPTS:
        return Answer.TOO_OFTEN
    return Answer.REPLAY


def returning(letter: Sighting, headers: Sequence[tuple[str, bytes | None]]) -> Returning:
    """The record as it goes back. `dlq-attempts` stays, so that a further failure counts on."""
    if letter.parked is None:
        raise ValueError("not a dead letter")
    kept = tuple(
        (name, bytes(value))
        for name, value in headers
        if value is not None
        and (name == "dlq-attempts" or not name.startswith(("dlq-", "kafka_dlt-")))
    )
    return Returning(letter.parked.topic, letter.parked.partition, kept)
