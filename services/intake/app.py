"""What belongs together? Wires settings, Kafka and the two roles."""

from __future__ import annotations

import asyncio
import os
import socket
import sys
import uuid
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import UTC, datetime
from typing import Any

import structlog
import uvicorn
import uvloop
from litestar import Litestar

from services.intake import inbound
from services.intake.connections import Connections, most_connections
from services.intake.handlers import Desk
from services.intake.http import Counter, build
from services.intake.settings import Settings
from services.intake.sources import Sources, read_sources
from services.intake.writer import Writer
from shared.engine import Work
from shared.engine.publisher import Publisher
from shared.engine.watchdog import EXIT_CODE
from shared.failures import Refused, StopTheLine
from shared.kafka import make_producer
from shared.logs import configure_logs
from shared.probes import probe_routes
from shared.process import WRONG_SETTING, Works, listen, settle_memory, started
from shared.settings import stop
from shared.tracing import configure_tracing, end_tracing

log = structlog.get_logger()
CHECK_SECONDS = 1.0


def desk_of(settings: Settings) -> tuple[Desk, Sources]:
    """Keys and sources from their files, or one clear line and exit 2."""
    try:
        desk = Desk(
            settings.keys(),
            settings.triage_namespace,
            now=lambda: datetime.now(UTC),
            random_key=lambda: str(uuid.uuid4()),
        )
        return desk, read_sources(settings.triage_sources_file)
    except ValueError as error:
        stop(str(error))


def inbound_works(settings: Settings) -> Works:
    """The stage that reads the inbound topic."""
    desk, sources = desk_of(settings)

    @asynccontextmanager
    async def works() -> AsyncIterator[Sequence[Work[Any]]]:
        yield [inbound.work(desk, sources)]

    return works


class HttpProcess:
    """The HTTP role: serves at once, answers 503 until Kafka is there."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._writer: Writer | None = None
        self._publishers: list[Publisher] = []
        self._failure: str | None = None
        self._exit_code = 0
        self._server: uvicorn.Server | None = None

    async def serve(self, public: socket.socket, probed: socket.socket) -> int:
        """Run until SIGTERM or SIGINT; requests in hand are answered. Returns the exit code."""
        desk, sources = desk_of(self._settings)
        counter = Counter(desk, sources, lambda: self._writer, self._settings.intake_body_seconds)
        probes = probe_routes(self._stuck, self._not_ready)
        app = build(counter, probes, probed.getsockname()[1], [self._lifespan])
        connections = Connections(
            head_seconds=self._settings.intake_head_seconds,
            most=most_connections(self._settings.intake_connections),
        )
        config = uvicorn.Config(
            app,
            http=connections,  # type: ignore[arg-type]  # whatever makes one will do
            ws="none",
            proxy_headers=False,
            log_config=None,
            access_log=False,
            server_header=False,
            timeout_keep_alive=30,
            timeout_graceful_shutdown=int(self._settings.shutdown_seconds),
        )
        self._server = uvicorn.Server(config)
        await self._server.serve(sockets=[public, probed])
        return self._exit_code

    @asynccontextmanager
    async def _lifespan(self, _app: Litestar) -> AsyncIterator[None]:
        connecting = asyncio.create_task(self._connected())
        try:
            yield
        finally:
            connecting.cancel()
            await asyncio.wait({connecting}, timeout=10.0)

    async def _connected(self) -> None:
        try:
            await self._write_to_kafka()
        except Refused as error:
            self._fail(error, WRONG_SETTING)

    async def _write_to_kafka(self) -> None:
        """Two producers for as long as the process lives: reports wait behind nobody."""
        async with AsyncExitStack() as stack:
            for role in ("intake", "intake-urgent"):
                producer = await stack.enter_async_context(
                    started(lambda name=role: make_producer(self._settings, name))  # type: ignore[misc]
                )
                self._publishers.append(Publisher(producer))
            ordinary, urgent = self._publishers
            self._writer = Writer(
                ordinary, urgent, seconds=self._settings.intake_ack_seconds, failed=self._fail
            )
            settle_memory()
            log.info("process.started", role="http")
            while True:
                await asyncio.sleep(CHECK_SECONDS)
                if any(_sender_died(publisher) for publisher in self._publishers):
                    self._fail(StopTheLine("a producer's sender died"))

    def _fail(self, error: StopTheLine | Refused, exit_code: int = EXIT_CODE) -> None:
        """The producer is beyond help: end, and come back with a fresh one."""
        if self._failure is None:
            self._failure = str(error)
            self._exit_code = exit_code
            log.error("process.failed", why=self._failure)
        if self._server is not None:
            self._server.should_exit = True

    def _stuck(self) -> list[str]:
        return [self._failure] if self._failure else []

    def _not_ready(self) -> list[str]:
        if self._writer is None:
            return ["waiting for Kafka"]
        return ["Kafka does not acknowledge"] if self._writer.away else []


def _sender_died(publisher: Publisher) -> bool:
    task = getattr(publisher.producer._sender, "_sender_task", None)  # noqa: SLF001
    return task is not None and task.done()


def run_http(settings: Settings) -> None:
    """Serve on the intake address and, for probes, on the probe address; exit with its code."""
    configure_logs("intake-http", level=settings.log_level, as_json=settings.log_json)
    configure_tracing("intake-http")
    process = HttpProcess(settings)
    public = listen(settings.intake_host, settings.intake_port)
    probed = listen(settings.probe_host, settings.probe_port)
    code = uvloop.run(process.serve(public, probed))
    end_tracing()
    sys.stderr.flush()
    os._exit(code)
