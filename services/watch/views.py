"""What do the streams look like now? A fold over sightings, and the figures it gives."""

from __future__ import annotations

from collections import Counter, OrderedDict, deque
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from typing import TypeVar

from services.watch.sighting import Kind, Sighting
from services.watch.timeline import Timeline, related, timeline
from shared.contracts import Queue
from shared.topics import CLASSIFIED, ENTITLED, INBOUND, QUEUES, SECURITY, SUBMITTED, Reader

KeptT = TypeVar("KeptT")
WINDOW = timedelta(seconds=60)
"""Over which rates are taken; a minute, so that a count is a rate per minute."""
REMEMBERED_TICKETS = 20_000
REMEMBERED_MESSAGES = 200_000
REMEMBERED_RECORDS = 100
"""Of one ticket, which a hostile sender may repeat without end."""
LATENCIES = 1_000
FOUND_BY_MODEL = "tickets.security, found by the model"
SECURITY_TOPIC = QUEUES[Queue.SECURITY].name
ORDINARY_QUEUES = frozenset(t.name for q, t in QUEUES.items() if q is not Queue.SECURITY)
STAGES: dict[Reader, tuple[frozenset[str], frozenset[str]]] = {
    Reader.INTAKE: (frozenset({INBOUND.name}), frozenset({SUBMITTED.name})),
    Reader.CLASSIFIER: (frozenset({SUBMITTED.name}), frozenset({CLASSIFIED.name})),
    Reader.CLASSIFIER_SECURITY: (frozenset({SUBMITTED.name}), frozenset({FOUND_BY_MODEL})),
    Reader.ENTITLEMENTS: (frozenset({CLASSIFIED.name}), frozenset({ENTITLED.name})),
    Reader.ROUTER: (frozenset({ENTITLED.name}), ORDINARY_QUEUES),
    Reader.ROUTER_FAST_LANE: (frozenset({SECURITY.name}), frozenset({SECURITY_TOPIC})),
}
"""Which topics each stage reads and writes, by name in the registry."""
DONE = frozenset({"taken", "solved"})


@dataclass(frozen=True, slots=True)
class Lag:
    """One group on one topic. `members`: None where the broker does not say; `seconds`: age of
    the oldest record not yet committed, None where it could not be read in time.
    """

    group: str
    reader: str
    topic: str
    records: int
    seconds: float | None
    members: int | None


@dataclass(frozen=True, slots=True)
class Message:
    """A routed message while it is live."""

    ticket_id: str | None
    at: datetime


@dataclass(slots=True)
class Board:
    """All that has been seen, bounded: `tickets` most recent ones, `messages` live ones."""

    tickets: int = REMEMBERED_TICKETS
    messages: int = REMEMBERED_MESSAGES
    evicted: int = 0
    read: int = 0
    _live: dict[Queue, OrderedDict[str, Message]] = field(
        default_factory=lambda: {queue: OrderedDict() for queue in Queue}
    )
    _withdrawn: OrderedDict[str, None] = field(default_factory=OrderedDict)
    _status: OrderedDict[str, str] = field(default_factory=OrderedDict)
    _arrivals: dict[str, Counter[int]] = field(default_factory=dict)
    _ways: OrderedDict[str, list[Sighting]] = field(default_factory=OrderedDict)
    _parked: dict[tuple[str, str, str], tuple[int, datetime]] = field(default_factory=dict)
    _to_queue: dict[Queue, deque[float]] = field(default_factory=dict)
    _scopes: Counter[str] = field(default_factory=Counter)
    _classified: int = 0
    _undecided: int = 0

    def see(self, s: Sighting) -> None:
        """Take one more record into account; every record once, in the order of its partition."""
        self.read += 1
        self._count_arrival(s)
        for name in {s.ticket_id, s.conflicts_with} - {None}:
            self._remember_way(str(name), s)
        match s.place.kind:
            case Kind.QUEUE if s.routed:
                self._route(s)
            case Kind.QUEUE if s.withdrawal:
                self._withdraw(s)
            case Kind.STATUS if s.ticket_id is not None and s.status is not None:
                self._status[s.ticket_id] = s.status
                self._status.move_to_end(s.ticket_id)
                _shrink(self._status, self.messages)
            case Kind.DEAD_LETTERS if s.parked is not None:
                where = (s.place.topic.address("")[1:], s.parked.reader, s.parked.reason)
                count, newest = self._parked.get(where, (0, s.at))
                self._parked[where] = (count + 1, max(newest, s.at))
            case _ if s.place.topic is CLASSIFIED and s.decided is not None:
                self._classified += 1
                self._undecided += not s.decided
                self._scopes[s.scope or "none"] += 1

    def timeline_of(self, ticket_id: str) -> Timeline:
        """The ticket's way as far as it is remembered; `known` is false where it is not."""
        found = list(self._ways.get(ticket_id, ()))
        for other in related(ticket_id, found):
            found += self._ways.get(other, ())
        return timeline(ticket_id, set(found))

    def sightings_of(self, ticket_id: str) -> list[Sighting]:
        """Every record of the ticket that is remembered, as they were read."""
        return list(self._ways.get(ticket_id, ()))

    def overview(self, now: datetime, lags: Sequence[Lag] = ()) -> dict[str, object]:
        """The figures of the page and of `triage watch`, as JSON."""
        return {
            "at": now,
            "records_read": self.read,
            "security": self._security(now),
            "stages": [self._stage(reader, now, lags) for reader in STAGES],
            "queues": [self._queue(queue, now) for queue in Queue],
            "dead_letters": self.dead_letters(),
            "classifier": {
                "tickets": self._classified,
                "undecided": self._undecided,
                "scopes": dict(self._scopes.most_common()),
            },
            "groups": [asdict(lag) for lag in lags],
        }

    def dead_letters(self) -> list[dict[str, object]]:
        """Counts by topic, reader and reason, the newest first."""
        rows = sorted(self._parked.items(), key=lambda row: row[1][1], reverse=True)
        return [
            {"topic": topic, "reader": reader, "reason": reason, "count": count, "newest": newest}
            for (topic, reader, reason), (count, newest) in rows
        ]

    def parked_count(self) -> int:
        return sum(count for count, _ in self._parked.values())

    def depths(self) -> dict[Queue, int]:
        """Live messages per queue, whatever help desks did with them."""
        return {queue: len(messages) for queue, messages in self._live.items()}

    def _route(self, s: Sighting) -> None:
        queue, name = s.place.queue, s.event_id
        if queue is None or name is None or name in self._live[queue] or name in self._withdrawn:
            return
        self._live[queue][name] = Message(s.ticket_id, s.at)
        self.evicted += _shrink(self._live[queue], self.messages)
        if s.received_at is not None and s.revision in (None, 1) and "person" not in s.found_by:
            seconds = (s.at - s.received_at).total_seconds()
            self._to_queue.setdefault(queue, deque(maxlen=LATENCIES)).append(max(0.0, seconds))

    def _withdraw(self, s: Sighting) -> None:
        """Take a message back, also where its withdrawal is read before it."""
        if s.place.queue is not None and s.withdraws is not None:
            self._live[s.place.queue].pop(s.withdraws, None)
            self._withdrawn[s.withdraws] = None
            _shrink(self._withdrawn, self.messages)

    def _count_arrival(self, s: Sighting) -> None:
        if s.parked is not None:
            return
        self._count(s.place.topic.name, int(s.at.timestamp()))
        if s.place.topic is SECURITY and "model" in s.found_by:
            self._count(FOUND_BY_MODEL, int(s.at.timestamp()))

    def _count(self, what: str, second: int) -> None:
        counts = self._arrivals.setdefault(what, Counter())
        counts[second] += 1
        if len(counts) > 4 * WINDOW.total_seconds():
            for oldest in sorted(counts)[: len(counts) // 2]:
                del counts[oldest]

    def _remember_way(self, ticket_id: str, s: Sighting) -> None:
        way = self._ways.setdefault(ticket_id, [])
        if len(way) < REMEMBERED_RECORDS:
            way.append(s)
        self._ways.move_to_end(ticket_id)
        self.evicted += _shrink(self._ways, self.tickets)

    def _arrived(self, topics: Iterable[str], now: datetime) -> int:
        """Records that came within the window."""
        since = int((now - WINDOW).timestamp())
        return sum(
            n
            for topic in topics
            for second, n in self._arrivals.get(topic, Counter()).items()
            if second > since
        )

    def _stage(self, reader: Reader, now: datetime, lags: Sequence[Lag]) -> dict[str, object]:
        reads, writes = STAGES[reader]
        lag = next((each for each in lags if each.reader == reader), None)
        return {
            "stage": str(reader),
            "in_per_second": _per_second(self._arrived(reads, now)),
            "out_per_second": _per_second(self._arrived(writes, now)),
            "lag_records": lag.records if lag else None,
            "lag_seconds": lag.seconds if lag else None,
        }

    def _waiting(self, queue: Queue) -> list[Message]:
        """Live messages that nobody has taken or solved."""
        return [
            message
            for message in self._live[queue].values()
            if self._status.get(message.ticket_id or "") not in DONE
        ]

    def _queue(self, queue: Queue, now: datetime) -> dict[str, object]:
        waiting = self._waiting(queue)
        oldest = min((message.at for message in waiting), default=None)
        figures: dict[str, object] = {
            "queue": str(queue),
            "live": len(self._live[queue]),
            "waiting": len(waiting),
            "oldest": oldest,
            "oldest_seconds": _age(oldest, now),
            "arrivals_per_minute": self._arrived((QUEUES[queue].name,), now),
        }
        return figures | _spread(self._to_queue.get(queue, ()))

    def _security(self, now: datetime) -> dict[str, object]:
        waiting = self._waiting(Queue.SECURITY)
        oldest = min(waiting, key=lambda message: message.at, default=None)
        figures: dict[str, object] = {
            "waiting": len(waiting),
            "longest_waiting": oldest.ticket_id if oldest else None,
            "longest_seconds": _age(oldest.at if oldest else None, now),
        }
        return figures | _spread(self._to_queue.get(Queue.SECURITY, ()))


def _shrink(kept: OrderedDict[str, KeptT], most: int) -> int:
    gone = 0
    while len(kept) > most:
        kept.popitem(last=False)
        gone += 1
    return gone


def _per_second(count: int) -> float:
    return round(count / WINDOW.total_seconds(), 2)


def _age(moment: datetime | None, now: datetime) -> float | None:
    return None if moment is None else round(max(0.0, (now - moment).total_seconds()), 1)


def _spread(seconds: Iterable[float]) -> dict[str, object]:
    """Time from receipt to queue over the last tickets, in seconds."""
    ordered = sorted(seconds)
    if not ordered:
        return {"p50_seconds": None, "p95_seconds": None, "worst_seconds": None}
    return {
        "p50_seconds": round(ordered[len(ordered) // 2], 3),
        "p95_seconds": round(ordered[min(len(ordered) - 1, len(ordered) * 95 // 100)], 3),
        "worst_seconds": round(ordered[-1], 3),
    }
