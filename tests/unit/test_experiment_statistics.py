"""Intervals and tests of experiments, against simulated data and known values."""

from collections.abc import Sequence

import pytest

from app.experiments.guardrails import quantile_bounds
from app.experiments.results import SAMPLE_RATIO_P
from app.experiments.statistics import (
    RatioSums,
    chi_square_p,
    difference,
    ratio_estimate,
    sign_test,
    wilson,
)
from app.sample.chance import Random, chance


def sums_of(shoppers: Sequence[tuple[int, int]]) -> RatioSums:
    """Of (searches, clicks) by shopper."""
    return RatioSums(
        units=len(shoppers),
        x=sum(x for x, _ in shoppers),
        y=sum(y for _, y in shoppers),
        xx=sum(x * x for x, _ in shoppers),
        yy=sum(y * y for _, y in shoppers),
        xy=sum(x * y for x, y in shoppers),
    )


def draw_shoppers(luck: Random, count: int, rate: float) -> list[tuple[int, int]]:
    """Some search much, and some click much: their searches are not independent."""
    shoppers = []
    for _ in range(count):
        searches, own_rate = luck.randint(1, 12), rate * luck.choice((0.2, 1.8))
        clicks = sum(luck.random() < own_rate for _ in range(searches))
        shoppers.append((searches, clicks))
    return shoppers


def test_intervals_hold_the_truth_nineteen_times_in_twenty() -> None:
    luck, held = chance("1", "test"), 0

    for _ in range(400):
        estimate = ratio_estimate(sums_of(draw_shoppers(luck, 200, 0.3)))
        assert estimate.low is not None
        assert estimate.high is not None
        held += estimate.low <= 0.3 <= estimate.high

    assert 0.91 <= held / 400 <= 0.98


def test_no_difference_is_called_one_about_once_in_twenty() -> None:
    luck, called = chance("2", "test"), 0

    for _ in range(400):
        first, second = (sums_of(draw_shoppers(luck, 200, 0.3)) for _ in range(2))
        called += difference(second, first)[1] < 0.05

    assert 0.02 <= called / 400 <= 0.09


def test_real_difference_is_found_with_its_sign() -> None:
    luck = chance("7", "test")
    first, second = (sums_of(draw_shoppers(luck, 2_000, rate)) for rate in (0.3, 0.4))

    estimate, p_value = difference(second, first)

    assert estimate.low is not None
    assert 0 < estimate.low < 0.1 < (estimate.high or 0)
    assert p_value < 0.001


def test_too_few_shoppers_give_a_value_without_an_interval() -> None:
    estimate = ratio_estimate(sums_of([(4, 1)]))

    assert estimate.value == 0.25
    assert estimate.low is None
    assert difference(sums_of([]), sums_of([(4, 1)]))[1] == 1.0


@pytest.mark.parametrize(
    ("counts", "weights", "p_value"),
    [
        ([50, 50], [1, 1], 1.0),
        ([60, 40], [1, 1], 0.0455003),
        ([20, 30, 50], [1, 1, 1], 0.0009119),
        ([10, 20, 30, 40], [1, 2, 3, 4], 1.0),
        ([25, 35, 40, 50, 50], [1, 1, 1, 1, 1], 0.0238935),
    ],
)
def test_chi_square_gives_known_values(
    counts: list[int], weights: list[float], p_value: float
) -> None:
    assert chi_square_p(counts, weights) == pytest.approx(p_value, abs=1e-6)


def test_sample_ratio_check_alarms_at_a_broken_split_and_seldom_at_a_fair_one() -> None:
    luck, alarms = chance("4", "test"), 0

    for _ in range(500):
        second = sum(luck.random() < 0.5 for _ in range(1_000))
        alarms += chi_square_p([1_000 - second, second], [1, 1]) < SAMPLE_RATIO_P

    assert alarms <= 3
    assert chi_square_p([5_200, 4_800], [1, 1]) < SAMPLE_RATIO_P


@pytest.mark.parametrize(
    ("wins", "losses", "p_value"),
    [(0, 0, 1.0), (5, 5, 1.0), (0, 5, 0.0625), (7, 3, 0.34375), (900, 1_000, 0.0231088)],
)
def test_sign_test_gives_known_values(wins: int, losses: int, p_value: float) -> None:
    assert sign_test(wins, losses) == pytest.approx(p_value, abs=2e-4)


def test_wilson_interval_gives_known_values_and_stays_within_0_and_1() -> None:
    half, none = wilson(50, 100), wilson(0, 10)

    assert half.low == pytest.approx(0.4038, abs=1e-4)
    assert half.high == pytest.approx(0.5962, abs=1e-4)
    assert none.low == pytest.approx(0.0)
    assert none.high == pytest.approx(0.2775, abs=1e-4)
    assert (wilson(0, 0).low, wilson(0, 0).high) == (0.0, 1.0)


def test_bounds_of_a_quantile_hold_it_almost_always() -> None:
    luck, missed, count = chance("5", "test"), 0, 500
    low, high = quantile_bounds(0.9, count)

    for _ in range(400):
        drawn = sorted(luck.random() for _ in range(count))
        missed += not drawn[int(low * count)] <= 0.9 <= drawn[min(int(high * count), count - 1)]

    assert missed <= 4
