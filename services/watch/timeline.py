"""What happened to one ticket, where, and in which queue does it stand?"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import datetime

from services.watch.sighting import Kind, Parked, Sighting
from shared.contracts import Queue
from shared.topics import CLASSIFIED, CORRECTIONS, ENTITLED, SECURITY, STATUS, SUBMITTED


@dataclass(frozen=True, slots=True)
class Stop:
    """One record on the way of a ticket. `stage`: who wrote it; `event`: what it says."""

    stage: str
    event: str
    topic: str
    partition: int
    offset: int
    at: datetime
    queue: str | None = None
    revision: int | None = None
    message_id: str | None = None
    by: str | None = None


@dataclass(frozen=True, slots=True)
class Standing:
    """A live message: routed and not withdrawn, its repeats counted once."""

    queue: str
    message_id: str
    revision: int | None
    at: datetime


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """A parked record of the ticket, with where it lies."""

    topic: str
    partition: int
    offset: int
    at: datetime
    parked: Parked


@dataclass(frozen=True, slots=True)
class Timeline:
    """All that the topics tell of one ticket, in the order it happened."""

    ticket_id: str
    stages: tuple[Stop, ...]
    live: tuple[Standing, ...]
    parked: tuple[DeadLetter, ...]
    trace_id: str = ""
    """The ticket's id as tracing tools write it; of a conflict, that of the ticket it came as."""

    @property
    def queue(self) -> str | None:
        """Where the ticket stands; a report stands in `security` whatever else is live."""
        return self._first.queue if self._first else None

    @property
    def revision(self) -> int | None:
        return self._first.revision if self._first else None

    @property
    def decisive(self) -> Stop | None:
        """The record that put the ticket where it stands."""
        name = self._first.message_id if self._first else None
        return next((s for s in self.stages if name and s.message_id == name), None)

    @property
    def known(self) -> bool:
        return bool(self.stages or self.parked)

    @property
    def _first(self) -> Standing | None:
        return max(
            self.live, key=lambda s: (s.queue == Queue.SECURITY, s.revision or 0), default=None
        )

    def document(self) -> dict[str, object]:
        """The JSON of `GET /tickets/{id}` and `triage trace --json`."""
        return {
            "ticket_id": self.ticket_id,
            "queue": self.queue,
            "revision": self.revision,
            "trace_id": self.trace_id,
            "live": [asdict(standing) for standing in self.live],
            "stages": [asdict(stop) for stop in self.stages],
            "parked": [
                {"topic": d.topic, "partition": d.partition, "offset": d.offset, "at": d.at}
                | {"reader": d.parked.reader, "reason": d.parked.reason}
                | {"detail": d.parked.detail, "attempts": d.parked.attempts}
                | {
                    "origin": {
                        "topic": d.parked.topic,
                        "partition": d.parked.partition,
                        "offset": d.parked.offset,
                    }
                }
                for d in self.parked
            ],
        }


def timeline(ticket_id: str, sightings: Iterable[Sighting]) -> Timeline:
    """The way of one ticket, from all records that may concern it, in any order.

    Two texts under one key share the id that their stages carry, until the ledger tells them
    apart; each then gets the stages of its own fingerprint.
    """
    seen = sorted(sightings, key=lambda s: (s.at, _ORDER.get(s.place.topic.name, 9), s.offset))
    own = {s.fingerprint for s in seen if s.routed and s.ticket_id == ticket_id} - {None}
    first = related(ticket_id, seen)
    taken = {s.fingerprint for s in seen if s.conflicts_with == ticket_id} - own - {None}
    mine = [
        s
        for s in seen
        if (s.ticket_id == ticket_id and s.fingerprint not in taken)
        or (s.ticket_id in first and s.fingerprint in own)
    ]
    return Timeline(
        ticket_id,
        stages=tuple(_stop(s) for s in mine if s.parked is None and s.place.kind in ON_THE_WAY),
        live=live(mine),
        parked=tuple(
            DeadLetter(s.place.address, s.partition, s.offset, s.at, s.parked)
            for s in mine
            if s.parked is not None
        ),
        trace_id=min(first, default=ticket_id).replace("-", ""),
    )


def live(sightings: Iterable[Sighting]) -> tuple[Standing, ...]:
    """Routed and not withdrawn, whichever was read first; repeats of a message counted once."""
    routed: dict[str, Standing] = {}
    withdrawn: set[str] = set()
    for s in sightings:
        if s.routed and s.event_id is not None and s.place.queue is not None:
            standing = Standing(s.place.queue, s.event_id, s.revision, s.at)
            routed.setdefault(s.event_id, standing)
        elif s.withdrawal and s.withdraws is not None:
            withdrawn.add(s.withdraws)
    return tuple(standing for name, standing in routed.items() if name not in withdrawn)


def related(ticket_id: str, sightings: Iterable[Sighting]) -> set[str]:
    """Other ids whose stages this ticket shares: the ticket it came under the key of."""
    return {
        s.conflicts_with
        for s in sightings
        if s.ticket_id == ticket_id and s.conflicts_with is not None
    }


ON_THE_WAY = frozenset({Kind.INBOUND, Kind.TICKETS, Kind.QUEUE, Kind.STATUS, Kind.CORRECTIONS})
_ORDER = {
    topic.name: place for place, topic in enumerate((SUBMITTED, SECURITY, CLASSIFIED, ENTITLED))
}
_WRITERS = {
    SUBMITTED.name: "intake",
    CLASSIFIED.name: "classifier",
    ENTITLED.name: "entitlements",
    CORRECTIONS.name: "person",
    STATUS.name: "help desk",
}
_FINDERS = {"screen": "intake", "model": "classifier", "person": "router"}


def _stop(s: Sighting) -> Stop:
    return Stop(
        stage=stage_of(s),
        event=event_of(s),
        topic=s.place.address,
        partition=s.partition,
        offset=s.offset,
        at=s.at,
        queue=s.place.queue,
        revision=s.revision,
        message_id=s.event_id if s.routed else s.withdraws,
        by=s.by,
    )


def stage_of(s: Sighting) -> str:
    """Who wrote a record."""
    if s.place.queue is not None:
        return "fast lane" if s.place.queue is Queue.SECURITY else "router"
    if s.place.topic is SECURITY:
        return _FINDERS.get(s.found_by[-1], "intake") if s.found_by else "router"
    return _WRITERS.get(s.place.topic.name, "upstream")


def event_of(s: Sighting) -> str:
    """What a record says happened, in a word."""
    if s.status is not None:
        return s.status
    return (s.type or "unreadable").removeprefix("support.").removesuffix(".v1").split(".")[-1]
