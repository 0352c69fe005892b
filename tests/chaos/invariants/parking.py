"""Is every unreadable record parked by each of its readers, and nothing else?"""

from __future__ import annotations

from collections.abc import Iterator

from tests.chaos.names import PARKED_BY
from tests.chaos.picture import Picture, origin_of, reader_of, short


def poison_is_parked(picture: Picture) -> Iterator[str]:
    """Every unreadable record is parked once by each of its readers, repeats counted once."""
    parked = {(reader_of(m), *origin_of(m)) for m in picture.parked}
    told = {short(r.origin) for r in picture.routed if r.origin is not None}
    for poison in picture.evidence.poison:
        origin = (poison.topic, poison.partition, poison.offset)
        for reader in PARKED_BY[poison.topic]:
            if (reader, *origin) not in parked:
                yield f"{reader} has not parked {poison}"
        if poison.topic == "tickets.security" and origin not in told:
            yield f"the fast lane has told nobody of {poison}"


def only_poison_is_parked(picture: Picture) -> Iterator[str]:
    """What can be read is never parked."""
    for message in picture.parked:
        if origin_of(message) not in picture.poison_origins:
            reason = message.headers.get("dlq-reason")
            yield f"{reader_of(message)} parked {origin_of(message)} for {reason}"
