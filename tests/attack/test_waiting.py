"""How long, and with how much, can strangers keep intake busy? Within bounds, and nobody waits."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

import pytest

from tests.attack.conftest import CONNECTIONS, TICKET, WAIT_SECONDS, Figures, Target
from tests.attack.wire import Wire, chunk, head, wire

pytestmark = pytest.mark.embedded
JSON = ("Content-Type", "application/json")
CHUNKED = ("Transfer-Encoding", "chunked")
MEGABYTE = 1_000_000
LARGEST = 256 * 1024
REPORT = json.dumps(
    {"body": "Logged out, I can still open every invoice by changing the number in the link."}
).encode()
SLOW = 15.0
"""Seconds over the deadline that a machine under other loads may need."""


@asynccontextmanager
async def crowd(target: Target, size: int, *pieces: bytes) -> AsyncIterator[list[Wire]]:
    """So many connections, each having said this much."""
    async with AsyncExitStack() as stack:
        lines = [await stack.enter_async_context(wire(target.address)) for _ in range(size)]
        for line in lines:
            await line.say(*pieces)
        yield lines


async def dribble(line: Wire, seconds: float = WAIT_SECONDS + SLOW) -> float | None:
    """A byte every tenth of a second; after how long the other side had enough."""
    began = time.monotonic()
    while time.monotonic() - began < seconds:
        if not await line.say(b"a") or await line.ended(0.1) is not None:
            return time.monotonic() - began
    return None


async def test_announced_size_over_the_limit_is_refused_before_the_body_comes(
    target: Target,
) -> None:
    length = ("Content-Length", "99999999999")
    answer = await target.hears(head(headers=[target.authorization, JSON, length]))
    assert answer is not None
    assert answer.status == 413
    assert answer.conforms


@pytest.mark.parametrize("announced", [True, False])
async def test_caller_who_reads_only_after_sending_five_megabytes_still_hears_413(
    target: Target, announced: bool
) -> None:
    length = ("Content-Length", str(5 * MEGABYTE)) if announced else CHUNKED
    piece = b"x" * MEGABYTE
    pieces = [piece if announced else chunk(piece)] * 5
    answer = await target.hears(head(headers=[target.authorization, JSON, length]), *pieces)
    assert answer is not None
    assert answer.status == 413


@pytest.mark.parametrize("known", [True, False])
async def test_body_without_end_is_cut_off(target: Target, known: bool) -> None:
    """Chunk after chunk, as fast as they are taken: 413 or 401 first, then the line is closed."""
    who = [target.authorization] if known else []
    before = target.megabytes()
    async with wire(target.address) as line:
        await line.say(head(headers=[*who, JSON, CHUNKED]))
        sent = 0
        while sent < 200 and await line.say(chunk(b"x" * MEGABYTE)):
            sent += 1
    assert sent < 40
    assert target.megabytes() - before < 20


async def test_silent_connection_is_closed(target: Target) -> None:
    async with wire(target.address) as line:
        ended = await line.ended()
    assert ended is not None
    assert WAIT_SECONDS * 0.9 < ended < WAIT_SECONDS + SLOW


async def test_head_that_comes_a_byte_at_a_time_ends_with_408(target: Target) -> None:
    async with wire(target.address) as line:
        await line.say(head(headers=[target.authorization])[:-4] + b"\r\nX-Slow: ")
        writing = asyncio.create_task(_dribble_on(line))
        answer = await line.answer()
        writing.cancel()
        assert answer is not None
        assert answer.status == 408
        assert answer.conforms
        assert await line.ended() is not None


async def test_body_that_comes_a_byte_at_a_time_ends_with_408(target: Target) -> None:
    async with wire(target.address) as line:
        await line.say(head(headers=[target.authorization, JSON, ("Content-Length", "5000")]))
        writing = asyncio.create_task(_dribble_on(line))
        answer = await line.answer()
        assert answer is not None
        assert answer.status == 408
        assert answer.conforms
        assert await line.ended() is not None
        writing.cancel()


async def _dribble_on(line: Wire) -> None:
    for _ in range(300):
        if not await line.say(b"a"):
            return
        await asyncio.sleep(0.1)


async def test_second_head_on_a_kept_connection_has_a_deadline_too(target: Target) -> None:
    async with wire(target.address) as line:
        await line.say(head(headers=target.trusted(TICKET)) + TICKET)
        answer = await line.answer()
        assert answer is not None
        assert answer.status == 202
        assert await dribble(line) is not None


async def test_report_is_taken_at_once_while_a_thousand_connections_wait(
    target: Target, figures: Figures
) -> None:
    """700 silent, 200 in the middle of a head, 100 in the middle of a body."""
    before = target.megabytes()
    length = ("Content-Length", "5000")
    half = head(headers=[target.authorization, JSON, length])
    async with (
        crowd(target, 700),
        crowd(target, 200, half[:-10]),
        crowd(target, 100, half, b"x" * 4000),
    ):
        began = time.monotonic()
        answer = await target.takes(REPORT)
        took = time.monotonic() - began
        grown = target.megabytes() - before
    figures.append(f"202 for a report while 1,000 connections wait: {took * 1000:.0f} ms")
    figures.append(f"memory for the 1,000: {grown:.0f} MB")
    assert answer is not None
    assert answer.status == 202
    assert took < 1.0
    assert grown < 60


async def test_past_the_most_connections_the_longest_waiting_gives_way(target: Target) -> None:
    async with crowd(target, CONNECTIONS + 50) as lines:
        first = await lines[0].ended(WAIT_SECONDS / 2)
        answer = await target.takes(REPORT)
        assert answer is not None
        assert answer.status == 202
        assert first is not None


async def test_bodies_never_finished_fill_no_memory(target: Target, figures: Figures) -> None:
    """600 strangers send a webhook's body all but its last bytes: 157 MB, were it all kept."""
    before = target.megabytes()
    unsigned = head(
        "POST /v1/webhooks/shop HTTP/1.1", headers=[JSON, ("Content-Length", str(LARGEST))]
    )
    async with crowd(target, 600, unsigned, b"x" * (LARGEST - 10)):
        answer = await target.takes(REPORT)
        grown = target.megabytes() - before
    figures.append(f"memory for 157 MB of bodies that are never finished: {grown:.0f} MB")
    assert answer is not None
    assert answer.status == 202
    assert grown < 100
