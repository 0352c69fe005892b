"""What if the network fails? A TCP proxy that delays, swallows or resets what passes through it.

It runs in a thread with a loop of its own, so that whatever the test does, bytes go on moving.
"""

from __future__ import annotations

import asyncio
import contextlib
import socket
import struct
import threading
from collections.abc import Coroutine
from enum import StrEnum
from typing import Any, Self, TypeVar

CHUNK = 64 * 1024
DELAY_SECONDS = 0.3
START_SECONDS = 10.0
RESET_ON_CLOSE = struct.pack("ii", 1, 0)
ResultT = TypeVar("ResultT")


class Toxic(StrEnum):
    """What the network does to bytes."""

    NONE = "passes everything"
    DELAY = "delays everything"
    BLACK_HOLE = "swallows everything"
    NO_ANSWERS = "swallows answers"
    REFUSE = "refuses connections"


class Proxy:
    """Passes connections on to `host:port`; `toxic` may change at any time.

    What a black hole swallowed is passed on when it ends, as TCP would by sending again.
    """

    def __init__(self, host: str, port: int, listen_port: int = 0) -> None:
        self.toxic = Toxic.NONE
        self.port = listen_port
        self._upstream = (host, port)
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="proxy", daemon=True)
        self._writers: set[asyncio.StreamWriter] = set()
        self._pairs: dict[int, int] = {}

    def __enter__(self) -> Self:
        self._thread.start()
        self._server = self._do(
            asyncio.start_server(self._serve, "127.0.0.1", self.port, limit=CHUNK)
        )
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    def __exit__(self, *_error: object) -> None:
        self._server.close()
        self.reset()
        self._do(self._end())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self.port}"

    @property
    def connections(self) -> int:
        """How many connections pass through now."""
        return len(self._pairs)

    def client_port(self, upstream_port: int) -> int | None:
        """Whose connection it is that the upstream server sees as coming from this port."""
        return self._pairs.get(upstream_port)

    def reset(self) -> int:
        """Cut every connection in the middle, as a crashed router would; returns how many."""
        return self._do(self._reset())

    def _do(self, work: Coroutine[Any, Any, ResultT]) -> ResultT:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(START_SECONDS)

    async def _reset(self) -> int:
        cut = len(self._pairs)
        for writer in list(self._writers):
            _abort(writer)
        return cut

    async def _end(self) -> None:
        tasks = asyncio.all_tasks(self._loop) - {asyncio.current_task(self._loop)}
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self.toxic is Toxic.REFUSE:
            _abort(writer)
            return
        try:
            up_reader, up_writer = await asyncio.open_connection(*self._upstream, limit=CHUNK)
        except OSError:
            _abort(writer)
            return
        upstream_port = up_writer.get_extra_info("sockname")[1]
        self._pairs[upstream_port] = writer.get_extra_info("peername")[1]
        self._writers |= {writer, up_writer}
        try:
            async with asyncio.TaskGroup() as pumps:
                pumps.create_task(self._pump(reader, up_writer, answers=False))
                pumps.create_task(self._pump(up_reader, writer, answers=True))
        finally:
            self._pairs.pop(upstream_port, None)
            self._writers -= {writer, up_writer}
            writer.close()
            up_writer.close()

    async def _pump(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, *, answers: bool
    ) -> None:
        with contextlib.suppress(OSError):
            while data := await reader.read(CHUNK):
                await self._pass(answers=answers)
                writer.write(data)
                await writer.drain()
        if writer.can_write_eof() and not writer.is_closing():
            with contextlib.suppress(OSError):
                writer.write_eof()

    async def _pass(self, *, answers: bool) -> None:
        """Hold the bytes for as long as the network would."""
        if self.toxic is Toxic.DELAY:
            await asyncio.sleep(DELAY_SECONDS)
        # Another thread sets the toxic, so there is no event to wait for.
        while self._swallows(answers=answers):  # noqa: ASYNC110
            await asyncio.sleep(0.02)

    def _swallows(self, *, answers: bool) -> bool:
        return self.toxic is Toxic.BLACK_HOLE or (answers and self.toxic is Toxic.NO_ANSWERS)


def _abort(writer: asyncio.StreamWriter) -> None:
    """End a connection with a reset instead of a farewell."""
    sock = writer.get_extra_info("socket")
    if sock is not None:
        with contextlib.suppress(OSError):
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET_ON_CLOSE)
    writer.transport.abort()
