"""How long, and with how many bytes, may a stranger keep a connection waiting?

uvicorn waits for good for the head of a request, swallows without end what follows an answer,
and accepts connections until the process has no file left. Here each wait has an end, and where
there are too many the longest waiting gives way: an honest caller's request arrives at once.
"""

from __future__ import annotations

import asyncio
import resource
from dataclasses import dataclass, field
from enum import Enum, auto
from typing import Any

import h11
from typing_extensions import override
from uvicorn.protocols.http.h11_impl import H11Protocol

from services.intake import metrics, problems
from services.intake.problems import Problem

FILES_BESIDE = 100
"""Files that the process needs besides its connections."""
LINGER_SECONDS = 5.0
LINGER_BYTES = 16 * 1024 * 1024
"""What may still come after an answer: many callers read none before they have sent all."""


class Phase(Enum):
    """What a connection is about."""

    HEAD = auto()
    """The head of a request is to come, or has begun to."""
    BODY = auto()
    """The head is there; the app bounds how long the body may take."""
    ANSWER = auto()
    """The request is there; an answer is owed."""
    LINGER = auto()
    """Answered before the body was complete."""
    KEPT = auto()
    """Kept open between two requests."""


@dataclass(slots=True)
class Connections:
    """All connections of a process that wait for their peer, the longest waiting first.

    `most`: how many may wait; `most_bytes`: how much of unfinished requests is held.
    """

    head_seconds: float = 10.0
    most: int = 1000
    most_bytes: int = 32 * 1024 * 1024
    waiting: dict[Connection, int] = field(default_factory=dict)
    """With the bytes of the request that has begun to arrive on each."""
    held: int = 0

    def note(self, connection: Connection, size: int) -> None:
        """The connection waits, with so many bytes held; whoever waits too long gives way."""
        self.held += size - self.waiting.get(connection, 0)
        self.waiting[connection] = size
        while len(self.waiting) > self.most or self.held > self.most_bytes:
            metrics.GAVE_WAY.inc()
            next(iter(self.waiting)).give_way()

    def forget(self, connection: Connection) -> None:
        self.held -= self.waiting.pop(connection, 0)

    def __call__(self, **given: Any) -> Connection:
        """A connection, as uvicorn asks for one."""
        return Connection(self, **given)


class Connection(H11Protocol):
    """uvicorn's HTTP/1.1, with an end to each wait and one form of error."""

    def __init__(self, all_: Connections, **given: Any) -> None:
        super().__init__(**given)
        self._all = all_
        self._phase = Phase.KEPT
        self._arrived = 0
        self._deadline: asyncio.TimerHandle | None = None

    @override
    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._enter(Phase.HEAD)

    @override
    def data_received(self, data: bytes) -> None:
        self._arrived += len(data)
        super().data_received(data)
        self._enter(self._phase_now())
        if self._phase is Phase.LINGER and self._arrived > LINGER_BYTES:
            self.give_way()

    @override
    def on_response_complete(self) -> None:
        super().on_response_complete()
        self._enter(self._phase_now())

    @override
    def connection_lost(self, exc: Exception | None) -> None:
        self._let_go()
        super().connection_lost(exc)

    @override
    def send_400_response(self, msg: str) -> None:
        self._refuse(problems.not_http())

    def give_way(self) -> None:
        """Close at once; a request that has not quite arrived is not taken."""
        self._let_go()
        if self.cycle is not None:
            self.cycle.disconnected = True
            self.cycle.message_event.set()
        self.transport.abort()

    def _phase_now(self) -> Phase:
        begun = bool(self.conn.trailing_data[0])
        match self.conn.their_state:
            case h11.IDLE:
                return Phase.HEAD if begun or self._phase is Phase.HEAD else Phase.KEPT
            case h11.SEND_BODY:
                return Phase.LINGER if self.conn.our_state is h11.DONE else Phase.BODY
            case _:
                return Phase.ANSWER

    def _enter(self, phase: Phase) -> None:
        if self.transport.is_closing():
            self._let_go()
            return
        if phase is not self._phase:
            self._phase = phase
            self._arrived = self._arrived if phase in {Phase.HEAD, Phase.BODY} else 0
            self._let_go()
            self._set_deadline()
        if phase is not Phase.ANSWER:
            self._all.note(self, 0 if phase is Phase.LINGER else self._arrived)

    def _set_deadline(self) -> None:
        match self._phase:
            case Phase.HEAD:
                self._deadline = self.loop.call_later(self._all.head_seconds, self._head_is_late)
            case Phase.LINGER:
                self._deadline = self.loop.call_later(LINGER_SECONDS, self.give_way)
            case Phase.KEPT:
                self._deadline = self.loop.call_later(self.timeout_keep_alive, self.give_way)
            case Phase.BODY | Phase.ANSWER:
                pass

    def _head_is_late(self) -> None:
        if self.conn.trailing_data[0]:
            self._refuse(problems.too_slow("head", self._all.head_seconds))
        else:
            self.give_way()

    def _refuse(self, problem: Problem) -> None:
        """Answer by ourselves if nothing was said yet, and close; the app is let go."""
        if self.cycle is not None:
            self.cycle.disconnected = True
            self.cycle.message_event.set()
        if self.conn.our_state in {h11.IDLE, h11.SEND_RESPONSE}:
            body = problem.document()
            headers = [
                ("content-type", problems.MEDIA_TYPE),
                ("content-length", str(len(body))),
                ("connection", "close"),
            ]
            answer = h11.Response(status_code=problem.status, headers=headers)
            for event in (answer, h11.Data(data=body), h11.EndOfMessage()):
                self.transport.write(self.conn.send(event))
        self._let_go()
        self.transport.close()

    def _let_go(self) -> None:
        self._all.forget(self)
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None


def most_connections(wanted: int) -> int:
    """How many of the wanted connections the process may have, after asking for more files."""
    needed = wanted + FILES_BESIDE
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft < needed:
        soft = needed if hard == resource.RLIM_INFINITY else min(needed, hard)
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    return max(1, min(wanted, soft - FILES_BESIDE))
