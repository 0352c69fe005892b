"""Is the bench's own arithmetic right?"""

from __future__ import annotations

import math

import pytest

from tests.bench.figures import Better, Figure, Verdict, by_percentile, per_ticket_us, percentile
from tests.bench.table import line_of, short


def figure(*pairs: tuple[float, float], **bounds: object) -> Figure:
    return Figure("cost", "a peer", "us", pairs, **bounds)  # type: ignore[arg-type]


def test_the_ratio_is_the_median_of_the_rounds_ratios_not_the_ratio_of_the_medians() -> None:
    measured = figure((10, 10), (90, 30), (40, 20))
    assert measured.ratio == 2
    assert (measured.ours, measured.theirs) == (40, 20)


def test_a_round_that_the_machine_spoilt_for_both_sides_does_not_move_the_ratio() -> None:
    assert figure((20, 10), (2000, 1000), (20, 10)).ratio == 2


@pytest.mark.parametrize(
    ("ours", "verdict"),
    [(15, Verdict.AIM), (15.1, Verdict.PROMISE), (30, Verdict.PROMISE), (30.1, Verdict.MISSED)],
)
def test_of_a_cost_the_promise_is_the_most_that_it_may_be(ours: float, verdict: Verdict) -> None:
    assert figure((ours, 10), promised=3, aimed=1.5).verdict is verdict


@pytest.mark.parametrize(
    ("ours", "verdict"),
    [(10, Verdict.AIM), (9.9, Verdict.PROMISE), (5, Verdict.PROMISE), (4.9, Verdict.MISSED)],
)
def test_of_a_rate_the_promise_is_the_least_that_it_may_be(ours: float, verdict: Verdict) -> None:
    measured = figure((ours, 1), better=Better.MORE, promised=5, aimed=10)
    assert measured.verdict is verdict


def test_a_figure_over_its_own_limit_misses_whatever_the_peer_does() -> None:
    assert figure((501, 1000), promised=2, at_most=500).verdict is Verdict.MISSED


def test_without_a_promise_there_is_no_verdict() -> None:
    assert figure((1, 2)).verdict is Verdict.NONE


def test_a_peer_that_cost_nothing_measurable_is_no_division_by_zero() -> None:
    assert figure((1, 0), promised=3).verdict is Verdict.MISSED
    assert math.isinf(figure((1, 0)).ratio)


def test_percentiles_are_samples_that_were_measured() -> None:
    samples = [float(n) for n in range(1, 101)]
    assert percentile(samples, 50) == 50
    assert percentile(samples, 99) == 99
    assert percentile(samples, 100) == 100
    assert percentile([7.0], 99) == 7


def test_a_percentile_of_nothing_is_refused() -> None:
    with pytest.raises(ValueError, match="no samples"):
        percentile([], 50)


def test_processor_seconds_become_microseconds_for_one_ticket() -> None:
    assert per_ticket_us(2.0, 50_000) == 40


def test_a_line_shows_both_sides_the_spread_and_the_verdict() -> None:
    line = line_of(figure((30, 10), (40, 10), (50, 10), promised=3))
    assert line == "| cost, us | 40 | 10 | a peer | **4** (3 to 5) | at most 3 |  | missed |\n"


@pytest.mark.parametrize(
    ("number", "text"),
    [(0.00123, "0.00123"), (1.2345, "1.23"), (99.94, "99.9"), (123.6, "124"), (98765, "98 765")],
)
def test_numbers_are_shown_with_what_was_measured_of_them(number: float, text: str) -> None:
    assert short(number) == text


def test_a_promise_is_used_up_the_same_way_round_for_costs_and_for_rates() -> None:
    assert figure((6, 1), promised=3).used_up == 2
    assert figure((10, 1), better=Better.MORE, promised=5).used_up == 0.5
    assert figure((0, 1), better=Better.MORE, promised=5).used_up == math.inf
    assert figure((1, 1)).used_up is None


def test_a_curve_can_be_drawn_on_a_logarithmic_scale() -> None:
    assert by_percentile([0.0, 5.0], (50, 100)) == [(50, 0.1), (100, 5.0)]
