"""Does the security lane still deliver? The canaries that came through it, and their absence."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from services.watch.pace import Pace
from services.watch.sighting import Sighting
from shared.contracts import Queue

PATIENCE = 2.5
"""So many intervals without a canary are one that got lost, not one that is slow."""


class Singing(StrEnum):
    """`off`: none is sent, so that a quiet lane and a dead one look alike."""

    OFF = "off"
    AWAITED = "awaited"
    ARRIVING = "arriving"
    ABSENT = "absent"


@dataclass(slots=True)
class Canaries:
    """A fold over the security queue. A canary is marked by intake, by the key it came with."""

    last: datetime | None = None
    received: datetime | None = None

    def see(self, s: Sighting, pace: Pace) -> None:
        if not (s.canary and s.routed and s.place.queue is Queue.SECURITY):
            return
        if self.last is not None and s.at <= self.last:
            return
        self.last, self.received = s.at, s.received_at
        if s.received_at is not None:
            pace.took("canary", (s.at - s.received_at).total_seconds())

    def state(self, now: datetime, since: datetime, every: float) -> Singing:
        """`since`: when watching began; `every`: seconds between two canaries, 0 for none."""
        if not every:
            return Singing.OFF
        if self.last is not None and (now - self.last).total_seconds() <= PATIENCE * every:
            return Singing.ARRIVING
        if (now - since).total_seconds() <= PATIENCE * every:
            return Singing.AWAITED
        return Singing.ABSENT

    def figures(
        self, now: datetime, since: datetime, every: float, pace: Pace
    ) -> dict[str, object]:
        age = None if self.last is None else max(0.0, (now - self.last).total_seconds())
        figures: dict[str, object] = {
            "state": self.state(now, since, every),
            "every_seconds": every or None,
            "last": self.last,
            "last_seconds": None if age is None else round(age, 1),
        }
        return figures | pace.spread("canary")
