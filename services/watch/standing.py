"""Who stands in which queue, and who of them still waits? Messages and what help desks say."""

from __future__ import annotations

import heapq
from collections import OrderedDict
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import TypeVar

from services.watch.sighting import Kind, Sighting
from shared.contracts import Queue, TicketStatus

KeptT = TypeVar("KeptT")
REMEMBERED_MESSAGES = 200_000


class State(StrEnum):
    """What became of a live message."""

    WAITING = "waiting"
    TAKEN = "taken"
    SOLVED = "solved"


@dataclass(frozen=True, slots=True)
class Message:
    """A routed message while it is live. `name`: its ce_id."""

    name: str
    ticket_id: str | None
    at: datetime
    found_by: tuple[str, ...] = ()
    over_rate: bool = False

    @property
    def known_as(self) -> str:
        """What a help desk calls it: a report that could not be read has no ticket id."""
        return self.ticket_id or self.name


@dataclass(frozen=True, slots=True)
class Said:
    """The last word of a help desk on a ticket."""

    status: TicketStatus
    at: datetime


@dataclass(slots=True)
class Queues:
    """Live messages per queue: routed and not withdrawn, in whichever order these are read.

    A repeat counts once. In `security` a report waits until it is taken *there*: who took the
    ticket while it was an ordinary one has not seen the report. Canaries stand in no queue.
    """

    most: int = REMEMBERED_MESSAGES
    evicted: int = 0
    _live: dict[Queue, OrderedDict[str, Message]] = field(
        default_factory=lambda: {queue: OrderedDict() for queue in Queue}
    )
    _state: dict[Queue, dict[State, dict[str, Message]]] = field(
        default_factory=lambda: {queue: {state: {} for state in State} for queue in Queue}
    )
    _oldest: dict[Queue, list[tuple[datetime, str]]] = field(
        default_factory=lambda: {queue: [] for queue in Queue}
    )
    _of: dict[str, set[tuple[Queue, str]]] = field(default_factory=dict)
    _withdrawn: OrderedDict[str, None] = field(default_factory=OrderedDict)
    _said: OrderedDict[str, Said] = field(default_factory=OrderedDict)

    def see(self, s: Sighting) -> bool:
        """Take a record into account; True where it brought a message that was not there."""
        if s.routed:
            return self._route(s)
        if s.withdrawal and s.place.queue is not None and s.withdraws is not None:
            self._withdrawn[s.withdraws] = None
            shrink(self._withdrawn, self.most)
            self._forget(s.place.queue, s.withdraws)
        elif s.place.kind is Kind.STATUS and s.ticket_id is not None:
            self._hear(s.ticket_id, s)
        return False

    def live(self, queue: Queue) -> int:
        return len(self._live[queue])

    def count(self, queue: Queue, state: State) -> int:
        return len(self._state[queue][state])

    def waiting(self, queue: Queue) -> list[Message]:
        """Neither taken nor solved, in no order."""
        return list(self._state[queue][State.WAITING].values())

    def oldest(self, queue: Queue) -> Message | None:
        """Who of the waiting came first."""
        heap, waiting = self._oldest[queue], self._state[queue][State.WAITING]
        while heap and heap[0][1] not in waiting:
            heapq.heappop(heap)
        return waiting[heap[0][1]] if heap else None

    def longest(self, queue: Queue, most: int) -> list[Message]:
        """The `most` who have waited longest, the oldest first."""
        waiting = self._state[queue][State.WAITING].values()
        return heapq.nsmallest(most, waiting, key=lambda message: (message.at, message.name))

    def _route(self, s: Sighting) -> bool:
        queue, name = s.place.queue, s.event_id
        if queue is None or name is None or s.canary:
            return False
        if name in self._live[queue] or name in self._withdrawn:
            return False
        message = Message(name, s.ticket_id, s.at, s.found_by, s.over_rate)
        self._live[queue][name] = message
        self._of.setdefault(message.known_as, set()).add((queue, name))
        self._settle(queue, message)
        while len(self._live[queue]) > self.most:
            self._forget(queue, next(iter(self._live[queue])))
            self.evicted += 1
        return True

    def _hear(self, ticket_id: str, s: Sighting) -> None:
        if s.status not in set(TicketStatus):
            return
        self._said[ticket_id] = Said(TicketStatus(s.status), s.at)
        self._said.move_to_end(ticket_id)
        shrink(self._said, self.most)
        for queue, name in self._of.get(ticket_id, ()):
            self._settle(queue, self._live[queue][name])

    def _settle(self, queue: Queue, message: Message) -> None:
        state = self._state_of(queue, message)
        for other in State:
            self._state[queue][other].pop(message.name, None)
        self._state[queue][state][message.name] = message
        if state is State.WAITING:
            heapq.heappush(self._oldest[queue], (message.at, message.name))

    def _state_of(self, queue: Queue, message: Message) -> State:
        said = self._said.get(message.known_as)
        if said is None or (queue is Queue.SECURITY and said.at < message.at):
            return State.WAITING
        match said.status:
            case TicketStatus.TAKEN:
                return State.TAKEN
            case TicketStatus.SOLVED:
                return State.SOLVED
            case TicketStatus.REOPENED:
                return State.WAITING

    def _forget(self, queue: Queue, name: str) -> None:
        message = self._live[queue].pop(name, None)
        if message is None:
            return
        for state in State:
            self._state[queue][state].pop(name, None)
        names = self._of[message.known_as]
        names.discard((queue, name))
        if not names:
            del self._of[message.known_as]


def shrink(kept: OrderedDict[str, KeptT], most: int) -> int:
    """Drop the first until at most `most` are left; how many went."""
    gone = 0
    while len(kept) > most:
        kept.popitem(last=False)
        gone += 1
    return gone
