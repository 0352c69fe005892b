"""Is a line that a library repeats told once in a while, and ours always?"""

from __future__ import annotations

import logging

from shared.log_repeats import QUIET_SECONDS, Repeats


def line(name: str, lineno: int, node: int) -> logging.LogRecord:
    return logging.LogRecord(name, logging.ERROR, "conn.py", lineno, "no node %s", (node,), None)


class Clock:
    now = 1000.0

    def __call__(self) -> float:
        return self.now


def test_the_same_line_passes_once_in_a_while_and_says_how_many_were_left_out() -> None:
    clock = Clock()
    repeats = Repeats(("aiokafka",), clock)
    passed = [repeats.filter(line("aiokafka.conn", 7, node)) for node in range(5)]
    assert passed == [True, False, False, False, False]
    clock.now += QUIET_SECONDS
    again = line("aiokafka.conn", 7, 1)
    assert repeats.filter(again)
    assert again.getMessage() == "no node 1 (and 4 more like it)"


def test_another_line_of_the_library_passes_at_once() -> None:
    repeats = Repeats(("aiokafka",), Clock())
    assert repeats.filter(line("aiokafka.conn", 7, 1))
    assert repeats.filter(line("aiokafka.conn", 8, 1))


def test_what_we_say_ourselves_always_passes() -> None:
    repeats = Repeats(("aiokafka",), Clock())
    assert all(repeats.filter(line("shared.engine", 7, 1)) for _ in range(3))
