"""Do small batches share a commit, and is none kept waiting?"""

from __future__ import annotations

import math

import pytest
from aiokafka import TopicPartition

from shared.engine import offsets
from shared.engine.batch import Batch
from shared.engine.offsets import MOST_RECORDS, WAIT_SECONDS, Done
from tests.support.builders import a_record

FIRST, SECOND = TopicPartition("t", 0), TopicPartition("t", 1)


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def monotonic(self) -> float:
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(offsets, "time", clock)
    return clock


def batch(records: int, **ends: int) -> Batch:
    """So many records; `p0=7` goes on at offset 7 of partition 0."""
    following = {TopicPartition("t", int(name[1:])): end for name, end in ends.items()}
    return Batch([a_record(b"{}")] * records, {}, following)


def test_where_nothing_is_done_no_commit_is_ever_due() -> None:
    assert Done().wait() == math.inf


def test_a_commit_is_due_a_tenth_of_a_second_after_the_first_batch(clock: Clock) -> None:
    done = Done()
    done.add(batch(1, p0=7))
    clock.now += 0.06
    done.add(batch(1, p0=8))
    assert done.wait() == pytest.approx(WAIT_SECONDS - 0.06)
    clock.now += 0.04
    assert done.wait() == pytest.approx(0.0, abs=1e-9)


def test_many_records_wait_for_nothing(clock: Clock) -> None:
    done = Done()
    done.add(batch(MOST_RECORDS, p0=500))
    assert done.wait() == 0.0


def test_the_latest_batch_says_where_a_partition_goes_on(clock: Clock) -> None:
    done = Done()
    done.add(batch(2, p0=7, p1=3))
    done.add(batch(1, p0=8))
    assert done.offsets == {FIRST: 8, SECOND: 3}


def test_what_kafka_did_not_take_is_kept_and_tried_again_after_a_second(clock: Clock) -> None:
    done = Done()
    done.add(batch(MOST_RECORDS, p0=500))
    done.try_again()
    assert done.offsets == {FIRST: 500}
    assert done.wait() == pytest.approx(1.0 + WAIT_SECONDS)
