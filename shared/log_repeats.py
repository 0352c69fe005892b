"""What does a library say again and again? In an outage a client logs the same line many times a
second; one of them in a while is enough.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable

from typing_extensions import override

QUIET_SECONDS = 10.0


class Repeats(logging.Filter):
    """Passes a library's line once in a while; the next one says how many were left out.

    Lines are the same if the same place in the code logs them, whatever its values.
    """

    def __init__(
        self, libraries: tuple[str, ...], clock: Callable[[], float] = time.monotonic
    ) -> None:
        super().__init__()
        self._libraries = libraries
        self._clock = clock
        self._said: dict[tuple[str, int], tuple[float, int]] = {}

    @override
    def filter(self, record: logging.LogRecord) -> bool:
        if record.name.partition(".")[0] not in self._libraries:
            return True
        place, now = (record.pathname, record.lineno), self._clock()
        since, left_out = self._said.get(place, (-QUIET_SECONDS, 0))
        if now - since < QUIET_SECONDS:
            self._said[place] = since, left_out + 1
            return False
        self._said[place] = now, 0
        if left_out:
            record.msg = f"{record.msg} (and {left_out} more like it)"
        return True
