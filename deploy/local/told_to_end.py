"""How does a command hear that it is to end, so that all that it started ends with it?"""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

SIGNALS = (signal.SIGTERM, signal.SIGHUP)
EXIT_CODE = 128 + signal.SIGTERM


class ToldToEnd(SystemExit):
    """SIGTERM or SIGHUP; no task of asyncio swallows it on the way out, as it would others."""

    def __init__(self) -> None:
        super().__init__(EXIT_CODE)


@contextmanager
def ended_by_signals() -> Iterator[None]:
    """Turn the first SIGTERM or SIGHUP into ToldToEnd; later ones don't disturb the ending.

    Ctrl-C is heard even where a shell started us in the background, deaf to it.
    """

    def end(_number: int, _frame: FrameType | None) -> None:
        for number in SIGNALS:
            signal.signal(number, signal.SIG_IGN)
        raise ToldToEnd

    before = {number: signal.signal(number, end) for number in SIGNALS}
    before[signal.SIGINT] = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
