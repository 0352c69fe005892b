"""Do tickets come as people write: at the rate asked for, and independently of each other?"""

from __future__ import annotations

from itertools import pairwise
from statistics import fmean, pstdev

import pytest

from tests.bench.arrivals import play, poisson
from tests.bench.hammer import length_of


def test_as_many_come_as_were_asked_for() -> None:
    assert len(poisson(50, 200, seed=1)) == pytest.approx(10_000, rel=0.05)


def test_the_gaps_spread_as_far_as_they_are_long_as_those_of_strangers_do() -> None:
    gaps = [later - sooner for sooner, later in pairwise(poisson(50, 200, seed=2))]
    assert pstdev(gaps) == pytest.approx(fmean(gaps), rel=0.1)


def test_the_same_seed_gives_the_same_arrivals_and_another_gives_others() -> None:
    assert poisson(50, 1, seed=3) == poisson(50, 1, seed=3)
    assert poisson(50, 1, seed=3) != poisson(50, 1, seed=4)


async def test_every_arrival_is_played_once_and_a_failure_is_not_swallowed() -> None:
    seen = []

    async def arrive(number: int) -> None:
        seen.append(number)

    await play([0.0, 0.001, 0.002], arrive)
    assert seen == [0, 1, 2]

    async def fail(_number: int) -> None:
        raise RuntimeError("not taken")

    with pytest.raises(RuntimeError, match="not taken"):
        await play([0.0], fail)


def test_the_length_of_an_answer_is_read_whatever_its_case() -> None:
    assert length_of(b"HTTP/1.1 202 Accepted\r\ncontent-length: 53\r\n\r\n") == 53
    assert length_of(b"HTTP/1.1 202 Accepted\r\nContent-Length:7\r\n\r\n") == 7
    with pytest.raises(ValueError, match="without a length"):
        length_of(b"HTTP/1.1 202 Accepted\r\n\r\n")
