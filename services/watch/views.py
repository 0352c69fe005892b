"""What do the streams look like now? A fold over sightings, and the figures it gives."""

from __future__ import annotations

from collections import Counter, OrderedDict, deque
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime

from services.watch.canary import Canaries
from services.watch.dead_letters.gone import Gone
from services.watch.dead_letters.pile import DeadLetters, Partition
from services.watch.lag_trend import Lag
from services.watch.pace import Pace
from services.watch.passing import Passing
from services.watch.sighting import Sighting
from services.watch.stages import Stages
from services.watch.standing import REMEMBERED_MESSAGES, Message, Queues, shrink
from services.watch.timeline import Timeline, related, timeline
from shared.contracts import Queue
from shared.topics import CLASSIFIED

REMEMBERED_TICKETS = 8_000
REMEMBERED_RECORDS = 100
"""Of one ticket, which a hostile sender may repeat without end."""
MIX_OF = 1_000
"""The scope mix is of the last so many tickets, so that a drift shows."""
REPORTS_SHOWN = 6
NO_TIME = datetime.min.replace(tzinfo=UTC)


@dataclass(slots=True)
class Board:
    """All that has been seen, bounded: `tickets` most recent ones, `messages` live ones."""

    tickets: int = REMEMBERED_TICKETS
    messages: int = REMEMBERED_MESSAGES
    canary_seconds: float = 0.0
    """How often a canary is sent; 0 for never."""
    read: int = 0
    queues: Queues = field(init=False)
    canaries: Canaries = field(default_factory=Canaries)
    _forgotten: int = 0
    _pace: Pace = field(default_factory=Pace)
    _stages: Stages = field(init=False)
    _passing: Passing = field(default_factory=Passing)
    _ways: OrderedDict[str, list[Sighting]] = field(default_factory=OrderedDict)
    _dead_letters: DeadLetters = field(default_factory=DeadLetters)
    _classified: int = 0
    _mix: deque[tuple[str, bool]] = field(default_factory=lambda: deque(maxlen=MIX_OF))

    def __post_init__(self) -> None:
        self.queues = Queues(self.messages)
        self._stages = Stages(self._pace)

    @property
    def evicted(self) -> int:
        """Tickets and messages that were forgotten for want of room."""
        return self._forgotten + self.queues.evicted

    def see(self, s: Sighting) -> None:
        """Take one more record into account; every record once, in the order of its partition."""
        self.read += 1
        self._stages.see(s, self._ways.get(s.ticket_id or "", ()))
        self._passing.see(s)
        self.canaries.see(s, self._pace)
        if s.ticket_id is not None:
            self._remember_way(s.ticket_id, s)
        if s.conflicts_with is not None and s.conflicts_with != s.ticket_id:
            self._remember_way(s.conflicts_with, s)
        if self.queues.see(s):
            self._arrived(s)
        self._dead_letters.see(s)
        if s.place.topic is CLASSIFIED and s.decided is not None and not s.canary:
            self._classified += 1
            self._mix.append((s.scope or "none", s.decided))

    def timeline_of(self, ticket_id: str) -> Timeline:
        """The ticket's way as far as it is remembered; `known` is false where it is not."""
        found = list(self._ways.get(ticket_id, ()))
        for other in related(ticket_id, found):
            found += self._ways.get(other, ())
        return timeline(ticket_id, set(found))

    def sightings_of(self, ticket_id: str) -> list[Sighting]:
        """Every record of the ticket that is remembered, as they were read."""
        return list(self._ways.get(ticket_id, ()))

    def overview(
        self,
        now: datetime,
        lags: Sequence[Lag] = (),
        *,
        since: datetime = NO_TIME,
        escalated: Mapping[str, int] | None = None,
        gone: Mapping[Partition, Gone] | None = None,
    ) -> dict[str, object]:
        """The figures of the page and of `triage watch`, as JSON.

        `since`: when watching began; `escalated`: how often each message was, by its id; `gone`:
        which dead letters were dealt with.
        """
        return {
            "at": now,
            "records_read": self.read,
            "security": self._security(now, escalated or {}),
            "canary": self.canaries.figures(now, since, self.canary_seconds, self._pace),
            "stages": self._stages.figures(now, lags),
            "queues": [self._queue(queue, now) for queue in Queue],
            "dead_letters": self._dead_letters.figures(gone or {}),
            "classifier": self._classifier(),
            "passing": self._passing.figures(),
            "groups": [asdict(lag) for lag in lags],
        }

    def parked_count(self) -> int:
        return self._dead_letters.count()

    def depths(self) -> dict[Queue, int]:
        """Live messages per queue, whatever help desks did with them; canaries are none."""
        return {queue: self.queues.live(queue) for queue in Queue}

    def _arrived(self, s: Sighting) -> None:
        """Time to the queue is taken of first decisions and machine findings, not corrections."""
        self._pace.count(f"in {s.place.queue}", s.at)
        first = s.revision in {None, 1} and "person" not in s.found_by
        if s.received_at is not None and first:
            self._pace.took(f"to {s.place.queue}", (s.at - s.received_at).total_seconds())

    def _remember_way(self, ticket_id: str, s: Sighting) -> None:
        way = self._ways.setdefault(ticket_id, [])
        if len(way) < REMEMBERED_RECORDS:
            way.append(s)
        self._ways.move_to_end(ticket_id)
        self._forgotten += shrink(self._ways, self.tickets)

    def _queue(self, queue: Queue, now: datetime) -> dict[str, object]:
        standing = self.queues.standing(queue)
        oldest = standing.oldest
        arrivals = (f"in {queue}",)
        figures: dict[str, object] = {
            "queue": str(queue),
            "live": self.queues.live(queue),
            "depth": standing.waiting + standing.taken,
            "waiting": standing.waiting,
            "taken": standing.taken,
            "oldest": oldest.at if oldest else None,
            "oldest_seconds": _age(oldest, now),
            "oldest_ticket": oldest.ticket_id if oldest else None,
            "arrivals_per_minute": self._pace.lately(arrivals, now),
            "recent": self._pace.recent(arrivals, now),
        }
        return figures | self._pace.spread(f"to {queue}")

    def _security(self, now: datetime, escalated: Mapping[str, int]) -> dict[str, object]:
        standing = self.queues.standing(Queue.SECURITY)
        oldest = standing.oldest
        figures: dict[str, object] = {
            "waiting": standing.waiting,
            "taken": standing.taken,
            "longest_waiting": oldest.known_as if oldest else None,
            "longest_seconds": _age(oldest, now),
            "reports": [
                {
                    "ticket_id": message.ticket_id,
                    "message_id": message.name,
                    "at": message.at,
                    "waiting_seconds": _age(message, now),
                    "found_by": message.found_by,
                    "over_rate": message.over_rate,
                    "escalated": escalated.get(message.name, 0),
                }
                for message in self.queues.longest(Queue.SECURITY, REPORTS_SHOWN)
            ],
        }
        return figures | self._pace.spread(f"to {Queue.SECURITY}")

    def _classifier(self) -> dict[str, object]:
        """Abstentions and scopes among the last tickets; `classified` counts all of them."""
        undecided = sum(not decided for _, decided in self._mix)
        return {
            "classified": self._classified,
            "tickets": len(self._mix),
            "undecided": undecided,
            "undecided_share": round(undecided / len(self._mix), 3) if self._mix else None,
            "scopes": dict(Counter(scope for scope, _ in self._mix).most_common()),
        }


def _age(message: Message | None, now: datetime) -> float | None:
    return None if message is None else round(max(0.0, (now - message.at).total_seconds()), 1)
