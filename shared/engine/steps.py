"""Which steps does a stage take with a batch? A test can stop the engine before and after each."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from enum import StrEnum


class Step(StrEnum):
    READ = "read"
    DECIDE = "decide"
    URGENT = "urgent"
    PRODUCE = "produce"
    SETTLE = "settle"
    COMMIT = "commit"


Hook = Callable[[Step, str], Awaitable[None]]
"""Called with a step and `before` or `after`."""


async def no_hook(_step: Step, _when: str) -> None:
    """The hook of a running system: nothing."""
