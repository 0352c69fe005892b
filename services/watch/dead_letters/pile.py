"""Which dead letters lie there, why, and how many of them were dealt with?"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from services.watch.dead_letters.gone import Gone
from services.watch.sighting import Sighting

REMEMBERED_LETTERS = 20_000
"""Of one topic, reader and reason; beyond, the count goes on and what went back is not told."""
NOTHING_GONE = Gone()
Partition = tuple[str, int]


@dataclass(slots=True)
class Pile:
    """Dead letters of one topic, reader and reason."""

    newest: datetime
    count: int = 0
    lying: set[tuple[int, int]] = field(default_factory=set)
    """Partition and offset of each."""

    def dealt_with(self, topic: str, gone: Mapping[Partition, Gone]) -> int:
        return sum(offset in gone.get((topic, n), NOTHING_GONE) for n, offset in self.lying)


@dataclass(slots=True)
class DeadLetters:
    """A fold over the dead-letter topics."""

    _piles: dict[tuple[str, str, str], Pile] = field(default_factory=dict)

    def see(self, s: Sighting) -> None:
        if s.parked is None:
            return
        where = (s.place.address, s.parked.reader, s.parked.reason)
        pile = self._piles.setdefault(where, Pile(s.at))
        pile.count += 1
        pile.newest = max(pile.newest, s.at)
        if len(pile.lying) < REMEMBERED_LETTERS:
            pile.lying.add((s.partition, s.offset))

    def count(self) -> int:
        return sum(pile.count for pile in self._piles.values())

    def figures(self, gone: Mapping[Partition, Gone]) -> list[dict[str, object]]:
        """Counts by dead-letter topic, reader and reason, the newest first.

        `gone`: what `triage dlq replay` or the page has dealt with, by topic and partition.
        """
        piles = sorted(self._piles.items(), key=lambda item: item[1].newest, reverse=True)
        return [
            {
                "topic": topic,
                "reader": reader,
                "reason": reason,
                "count": pile.count,
                "dealt_with": pile.dealt_with(topic, gone),
                "newest": pile.newest,
            }
            for (topic, reader, reason), pile in piles
        ]
