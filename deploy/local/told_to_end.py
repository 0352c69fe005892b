"""How does a command hear that it is to end, so that all that it started ends with it?"""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

SIGNALS = (signal.SIGTERM, signal.SIGHUP)
EXIT_CODE = 128 + signal.SIGTERM


class ToldToEnd(SystemExit):
    """SIGTERM or SIGHUP."""

    def __init__(self) -> None:
        super().__init__(EXIT_CODE)


@contextmanager
def ended_by_signals() -> Iterator[None]:
    """Turn the first SIGTERM or SIGHUP into ToldToEnd; later ones don't disturb the ending.

    Inside it counts as Ctrl-C, for only that does asyncio take without losing a task in between;
    which is heard even where a shell started us in the background, deaf to it.
    """
    told = False

    def end(_number: int, _frame: FrameType | None) -> None:
        nonlocal told
        told = True
        for number in SIGNALS:
            signal.signal(number, signal.SIG_IGN)
        signal.raise_signal(signal.SIGINT)

    before = {number: signal.signal(number, end) for number in SIGNALS}
    before[signal.SIGINT] = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        yield
    except KeyboardInterrupt:
        if told:
            raise ToldToEnd from None
        raise
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
