"""Who stands in which queue, and who of them still waits? Messages and what help desks say."""

from __future__ import annotations

import heapq
from collections import OrderedDict
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple, TypeVar

from services.watch.sighting import Kind, Sighting
from shared.contracts import Queue, TicketStatus

KeptT = TypeVar("KeptT")
REMEMBERED_MESSAGES = 25_000
"""Of all queues together; about 12 MB."""
STATUSES = frozenset(TicketStatus)


class State(StrEnum):
    """What became of a live message."""

    WAITING = "waiting"
    TAKEN = "taken"
    SOLVED = "solved"


BECAME = {
    TicketStatus.TAKEN: State.TAKEN,
    TicketStatus.SOLVED: State.SOLVED,
    TicketStatus.REOPENED: State.WAITING,
}


class Message(NamedTuple):
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


class Said(NamedTuple):
    """The last word of a help desk on a ticket."""

    status: TicketStatus
    at: datetime


@dataclass(slots=True)
class Standing:
    """How a queue stands. `oldest`: who of the waiting came first."""

    waiting: int = 0
    taken: int = 0
    oldest: Message | None = None


@dataclass(slots=True)
class Queues:
    """Live messages: routed and not withdrawn, in whichever order these are read.

    A repeat counts once. In `security` a report waits until it is taken *there*: who took the
    ticket while it was an ordinary one has not seen the report. Canaries stand in no queue.

    At most `most` messages are remembered, the solved ones forgotten first (`_make_room`). What
    became of each is worked out when somebody asks, which is seldom; records come all the time.
    """

    most: int = REMEMBERED_MESSAGES
    evicted: int = 0
    _live: dict[Queue, OrderedDict[str, Message]] = field(
        default_factory=lambda: {queue: OrderedDict() for queue in Queue}
    )
    _withdrawn: OrderedDict[str, None] = field(default_factory=OrderedDict)
    _said: OrderedDict[str, Said] = field(default_factory=OrderedDict)

    def see(self, s: Sighting) -> bool:
        """Take a record into account; True where it brought a message that was not there."""
        if s.routed:
            return self._route(s)
        if s.withdrawal and s.place.queue is not None and s.withdraws is not None:
            self._withdrawn[s.withdraws] = None
            shrink(self._withdrawn, self.most)
            self._live[s.place.queue].pop(s.withdraws, None)
        elif s.place.kind is Kind.STATUS and s.ticket_id is not None:
            self._hear(s.ticket_id, s)
        return False

    def live(self, queue: Queue) -> int:
        return len(self._live[queue])

    def standing(self, queue: Queue) -> Standing:
        found = Standing()
        for message in self._live[queue].values():
            match self._state_of(queue, message):
                case State.WAITING:
                    found.waiting += 1
                    if found.oldest is None or message.at < found.oldest.at:
                        found.oldest = message
                case State.TAKEN:
                    found.taken += 1
                case State.SOLVED:
                    pass
        return found

    def waiting(self, queue: Queue) -> list[Message]:
        """Neither taken nor solved, the first to be read first."""
        live = self._live[queue].values()
        return [message for message in live if self._state_of(queue, message) is State.WAITING]

    def longest(self, queue: Queue, most: int) -> list[Message]:
        """The `most` who have waited longest, the oldest first."""
        waiting = self.waiting(queue)
        return heapq.nsmallest(most, waiting, key=lambda message: (message.at, message.name))

    def _route(self, s: Sighting) -> bool:
        queue, name = s.place.queue, s.event_id
        if queue is None or name is None or s.canary:
            return False
        if name in self._live[queue] or name in self._withdrawn:
            return False
        self._live[queue][name] = Message(name, s.ticket_id, s.at, s.found_by, s.over_rate)
        if self._remembered() > self.most:
            self._make_room()
        return True

    def _remembered(self) -> int:
        return sum(map(len, self._live.values()))

    def _make_room(self) -> None:
        """A tenth goes: first what was solved, the oldest of it, which is in no figure any more.

        Then the oldest of the longest queue, and of reports only where there is nothing else; from
        then on figures are too small, and `evicted` says so.
        """
        room = self.most - self.most // 10
        solved = sorted(
            (message.at, queue, name)
            for queue, live in self._live.items()
            for name, message in live.items()
            if self._state_of(queue, message) is State.SOLVED
        )
        for _, queue, name in solved[: self._remembered() - room]:
            del self._live[queue][name]
        while self._remembered() > room:
            ordinary = [live for queue, live in self._live.items() if queue is not Queue.SECURITY]
            longest = max(ordinary, key=len) or self._live[Queue.SECURITY]
            longest.popitem(last=False)
            self.evicted += 1

    def _hear(self, ticket_id: str, s: Sighting) -> None:
        if s.status not in STATUSES:
            return
        self._said[ticket_id] = Said(TicketStatus(s.status), s.at)
        self._said.move_to_end(ticket_id)
        if len(self._said) > 2 * self.most:
            self._forget_words()

    def _forget_words(self) -> None:
        """The oldest words on tickets that stand nowhere; those may still come, so not all."""
        standing = {m.known_as for live in self._live.values() for m in live.values()}
        surplus = len(self._said) - self.most - self.most // 2
        for ticket_id in [each for each in self._said if each not in standing][:surplus]:
            del self._said[ticket_id]

    def _state_of(self, queue: Queue, message: Message) -> State:
        said = self._said.get(message.known_as)
        if said is None or (queue is Queue.SECURITY and said.at < message.at):
            return State.WAITING
        return BECAME[said.status]


def shrink(kept: OrderedDict[str, KeptT], most: int) -> int:
    """Drop the first until at most `most` are left; how many went."""
    gone = 0
    while len(kept) > most:
        kept.popitem(last=False)
        gone += 1
    return gone
