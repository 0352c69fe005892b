"""How is watch put together? A tail that feeds the board, lag beside it, routes in front."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime

import orjson
import structlog
from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import KafkaError
from standardwebhooks.webhooks import EmptyWebhookSecretError, Webhook
from starlette.applications import Starlette

from services.watch import metrics
from services.watch.canary_sender import Singer
from services.watch.dead_letters.from_the_page import PuttingBack, Wish
from services.watch.dead_letters.gone import Gone
from services.watch.dead_letters.listing import stored_gone
from services.watch.dead_letters.pile import Partition
from services.watch.dead_letters.replay import Plan, carry_out, plan
from services.watch.explanation import explanation
from services.watch.http import make_app
from services.watch.lag import lags_now, measuring
from services.watch.lag_trend import Lag, Trends
from services.watch.reader import STANDS_STILL, Tail, bystander, look_up, read_one, routed_among
from services.watch.reading import Json, document_of
from services.watch.settings import Settings, secret
from services.watch.standing import Message
from services.watch.timeline import Timeline
from services.watch.views import Board
from services.watch.webhook import Caller
from shared.contracts import Queue

log = structlog.get_logger()
FRESH_SECONDS = 0.9
"""Figures younger than this are given out again."""
MEASURE_SECONDS = 30.0
"""A measurement that takes longer is given up, and its connections with it."""


class Watch:
    """The board, kept current, and what the routes ask of it."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._board = Board(
            tickets=settings.watch_tickets, canary_seconds=settings.watch_canary_seconds
        )
        self._tail = Tail(settings, self._board.see, most=settings.watch_records_per_partition)
        self._since = datetime.now(UTC)
        self._lags: Sequence[Lag] = ()
        self._lags_at: datetime | None = None
        self._trends = Trends()
        self._gone: Mapping[Partition, Gone] = {}
        self._overview: dict[str, object] = {}
        self._overview_json = b"{}"
        self._overview_at = datetime.min.replace(tzinfo=UTC)
        self._counted = 0
        self._failure: BaseException | None = None
        token = settings.watch_replay_token_file
        self.putting_back = PuttingBack(
            secret(token) if token else None, self._plan, self._carry_out
        )
        self._caller = self._make_caller()
        self._singer = self._make_singer()

    @property
    def shows_text(self) -> bool:
        return self._settings.watch_show_text

    def app(self) -> Starlette:
        return make_app(self, self._lifespan)

    def overview(self) -> Mapping[str, object]:
        self._refresh()
        return self._overview

    def overview_json(self) -> bytes:
        self._refresh()
        return self._overview_json

    def show_metrics(self) -> None:
        self._refresh()
        metrics.READ.inc(self._board.read - self._counted)
        self._counted = self._board.read
        metrics.show(self._overview)

    def remembered(self, ticket_id: str) -> Timeline:
        return self._board.timeline_of(ticket_id)

    def remembers_all(self) -> bool:
        """Whether what is not remembered does not stand on the topics either."""
        return self._tail.state == "following" and self._tail.complete and not self._board.evicted

    async def looked_up(self, ticket_id: str) -> Timeline:
        return await asyncio.wait_for(
            look_up(self._settings, ticket_id), self._settings.watch_lookup_seconds
        )

    async def explained(self, told: Timeline, *, with_text: bool) -> dict[str, Json] | None:
        """From the record that put the ticket where it stands; None where it stands nowhere."""
        stop = told.decisive
        if stop is None:
            return None
        where = TopicPartition(stop.topic, stop.partition)
        reading = read_one(self._settings, where, stop.offset)
        record = await asyncio.wait_for(reading, self._settings.watch_lookup_seconds)
        if record is None:
            return None
        return explanation(document_of(record), with_text=with_text)

    def not_ready(self) -> list[str]:
        return [] if self._tail.caught_up.is_set() else [self._tail.state]

    def stuck(self) -> list[str]:
        if self._failure is not None:
            return [f"the reader failed: {type(self._failure).__name__}"]
        return [self._tail.state] if self._tail.state == STANDS_STILL else []

    def _refresh(self) -> None:
        now = datetime.now(UTC)
        if (now - self._overview_at).total_seconds() < FRESH_SECONDS:
            return
        following = self._tail.state == "following"
        state = {
            "state": self._tail.state,
            "stale": not following,
            "as_of": now if following else self._tail.followed,
            "complete": self.remembers_all(),
            "lag_at": self._lags_at,
            "replay_offered": self.putting_back.offered,
        }
        called = self._caller.called if self._caller else {}
        figures = self._board.overview(
            now, self._lags, since=self._since, escalated=called, gone=self._gone
        )
        self._overview = state | figures
        self._overview_json = orjson.dumps(self._overview)
        self._overview_at = now

    async def _plan(self, wish: Wish) -> Plan:
        async def decided(asked: Sequence[str]) -> set[str]:
            return await routed_among(self._settings, asked)

        return await plan(
            self._settings, decided, topic=wish.topic, reasons=wish.reasons, most=wish.most
        )

    async def _carry_out(self, planned: Plan) -> None:
        await carry_out(self._settings, planned)
        async with bystander(self._settings) as (admin, _):
            self._gone = await stored_gone(admin, self._settings)

    @asynccontextmanager
    async def _lifespan(self, _app: Starlette) -> AsyncIterator[None]:
        works = [self._guarded(), self._measure()]
        works += [worker.run() for worker in (self._caller, self._singer) if worker is not None]
        tasks = [asyncio.create_task(work) for work in works]
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

    def _reports(self) -> list[Message] | None:
        """The reports that wait; None while watch has not read who took them."""
        known = self._tail.state == "following"
        return self._board.queues.waiting(Queue.SECURITY) if known else None

    def _make_caller(self) -> Caller | None:
        url, file = self._settings.watch_escalate_url, self._settings.watch_escalate_secret_file
        if url is None or file is None:
            return None
        try:
            key = Webhook(secret(file))
        except (ValueError, EmptyWebhookSecretError):
            raise ValueError(f"{file} does not hold whsec_ and base64") from None
        return Caller(url, key, self._settings.watch_escalate_seconds, self._reports)

    def _make_singer(self) -> Singer | None:
        url, file = self._settings.watch_canary_url, self._settings.watch_canary_key_file
        if url is None or file is None or not self._settings.watch_canary_seconds:
            return None
        return Singer(url, file, self._settings.watch_canary_seconds)

    async def _measure(self) -> None:
        """Lag, and what went back, over connections that are kept while Kafka answers."""
        while True:
            with suppress(KafkaError, OSError, TimeoutError):
                async with measuring(self._settings) as clients:
                    while True:
                        async with asyncio.timeout(MEASURE_SECONDS):
                            await self._measure_once(*clients)
                        await asyncio.sleep(self._settings.watch_lag_seconds)
            await asyncio.sleep(self._settings.watch_lag_seconds)

    async def _measure_once(self, admin: AIOKafkaAdminClient, consumer: AIOKafkaConsumer) -> None:
        now = datetime.now(UTC)
        measured = await lags_now(self._settings.triage_namespace, admin, consumer, now)
        self._lags, self._lags_at = self._trends.told(measured, now), now
        self._gone = await stored_gone(admin, self._settings)
