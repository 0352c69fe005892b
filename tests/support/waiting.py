"""How does a test wait? For a condition, with a deadline, never for a time."""

from __future__ import annotations

import asyncio
import inspect
import time
from collections.abc import Awaitable, Callable
from typing import Any

POLL_SECONDS = 0.05


async def eventually(
    condition: Callable[[], Any | Awaitable[Any]],
    seconds: float = 10.0,
    what: str | Callable[[], object] = "the condition",
) -> Any:
    """The first truthy value of `condition`; fails the test, saying `what`, at the deadline."""
    deadline = time.monotonic() + seconds
    while True:
        value = condition()
        if inspect.isawaitable(value):
            value = await value
        if value:
            return value
        if time.monotonic() > deadline:
            raise AssertionError(f"not within {seconds} s: {what() if callable(what) else what}")
        await asyncio.sleep(POLL_SECONDS)
