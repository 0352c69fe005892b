"""How is the sample played? Facts, then tickets both ways, until every one stands in a queue."""

from __future__ import annotations

import asyncio
import sys
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Self

import orjson
from rich.console import Console
from rich.live import Live
from rich.table import Table

from deploy import sample
from deploy.commands._lines import Line
from deploy.commands._output import note, table
from deploy.commands._running import producing
from deploy.commands.licences import Refused, facts_in, publish_and_wait
from deploy.commands.submit import REPORTED, Way, by_http, by_inbound
from deploy.failure import Failure
from deploy.sample import SampleTicket
from services.watch.lag import lags
from services.watch.reader import Tail
from services.watch.timeline import Timeline
from services.watch.views import Board
from shared.contracts import Queue
from shared.settings import KafkaSettings
from shared.topics import INBOUND

SECONDS = 120.0
"""How long the tickets may take into their queues on a busy machine."""
STANDSTILL_SECONDS = 20.0
"""Nothing at all came in so long: something does not work."""
QUIET_SECONDS = 1.0
"""No record for so long: what was to come has come."""
INBOUND_SOURCE = "partner-portal"
AT_ONCE = 4
"""Submissions at once by each way: slow enough to be watched."""
EVENT = (
    ("ce_specversion", b"1.0"),
    ("ce_id", b"sample-unreadable"),
    ("ce_source", INBOUND_SOURCE.encode()),
    ("ce_type", REPORTED.encode()),
)
UNREADABLE: tuple[tuple[bytes, tuple[tuple[str, bytes], ...]], ...] = (
    (b'{"subject": "cut off in the mid', EVENT),
    (b'{"subject": "no event, only JSON"}', ()),
    (b"", EVENT),
)
"""Records that are no tickets, as upstream systems send them on bad days."""


@dataclass(frozen=True, slots=True)
class Target:
    """The pipeline that the sample is sent through."""

    intake: str
    """base URL"""
    keys: Mapping[str, str]
    """The API key of each source."""
    settings: KafkaSettings
    whereabouts: Callable[[], list[str]] = list
    """Where to look when it lags, in lines."""


@dataclass(frozen=True, slots=True)
class Play:
    """What is played. `run`, `versions_from`: as in the sample's loader."""

    now: datetime
    run: str = ""
    versions_from: int = 0

    @classmethod
    def again(cls, now: datetime) -> Self:
        """The sample under names of its own, for servers that may have seen it before."""
        return cls(now, run=f"-{now:%Y%m%dT%H%M%S}", versions_from=int(now.timestamp()))


@dataclass(slots=True)
class Played:
    """What came of it. `tickets`: the sample's tickets by the id that they were given."""

    settings: KafkaSettings
    board: Board
    tickets: dict[str, SampleTicket] = field(default_factory=dict)
    parked_before: int = 0
    took: float = 0.0

    def timelines(self) -> dict[str, Timeline]:
        return {ticket_id: self.board.timeline_of(ticket_id) for ticket_id in self.tickets}

    def arrived(self) -> Counter[str]:
        """How many of the tickets stand in each queue."""
        return Counter(told.queue for told in self.timelines().values() if told.queue)

    def parked(self) -> int:
        """Dead letters since it began."""
        return self.board.parked_count() - self.parked_before


async def play(target: Target, what: Play) -> Played:
    """Publish, submit, and follow to the end; raises Failure saying which part lags and why."""
    settings = target.settings
    async with _following(settings) as board:
        played = Played(settings, board, parked_before=board.parked_count())
        await _publish_licences(settings, what)
        began = time.monotonic()
        submitting = asyncio.create_task(_submit(target, what, played))
        try:
            with _shown(played) as show:
                arrived = await _all_arrive(played, submitting, show)
        finally:
            submitting.cancel()
        if not arrived:
            raise Failure(await _what_lags(target, played))
        played.took = time.monotonic() - began
    return played


async def _all_arrive(
    played: Played, submitting: asyncio.Task[None], show: Callable[[], None]
) -> bool:
    """Show the tickets arrive until all have; false where nothing moves any more."""
    began = moved = time.monotonic()
    read = played.board.read
    while not submitting.done() or not _done(played):
        if submitting.done():
            submitting.result()
        show()
        await asyncio.wait({submitting}, timeout=0.2)
        await asyncio.sleep(0.05)
        now = time.monotonic()
        if played.board.read != read:
            read, moved = played.board.read, now
        if now - moved > STANDSTILL_SECONDS or now - began > SECONDS:
            return False
    submitting.result()
    await _quiet(played.board)
    show()
    return True


@asynccontextmanager
async def _following(settings: KafkaSettings) -> AsyncIterator[Board]:
    """A board that sees everything from now on, and what stands on the topics already."""
    board = Board()
    tail = Tail(settings, board.see, most=None)
    task = asyncio.create_task(tail.run())
    try:
        await asyncio.wait_for(tail.caught_up.wait(), 30.0)
        yield board
    except TimeoutError:
        raise Failure("the topics could not be read within 30 s; is Kafka overloaded?") from None
    finally:
        task.cancel()
        await asyncio.wait({task}, timeout=8.0)


async def _publish_licences(settings: KafkaSettings, what: Play) -> None:
    facts = sample.licences(what.now, versions_from=what.versions_from)
    namespace = settings.triage_namespace
    records = list(facts_in(_lines(facts), "billing", namespace, datetime.now(UTC)))
    good = [record for record in records if not isinstance(record, Refused)]
    if len(good) < len(records):
        raise Failure("deploy/sample/licences.jsonl has lines that are no licence facts")
    await publish_and_wait(settings, good, 30.0)


async def _submit(target: Target, what: Play, played: Played) -> None:
    ways: dict[str, Way] = {
        "help-desk": by_http(target.intake, target.keys["help-desk"], AT_ONCE),
        "web-form": by_http(target.intake, target.keys["web-form"], AT_ONCE),
        "inbound": by_inbound(played.settings, INBOUND_SOURCE, AT_ONCE),
    }
    tickets = sample.tickets(what.now, run=what.run)
    note(f"submitting {len(tickets)} tickets by HTTP and Kafka, and three records that are none")
    await asyncio.gather(
        _send_unreadable(played.settings),
        *(
            _submit_by(way, [ticket for ticket in tickets if ticket.source == source], played)
            for source, way in ways.items()
        ),
    )


async def _submit_by(way: Way, tickets: list[SampleTicket], played: Played) -> None:
    lines = _lines([ticket.submission for ticket in tickets])
    async for submitted in way(lines):
        ticket = tickets[submitted.line.number - 1]
        if submitted.ticket_id is None:
            raise Failure(f"the sample's ticket {ticket.id} was refused: {submitted.refused}")
        played.tickets[submitted.ticket_id] = ticket


async def _send_unreadable(settings: KafkaSettings) -> None:
    async with producing(settings, "triage-demo") as producer:
        for value, headers in UNREADABLE:
            address = INBOUND.address(settings.triage_namespace)
            await producer.send_and_wait(address, value, headers=list(headers))


def _lines(documents: list[dict[str, object]]) -> Iterator[Line]:
    for number, document in enumerate(documents, start=1):
        yield Line(number, orjson.dumps(document), document)


def _done(played: Played) -> bool:
    everywhere = sum(played.arrived().values()) == len(played.tickets) > 0
    return everywhere and played.parked() >= len(UNREADABLE)


async def _quiet(board: Board) -> None:
    """Wait until nothing more comes, so that late findings are in the picture."""
    read, since = board.read, time.monotonic()
    while time.monotonic() - since < QUIET_SECONDS:
        await asyncio.sleep(0.1)
        if board.read != read:
            read, since = board.read, time.monotonic()


async def _what_lags(target: Target, played: Played) -> str:
    missing = len(played.tickets) - sum(played.arrived().values())
    lines = [f"{missing} of {len(played.tickets)} tickets are in no queue, and nothing moves"]
    lines += [
        f"  {lag.reader} is {lag.records} records behind"
        for lag in await lags(played.settings)
        if lag.records
    ]
    return "\n".join(lines + target.whereabouts())


class _shown:  # noqa: N801  # reads as what it does
    """The queues as tickets arrive: live in a terminal, else a line when something changed."""

    def __init__(self, played: Played) -> None:
        self._played = played
        self._live: Live | None = None
        self._last = ""
        if sys.stderr.isatty():
            self._live = Live(console=Console(stderr=True), auto_refresh=False)

    def __enter__(self) -> Self:
        if self._live is not None:
            self._live.start()
        return self

    def __exit__(self, *_error: object) -> None:
        if self._live is not None:
            self._live.stop()

    def __call__(self) -> None:
        arrived, sent = self._played.arrived(), len(self._played.tickets)
        if self._live is not None:
            self._live.update(_queues(arrived, sent, self._played.parked()), refresh=True)
            return
        line = " ".join(f"{queue}={arrived[queue]}" for queue in Queue)
        if line != self._last:
            note(f"{sent} submitted: {line} parked={self._played.parked()}")
            self._last = line


def _queues(arrived: Counter[str], sent: int, parked: int) -> Table:
    rows = [(queue, arrived[queue], "█" * (arrived[queue] // 2)) for queue in Queue]
    made = table(("queue", "tickets", ""), [*rows, ("(parked)", parked, "")])
    made.title = f"{sum(arrived.values())} of {sent} submitted tickets are in their queue"
    made.min_width = 70
    return made
