"""May we say no? That depends on how far the licence feed reaches (promise 3)."""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum


class Feed(StrEnum):
    """What a negative answer is worth; a positive one holds always."""

    FINAL = "final"
    PROVISIONAL = "provisional"
    STALE = "stale"
    NEVER_HEARD = "never_heard"


def feed(*, as_of: datetime, complete_until: datetime | None, tolerance: timedelta) -> Feed:
    """A function of the two times alone, so that a replay gives the same answer.

    `complete_until`: the least over the configured sources; None where one was never heard.
    """
    if complete_until is None:
        return Feed.NEVER_HEARD
    gap = as_of - complete_until
    if gap <= timedelta(0):
        return Feed.FINAL
    return Feed.PROVISIONAL if gap <= tolerance else Feed.STALE
