"""How is watch put together? A tail that feeds the board, lag beside it, routes in front."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime

import structlog
from aiokafka.errors import KafkaError
from prometheus_client import Counter, Gauge
from starlette.applications import Starlette

from services.watch.http import make_app
from services.watch.lag import lags
from services.watch.reader import Tail, look_up
from services.watch.settings import Settings
from services.watch.sighting import Sighting
from services.watch.timeline import Timeline
from services.watch.views import Board, Lag

log = structlog.get_logger()
READ = Counter("triage_watch_records", "Records that watch has read.")
GROUP_LAG = Gauge(
    "triage_group_lag_records", "Records that a group has not committed.", ("group", "topic")
)
GROUP_LAG_SECONDS = Gauge(
    "triage_group_lag_seconds", "Age of the oldest record not committed.", ("group", "topic")
)
FRESH_SECONDS = 1.0
"""Figures younger than this are given out again."""


class Watch:
    """The board, kept current, and what the routes ask of it."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._board = Board(tickets=settings.watch_tickets)
        self._tail = Tail(settings, self._see, most=settings.watch_records_per_partition)
        self._lags: Sequence[Lag] = ()
        self._lags_at: datetime | None = None
        self._overview: dict[str, object] = {}
        self._overview_at = datetime.min.replace(tzinfo=UTC)
        self._failure: BaseException | None = None

    def app(self) -> Starlette:
        return make_app(self, self._lifespan)

    def overview(self) -> dict[str, object]:
        now = datetime.now(UTC)
        if (now - self._overview_at).total_seconds() >= FRESH_SECONDS:
            state = {
                "state": self._tail.state,
                "stale": self._tail.state != "following",
                "complete": self.remembers_all(),
                "lag_at": self._lags_at,
            }
            self._overview = state | self._board.overview(now, self._lags)
            self._overview_at = now
        return self._overview

    def remembered(self, ticket_id: str) -> Timeline:
        return self._board.timeline_of(ticket_id)

    def remembers_all(self) -> bool:
        """Whether what is not remembered does not stand on the topics either."""
        return self._tail.state == "following" and self._tail.complete and not self._board.evicted

    async def looked_up(self, ticket_id: str) -> Timeline:
        return await asyncio.wait_for(
            look_up(self._settings, ticket_id), self._settings.watch_lookup_seconds
        )

    def not_ready(self) -> list[str]:
        return [] if self._tail.caught_up.is_set() else [self._tail.state]

    def stuck(self) -> list[str]:
        return [f"the reader failed: {type(self._failure).__name__}"] if self._failure else []

    def _see(self, sighting: Sighting) -> None:
        READ.inc()
        self._board.see(sighting)

    @asynccontextmanager
    async def _lifespan(self, _app: Starlette) -> AsyncIterator[None]:
        tasks = [asyncio.create_task(self._guarded()), asyncio.create_task(self._measure())]
        try:
            yield
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.wait(tasks, timeout=8.0)

    async def _guarded(self) -> None:
        """Run the tail; what it can't wait out shows on `/livez`."""
        try:
            await self._tail.run()
        except Exception as error:
            self._failure = error
            log.exception("watch.failed")

    async def _measure(self) -> None:
        while True:
            with suppress(KafkaError, OSError, TimeoutError):
                self._lags = await asyncio.wait_for(lags(self._settings), 30.0)
                self._lags_at = datetime.now(UTC)
                for lag in self._lags:
                    GROUP_LAG.labels(lag.group, lag.topic).set(lag.records)
                    if lag.seconds is not None:
                        GROUP_LAG_SECONDS.labels(lag.group, lag.topic).set(lag.seconds)
            await asyncio.sleep(self._settings.watch_lag_seconds)
