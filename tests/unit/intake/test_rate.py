"""Does the bucket hold what was agreed?"""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from services.intake.rate import Bucket


def test_burst_goes_through_then_the_source_waits_for_what_is_missing() -> None:
    bucket = Bucket(bytes_per_second=10, burst_bytes=100)
    assert bucket.take(100, now=0) == 0
    assert bucket.take(20, now=0) == 2.0
    assert bucket.take(20, now=2) == 0


def test_bucket_never_holds_more_than_its_burst() -> None:
    bucket = Bucket(bytes_per_second=10, burst_bytes=100)
    bucket.take(1, now=0)
    assert bucket.take(100, now=10_000) == 0
    assert bucket.take(1, now=10_000) > 0


def test_ticket_larger_than_the_bucket_passes_a_full_one() -> None:
    bucket = Bucket(bytes_per_second=10, burst_bytes=100)
    assert bucket.take(500, now=0) == 0


def test_forced_tickets_are_owed_but_not_for_ever() -> None:
    bucket = Bucket(bytes_per_second=10, burst_bytes=100)
    for _ in range(50):
        bucket.force(100, now=0)
    assert bucket.take(1, now=21) == 0


def test_clock_that_goes_back_gives_nothing() -> None:
    bucket = Bucket(bytes_per_second=10, burst_bytes=10)
    bucket.take(10, now=100)
    assert bucket.take(10, now=50) > 0


@given(st.lists(st.tuples(st.integers(1, 200), st.floats(0, 5)), max_size=60))
def test_no_more_than_burst_and_rate_allow_ever_passes(steps: list[tuple[int, float]]) -> None:
    bucket = Bucket(bytes_per_second=10, burst_bytes=200)
    now, passed = 0.0, 0
    for size, pause in steps:
        now += pause
        if bucket.take(size, now) == 0:
            passed += size
    assert passed <= 200 + 10 * now + 1e-6
