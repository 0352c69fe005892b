"""How does a stranger speak to intake? Byte for byte, on a socket of its own."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass

PATIENCE = 20.0
"""Seconds. A machine under other loads answers late; what is wrong never answers."""


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer as it stood on the wire."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def conforms(self) -> bool:
        """An error is problem details in JSON, anything else is a 2xx."""
        if self.status < 300:
            return True
        return (
            self.headers.get("content-type") == "application/problem+json"
            and json.loads(self.body)["status"] == self.status
        )


@dataclass(slots=True)
class Wire:
    """One connection to intake."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter

    async def say(self, *pieces: bytes) -> bool:
        """Send the pieces; false once the other side has hung up."""
        try:
            for piece in pieces:
                self.writer.write(piece)
                await self.writer.drain()
        except ConnectionError:
            return False
        return True

    async def answer(self, seconds: float = PATIENCE) -> Answer | None:
        """The next answer but for `100 Continue`; None where the connection ended instead."""
        try:
            async with asyncio.timeout(seconds):
                while True:
                    answer = await self._answer()
                    if answer.status != 100:
                        return answer
        except (asyncio.IncompleteReadError, ConnectionError):
            return None

    async def _answer(self) -> Answer:
        head = (await self.reader.readuntil(b"\r\n\r\n")).decode("latin-1")
        first, *lines = head.strip().split("\r\n")
        headers = {
            name.lower(): value.strip()
            for name, _, value in (line.partition(":") for line in lines)
        }
        body = await self.reader.readexactly(int(headers.get("content-length", "0")))
        return Answer(int(first.split()[1]), headers, body)

    async def ended(self, seconds: float = PATIENCE) -> float | None:
        """After how many seconds the other side hung up; None where it did not in time."""
        began = time.monotonic()
        try:
            async with asyncio.timeout(seconds):
                while await self.reader.read(65_536):
                    pass
        except TimeoutError:
            return None
        except ConnectionError:
            pass
        return time.monotonic() - began


@asynccontextmanager
async def wire(address: tuple[str, int]) -> AsyncIterator[Wire]:
    """A connection, closed at the end without farewell."""
    reader, writer = await asyncio.open_connection(*address)
    try:
        yield Wire(reader, writer)
    finally:
        writer.transport.abort()


def head(line: str = "POST /v1/tickets HTTP/1.1", headers: Sequence[tuple[str, str]] = ()) -> bytes:
    """The head of a request, every header exactly as given."""
    lines = [line, "Host: intake", *(f"{name}: {value}" for name, value in headers)]
    return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1")


def chunk(data: bytes) -> bytes:
    return b"%x\r\n%b\r\n" % (len(data), data)
