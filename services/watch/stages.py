"""How does each stage do? What goes in and out, how long that takes, and what it parks."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from services.watch.lag_trend import Lag
from services.watch.pace import Pace
from services.watch.sighting import Sighting
from shared.contracts import Queue
from shared.topics import (
    CLASSIFIED,
    ENTITLED,
    INBOUND,
    QUEUES,
    SECURITY,
    SUBMITTED,
    TOPICS,
    Reader,
    Topic,
)

FOUND_BY_MODEL = "tickets.security, found by the model"
SECURITY_TOPIC = QUEUES[Queue.SECURITY].name
ORDINARY_QUEUES = frozenset(t.name for q, t in QUEUES.items() if q is not Queue.SECURITY)


@dataclass(frozen=True, slots=True)
class Ends:
    """Which topics a stage reads and writes, by name in the registry."""

    reads: frozenset[str]
    writes: frozenset[str]


STAGES: dict[Reader, Ends] = {
    Reader.ROUTER_FAST_LANE: Ends(frozenset({SECURITY.name}), frozenset({SECURITY_TOPIC})),
    Reader.INTAKE: Ends(frozenset({INBOUND.name}), frozenset({SUBMITTED.name})),
    Reader.CLASSIFIER: Ends(frozenset({SUBMITTED.name}), frozenset({CLASSIFIED.name})),
    Reader.CLASSIFIER_SECURITY: Ends(frozenset({SUBMITTED.name}), frozenset({FOUND_BY_MODEL})),
    Reader.ENTITLEMENTS: Ends(frozenset({CLASSIFIED.name}), frozenset({ENTITLED.name})),
    Reader.ROUTER: Ends(frozenset({ENTITLED.name}), ORDINARY_QUEUES),
}


def names_on(topic: Topic) -> set[str]:
    """Under which names a topic's records may count."""
    return {topic.name, FOUND_BY_MODEL} if topic is SECURITY else {topic.name}


BESIDE_A_TICKET = {
    topic.name: [
        (reader, ends)
        for reader, ends in STAGES.items()
        if reader is not Reader.INTAKE
        and not (ends.reads | ends.writes).isdisjoint(names_on(topic))
    ]
    for topic in TOPICS
}
"""By topic: the stages that its records are an end of. Intake reads no ticket, it makes one."""


@dataclass(slots=True)
class Stages:
    """A fold over records; shares its counts with the queues' figures."""

    pace: Pace = field(default_factory=Pace)

    def see(self, s: Sighting, way: Sequence[Sighting]) -> None:
        """`way`: what was seen of the same ticket before, in the order it was read."""
        if s.parked is not None:
            self.pace.count(_parked_by(s.parked.reader), s.at)
            return
        names = names_of(s)
        for name in names:
            self.pace.count(name, s.at)
        if s.place.topic is SUBMITTED and s.received_at is not None:
            self.pace.took(Reader.INTAKE, (s.at - s.received_at).total_seconds())
        if not way or (s.place.queue is not None and not _first_decision(s)):
            return
        for reader, ends in BESIDE_A_TICKET[s.place.topic.name]:
            if not ends.writes.isdisjoint(names) and not _first(way, ends.writes):
                self._took(reader, _first(way, ends.reads), s)
            elif not ends.reads.isdisjoint(names) and not _first(way, ends.reads):
                self._took(reader, s, _first(way, ends.writes))

    def figures(self, now: datetime, lags: Iterable[Lag]) -> list[dict[str, object]]:
        behind = {lag.reader: lag for lag in lags}
        return [
            self._stage(reader, ends, now, behind.get(reader)) for reader, ends in STAGES.items()
        ]

    def _took(self, reader: Reader, read: Sighting | None, wrote: Sighting | None) -> None:
        if read is not None and wrote is not None:
            self.pace.took(reader, (wrote.at - read.at).total_seconds())

    def _stage(
        self, reader: Reader, ends: Ends, now: datetime, lag: Lag | None
    ) -> dict[str, object]:
        figures: dict[str, object] = {
            "stage": str(reader),
            "in_per_second": self.pace.per_second(ends.reads, now),
            "out_per_second": self.pace.per_second(ends.writes, now),
            "recent": self.pace.recent(ends.writes, now),
            "errors_per_minute": self.pace.lately((_parked_by(reader),), now),
            "lag_records": lag.records if lag else None,
            "lag_seconds": lag.seconds if lag else None,
            "lag_trend": lag.trend if lag else None,
            "oldest_seconds": lag.oldest_seconds(now) if lag else None,
            "members": lag.members if lag else None,
        }
        return figures | self.pace.spread(reader)


def names_of(s: Sighting) -> tuple[str, ...]:
    """Under which names a record counts."""
    if s.place.topic is SECURITY and "model" in s.found_by:
        return SECURITY.name, FOUND_BY_MODEL
    return (s.place.topic.name,)


def _first(way: Sequence[Sighting], names: frozenset[str]) -> Sighting | None:
    for s in way:
        if s.parked is not None or names.isdisjoint(names_of(s)):
            continue
        if s.place.queue is None or _first_decision(s):
            return s
    return None


def _first_decision(s: Sighting) -> bool:
    """Neither a withdrawal nor a later revision: what the record that was read led to."""
    return s.routed and s.revision in {None, 1}


def _parked_by(reader: str) -> str:
    return f"parked by {reader}"
