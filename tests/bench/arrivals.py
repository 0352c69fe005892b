"""When does the next ticket come? As people write: independently of each other."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterable
from random import Random


def poisson(rate: float, seconds: float, seed: int) -> list[float]:
    """Seconds from the start at which tickets come, `rate` of them per second on average."""
    dice, at, moments = Random(seed), 0.0, []
    while (at := at + dice.expovariate(rate)) < seconds:
        moments.append(at)
    return moments


async def play(moments: Iterable[float], arrive: Callable[[int], Awaitable[None]]) -> None:
    """Call `arrive` with its number at each moment, without waiting for those before it."""
    began, under_way = time.monotonic(), []
    for number, moment in enumerate(moments):
        await asyncio.sleep(max(0.0, began + moment - time.monotonic()))
        under_way.append(asyncio.ensure_future(arrive(number)))
    await asyncio.gather(*under_way)
