"""Does the proxy fail as a network does?"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest

from tests.chaos.proxy import DELAY_SECONDS, Proxy, Toxic

Pipe = tuple[asyncio.StreamReader, asyncio.StreamWriter]


@pytest.fixture
async def proxy() -> AsyncIterator[Proxy]:
    """Before a server that says everything back."""

    async def echo(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while data := await reader.read(1000):
                writer.write(data)
                await writer.drain()
        except ConnectionError:
            pass
        finally:
            writer.close()

    server = await asyncio.start_server(echo, "127.0.0.1", 0)
    with Proxy("127.0.0.1", server.sockets[0].getsockname()[1]) as proxy:
        yield proxy
    server.close()


async def said_back(pipe: Pipe, text: bytes, seconds: float = 5.0) -> bytes:
    reader, writer = pipe
    writer.write(text)
    await writer.drain()
    return await asyncio.wait_for(reader.readexactly(len(text)), seconds)


async def connect(proxy: Proxy) -> Pipe:
    return await asyncio.open_connection("127.0.0.1", proxy.port)


async def test_a_sound_network_passes_everything(proxy: Proxy) -> None:
    pipe = await connect(proxy)
    assert await said_back(pipe, b"hello") == b"hello"
    pipe[1].close()


async def test_a_slow_network_takes_its_time_both_ways(proxy: Proxy) -> None:
    pipe = await connect(proxy)
    proxy.toxic = Toxic.DELAY
    began = asyncio.get_running_loop().time()
    assert await said_back(pipe, b"hello") == b"hello"
    assert asyncio.get_running_loop().time() - began >= 2 * DELAY_SECONDS
    pipe[1].close()


@pytest.mark.parametrize("toxic", [Toxic.BLACK_HOLE, Toxic.NO_ANSWERS])
async def test_what_a_black_hole_swallowed_arrives_when_it_ends(proxy: Proxy, toxic: Toxic) -> None:
    reader, writer = pipe = await connect(proxy)
    assert await said_back(pipe, b"before") == b"before"
    proxy.toxic = toxic
    writer.write(b"during")
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(reader.readexactly(6), 0.3)
    proxy.toxic = Toxic.NONE
    assert await asyncio.wait_for(reader.readexactly(6), 5.0) == b"during"
    writer.close()


async def test_a_reset_cuts_every_connection_and_new_ones_work(proxy: Proxy) -> None:
    reader, writer = pipe = await connect(proxy)
    assert await said_back(pipe, b"before") == b"before"
    assert proxy.reset() == 1
    with pytest.raises(ConnectionResetError):
        await asyncio.wait_for(reader.read(1), 5.0)
    writer.close()
    again = await connect(proxy)
    assert await said_back(again, b"after") == b"after"
    again[1].close()


async def test_a_refusing_network_takes_nobody(proxy: Proxy) -> None:
    proxy.toxic = Toxic.REFUSE

    async def try_it() -> None:
        reader, writer = await connect(proxy)
        try:
            await asyncio.wait_for(reader.read(1), 5.0)
        finally:
            writer.close()

    with pytest.raises(ConnectionResetError):
        await try_it()
