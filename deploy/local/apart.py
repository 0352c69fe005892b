"""How does plain code get the result of asynchronous work, wherever it is called from?"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

ResultT = TypeVar("ResultT")


def run_apart(work: Callable[[], Coroutine[Any, Any, ResultT]]) -> ResultT:
    """The result of `work`, run in a loop of its own, so that a running loop is no hindrance."""
    with ThreadPoolExecutor(max_workers=1) as thread:
        return thread.submit(lambda: asyncio.run(work())).result()
