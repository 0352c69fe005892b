"""Is a process that grows seen to grow?"""

from __future__ import annotations

from tests.chaos.memory import MB, Life, in_mb


def test_memory_is_compared_from_half_a_minute_on() -> None:
    life = Life([(0.0, 10 * MB), (29.0, 55 * MB), (31.0, 60 * MB), (300.0, 90 * MB)])
    assert (in_mb(life.warm), in_mb(life.last), in_mb(life.most)) == ("60", "90", "90")


def test_a_short_life_is_told_by_its_end() -> None:
    life = Life([(0.0, 10 * MB), (4.0, 50 * MB)])
    assert (life.warm, life.seconds) == (50 * MB, 4.0)
