"""Which tickets pass just now? The latest records on their way, never their text."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from services.watch.sighting import Sighting
from services.watch.timeline import ON_THE_WAY, event_of, stage_of

SHOWN = 40


@dataclass(slots=True)
class Passing:
    """The latest by time, in whichever order they are read."""

    most: int = SHOWN
    _latest: list[Sighting] = field(default_factory=list)

    def see(self, s: Sighting) -> None:
        if s.parked is None and s.place.kind not in ON_THE_WAY:
            return
        self._latest.append(s)
        if len(self._latest) >= 2 * self.most:
            self._latest = self._newest()

    def figures(self) -> list[dict[str, object]]:
        """The newest first."""
        return [_row(s) for s in self._newest()]

    def _newest(self) -> list[Sighting]:
        return sorted(self._latest, key=_when, reverse=True)[: self.most]


def _when(s: Sighting) -> tuple[datetime, str, int, int]:
    return s.at, s.place.address, s.partition, s.offset


def _row(s: Sighting) -> dict[str, object]:
    return {
        "at": s.at,
        "ticket_id": s.ticket_id,
        "stage": s.parked.reader if s.parked else stage_of(s),
        "event": "parked" if s.parked else event_of(s),
        "queue": s.place.queue,
        "scope": s.scope,
        "reason": s.parked.reason if s.parked else s.review_reason,
        "by": s.by,
        "canary": s.canary,
        "topic": s.place.address,
        "partition": s.partition,
        "offset": s.offset,
    }
