"""What do the streams look like now, in a terminal?"""

from __future__ import annotations

import asyncio
import itertools
import sys
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from typing import Annotated, Any

import typer
from aiokafka.errors import KafkaError
from rich.console import Group, RenderableType
from rich.live import Live

from deploy.commands._output import AsJson, ago, say, table
from deploy.commands._running import kafka_settings, run
from services.watch.lag import lags
from services.watch.lag_trend import Lag
from services.watch.reader import Tail, bystander
from services.watch.views import Board
from shared.settings import KafkaSettings

PER_PARTITION = 20_000
"""How far back the figures go."""
Figures = Mapping[str, Any]


def watch(
    json_: AsJson = False,
    interval: Annotated[float, typer.Option(min=0.1, help="Seconds between two looks.")] = 1.0,
    count: Annotated[int | None, typer.Option(min=1, help="End after so many looks.")] = None,
) -> None:
    """Watch tickets arrive: the security lane, queues, stages, dead letters.

    Live in a terminal; elsewhere a plain line per look, or with --json a document per look.
    """
    live = sys.stdout.isatty() and not json_
    run(_watch(kafka_settings(), _live if live else _json if json_ else _plain, interval, count))


Sink = Callable[[Figures], None]


async def _watch(
    settings: KafkaSettings,
    showing: Callable[[], tuple[Sink, Callable[[], None]]],
    interval: float,
    count: int | None,
) -> None:
    async with bystander(settings):
        pass  # where Kafka does not answer, that is said at once and not on a screen of zeros
    board, found = Board(), list[Lag]()
    tail = Tail(settings, board.see, most=PER_PARTITION)
    tasks = [asyncio.create_task(tail.run()), asyncio.create_task(_measure(settings, found))]
    sink, close = showing()
    try:
        with suppress(TimeoutError):
            await asyncio.wait_for(tail.caught_up.wait(), 30.0)
        for look in itertools.count(1):
            sink({"state": tail.state} | board.overview(datetime.now(UTC), tuple(found)))
            if look == count:
                return
            await asyncio.sleep(interval)
    finally:
        close()
        for task in tasks:
            task.cancel()
        await asyncio.wait(tasks, timeout=8.0)


async def _measure(settings: KafkaSettings, into: list[Lag]) -> None:
    while True:
        with suppress(KafkaError, OSError):
            into[:] = await lags(settings)
        await asyncio.sleep(3.0)


def _json() -> tuple[Sink, Callable[[], None]]:
    return say, lambda: None


def _plain() -> tuple[Sink, Callable[[], None]]:
    return lambda figures: print(line_of(figures), flush=True), lambda: None


def _live() -> tuple[Sink, Callable[[], None]]:
    screen = Live(auto_refresh=False, screen=True)
    screen.start()
    return lambda figures: screen.update(screen_of(figures), refresh=True), screen.stop


def line_of(figures: Figures) -> str:
    """The figures in one line: depth of each queue, dead letters, how the reading goes."""
    queues = " ".join(f"{q['queue']}={q['live']}" for q in figures["queues"])
    dead = sum(d["count"] for d in figures["dead_letters"])
    at: datetime = figures["at"]
    return f"{at:%H:%M:%S} {queues} dead-letters={dead} ({figures['state']})"


def screen_of(figures: Figures) -> RenderableType:
    """The figures as tables, the security lane on top."""
    lane = figures["security"]
    head = (
        f"Security lane: {lane['waiting']} waiting, longest {ago(lane['longest_seconds'])};"
        f" to the lane p50 {ago(lane['p50_seconds'])}, worst {ago(lane['worst_seconds'])}"
        f"    [{figures['state']}, {figures['at']:%H:%M:%S}]"
    )
    return Group(
        head.replace("[", r"\["),
        table(
            ("queue", "waiting", "live", "oldest", "a minute", "p50", "p95"),
            _rows(
                figures["queues"],
                ("queue", "waiting", "live", "oldest_seconds", "arrivals_per_minute"),
                ("p50_seconds", "p95_seconds"),
            ),
        ),
        table(
            ("stage", "in/s", "out/s", "lag", "behind"),
            _rows(
                figures["stages"],
                ("stage", "in_per_second", "out_per_second", "lag_records", "lag_seconds"),
            ),
        ),
        table(
            ("dead letters of", "reader", "reason", "count"),
            _rows(figures["dead_letters"], ("topic", "reader", "reason", "count")),
        ),
    )


def _rows(rows: Sequence[Figures], *names: tuple[str, ...]) -> list[list[object]]:
    return [
        [
            ago(row[name]) if name.endswith("_seconds") else row[name]
            for name in itertools.chain(*names)
        ]
        for row in rows
    ]
