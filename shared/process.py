"""What is around a stage? The frame of every process: start, probes, watchdog, clean end.

FastStream's ASGI app gives the lifespan and the routes; the stages poll aiokafka themselves,
for FastStream's batch subscriber costs 6 to 20 ms a hop and no ack policy of its is safe for
batches (README, decisions).
"""

from __future__ import annotations

import asyncio
import gc
import os
import signal
import socket
import sys
from collections.abc import AsyncIterator, Callable, Coroutine, Sequence
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from typing import Any

import structlog
import uvicorn
import uvloop
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from aiokafka.errors import KafkaError
from faststream.asgi import AsgiFastStream
from typing_extensions import override

from shared.engine.publisher import Publisher
from shared.engine.stage import Stage, Work
from shared.engine.steps import Hook, no_hook
from shared.engine.watchdog import EXIT_CODE, Watchdog
from shared.failures import Refused, StopTheLine
from shared.kafka import make_admin, make_consumer, make_producer, why_refused
from shared.logs import configure_logs
from shared.probes import probe_routes
from shared.settings import KafkaSettings, ProcessSettings, stop
from shared.topics import group
from shared.tracing import configure_tracing, end_tracing

log = structlog.get_logger()
WRONG_SETTING = 2
"""The exit code, as where `shared.settings.stop` ends a process."""


YOUNG_OBJECTS = 100_000
"""So many new objects, and the youngest are searched for cycles: more than a batch makes, which so
is gone before it is searched."""


@dataclass(frozen=True, slots=True)
class Errand:
    """What a process does beside its stages, until it is cancelled: with a publisher of its own.

    It survives being cut off anywhere, and waits out outages by itself.
    """

    name: str
    run: Callable[[Publisher], Coroutine[Any, Any, None]]


Works = Callable[[], AbstractAsyncContextManager[Sequence[Work[Any] | Errand]]]
"""Opens what the stages need (a pool, a model) and gives the work of each stage."""


class Frame(AsgiFastStream):
    """FastStream's app without a broker of its own: the stages bring their Kafka clients."""

    @override
    async def _start_broker(self) -> None:
        """Nothing to start; FastStream would insist on a broker, and fail while Kafka is away."""


class StageProcess:
    """One process with one or more stages. `hook` lets a test stop the engine at a step."""

    def __init__(
        self,
        name: str,
        kafka: KafkaSettings,
        process: ProcessSettings,
        works: Works,
        hook: Hook = no_hook,
    ) -> None:
        self.name = name
        self.stages: list[Stage[Any]] = []
        self.failure: BaseException | None = None
        self._kafka = kafka
        self._process = process
        self._works = works
        self._hook = hook
        self._watchdog: Watchdog | None = None
        self._server: uvicorn.Server | None = None
        self._waiting = "starting"

    async def serve(self, sock: socket.socket) -> int:
        """Run until SIGTERM or SIGINT; returns the exit code."""
        app = Frame(
            asgi_routes=probe_routes(self._stuck, self._not_ready),  # type: ignore[arg-type]
            lifespan=self._lifespan,
            logger=None,
        )
        config = uvicorn.Config(app, log_config=None, access_log=False, timeout_graceful_shutdown=2)
        self._server = uvicorn.Server(config)
        await self._server.serve(sockets=[sock])
        if isinstance(self.failure, Refused):
            return WRONG_SETTING
        return EXIT_CODE if self.failure is not None else 0

    def _stuck(self) -> list[str]:
        stuck = self._watchdog.stuck if self._watchdog else None
        return [stuck] if stuck else [str(self.failure)] if self.failure else []

    def _not_ready(self) -> list[str]:
        if not self.stages:
            return [self._waiting]
        return [why for stage in self.stages if (why := stage.progress.not_ready())]

    @asynccontextmanager
    async def _lifespan(self, **_options: Any) -> AsyncIterator[None]:
        running = asyncio.create_task(self._run())
        try:
            yield
        finally:
            await self._drain(running)

    async def _run(self) -> None:
        """Open, work, and end the process if a stage says that going on would do harm."""
        try:
            async with AsyncExitStack() as stack:
                self._waiting = "waiting for the database or the model"
                works = await stack.enter_async_context(self._works())
                self._waiting = "waiting for Kafka"
                stages = [await self._open(stack, w) for w in works if isinstance(w, Work)]
                errands = [await self._start(stack, e) for e in works if isinstance(e, Errand)]
                self.stages = stages
                self._watchdog = Watchdog(stages, self.kafka_answers)
                watching = asyncio.create_task(self._watchdog.run())
                stack.callback(watching.cancel)
                settle_memory()
                log.info("process.started", stages=[stage.progress.stage for stage in stages])
                await self._until_one_ends(stages, errands)
        except asyncio.CancelledError:
            raise
        except Refused as error:
            self.failure = error
            log.error("process.refused", why=str(error))  # noqa: TRY400  # no traceback: it is said
        except BaseException as error:
            self.failure = error
            log.exception("process.failed", why=str(error) if _is_ours(error) else "")
        finally:
            if self._server is not None:
                self._server.should_exit = True

    async def _until_one_ends(
        self, stages: Sequence[Stage[Any]], errands: Sequence[asyncio.Task[None]]
    ) -> None:
        """Until the stages are told to stop, or one of them or an errand fails."""
        tasks = [asyncio.create_task(stage.run()) for stage in stages]

        def stop_all(_ended: object = None) -> None:
            for stage in stages:
                stage.stop()

        for errand in errands:
            errand.add_done_callback(stop_all)
        done, pending = await asyncio.wait(tasks, return_when=asyncio.FIRST_EXCEPTION)
        stop_all()
        if pending:
            await asyncio.wait(pending, timeout=self._process.shutdown_seconds)
        for task in (*done, *(errand for errand in errands if errand.done())):
            task.result()

    async def _start(self, stack: AsyncExitStack, errand: Errand) -> asyncio.Task[None]:
        """An errand with its producer, as soon as Kafka answers; cut off at the end."""
        client_id = f"{self.name}.{errand.name}"
        producer = await self._started(stack, lambda: make_producer(self._kafka, client_id))
        task = asyncio.create_task(errand.run(Publisher(producer)), name=errand.name)
        stack.push_async_callback(_cut_off, task)
        return task

    async def _open(self, stack: AsyncExitStack, work: Work[Any]) -> Stage[Any]:
        """A stage with its consumer and its two producers, as soon as Kafka answers."""
        client_id = f"{self.name}.{work.reader}"
        group_id = group(self._kafka.triage_namespace, work.reader)
        consumer = await self._started(
            stack, lambda: make_consumer(self._kafka, client_id, group_id)
        )
        producer = await self._started(stack, lambda: make_producer(self._kafka, client_id))
        urgent = await self._started(
            stack, lambda: make_producer(self._kafka, client_id + ".urgent")
        )
        return Stage(
            work=work,
            namespace=self._kafka.triage_namespace,
            consumer=consumer,
            publisher=Publisher(producer),
            urgent_publisher=Publisher(urgent),
            hook=self._hook,
        )

    async def _started(self, stack: AsyncExitStack, make: Callable[[], Any]) -> Any:
        return await stack.enter_async_context(started(make))

    async def kafka_answers(self) -> bool:
        """Whether Kafka answers a fresh client: tells a wedged process from an outage."""
        admin = make_admin(self._kafka)
        try:
            await asyncio.wait_for(admin.start(), 5.0)
        except (KafkaError, OSError, TimeoutError):
            return False
        finally:
            await asyncio.shield(_closed(admin.close))
        return True

    async def _drain(self, running: asyncio.Task[None]) -> None:
        """Let the batches in hand finish, within the shutdown time."""
        for stage in self.stages:
            stage.stop()
        if not self.stages:
            running.cancel()
        await asyncio.wait({running}, timeout=self._process.shutdown_seconds)
        if not running.done():
            log.warning("process.cut_off", seconds=self._process.shutdown_seconds)
            running.cancel()
            await asyncio.wait({running}, timeout=3.0)


@asynccontextmanager
async def started(
    make: Callable[[], AIOKafkaConsumer | AIOKafkaProducer],
) -> AsyncIterator[AIOKafkaConsumer | AIOKafkaProducer]:
    """A Kafka client, as soon as Kafka answers; says what it waits for. Closed within bounds.

    Raises Refused where Kafka answers and does not take us.
    """
    said = False
    while True:
        client = make()
        try:
            await client.start()
            break
        except (KafkaError, OSError) as error:
            await _closed(client.stop)
            if why := await why_refused(client):
                raise Refused(why) from error
            if not said:
                log.warning("waiting.for_kafka", error=type(error).__name__)
                said = True
            await asyncio.sleep(1.0)
        except BaseException:
            await _closed(client.stop)
            raise
    try:
        yield client
    finally:
        await _closed(client.stop)


async def _cut_off(task: asyncio.Task[None], seconds: float = 5.0) -> None:
    """Cancel a task and give it time to let go of what it holds."""
    task.cancel()
    await asyncio.wait({task}, timeout=seconds)


async def _closed(close: Callable[[], Any], seconds: float = 5.0) -> None:
    """Close a client; in an outage aiokafka's stop can hang or raise CancelledError."""
    task = asyncio.ensure_future(close())
    await asyncio.wait({task}, timeout=seconds)
    if not task.done():
        task.cancel()
    elif not task.cancelled() and task.exception() is not None:
        log.debug("close.failed", error=type(task.exception()).__name__)


def settle_memory() -> None:
    """Leave what the process started with out of garbage collection, and collect less often.

    A batch makes thousands of values and no cycles; with Python's own thresholds a fifth of a
    stage's time would go into looking for some.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(YOUNG_OBJECTS, 20, 20)


def _is_ours(error: BaseException) -> bool:
    return isinstance(error, (StopTheLine, ValueError))


def run(
    name: str,
    kafka: KafkaSettings,
    process: ProcessSettings,
    works: Works,
    hook: Hook = no_hook,
) -> None:
    """Run a stage process to its end and exit with its code; never hangs on the way out."""
    configure_logs(name, level=process.log_level, as_json=process.log_json)
    configure_tracing(name)
    end_with_our_own_code()
    sock = listen(process.probe_host, process.probe_port)
    code = uvloop.run(StageProcess(name, kafka, process, works, hook).serve(sock))
    end_tracing()
    sys.stderr.flush()
    os._exit(code)


def end_with_our_own_code() -> None:
    """Keep a clean end clean: uvicorn raises the signal once more for whoever handled it before."""
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: None)


def listen(host: str, port: int) -> socket.socket:
    """A listening socket, or one clear line and exit 2 where the address is taken."""
    sock = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    # Handed down to each connection: an answer in two writes would else wait 40 ms for the
    # other side's acknowledgement of the first.
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    try:
        sock.bind((host, port))
    except OSError as error:
        stop(f"cannot listen on {host}:{port}: {error.strerror}; choose another port")
    sock.listen(2048)
    sock.set_inheritable(True)
    return sock
