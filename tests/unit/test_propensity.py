"""Examination curves from clicks: told apart from relevance, held by the prior, never rising."""

import numpy as np
import pytest

from ranking.propensity import Examination, Showings, estimate_examination
from tests.shoppers import World, clicks_at_random, clicks_the_first, looks_down, showings_of

PRIOR = [position**-0.7 for position in range(1, 13)]
TENTH = slice(0, 10)


@pytest.fixture(scope="module")
def world() -> World:
    return World()


def error(examination: Examination, exponent: float) -> float:
    """Mean distance of the logarithms over the first ten positions."""
    true = np.arange(1, 11) ** -exponent
    return float(np.abs(np.log(np.array(examination.curve[TENTH]) / true)).mean())


@pytest.mark.parametrize("exponent", [0.3, 1.0, 1.5])
def test_curve_is_found_that_shoppers_look_by(world: World, exponent: float) -> None:
    entries = world.clickthroughs(6_000, looks_down(exponent))

    found = estimate_examination(showings_of(entries), PRIOR)

    assert found.estimated
    assert error(found, exponent) < 0.25
    assert error(found, exponent) < error(estimate_examination(showings_of([]), PRIOR), exponent)


def test_order_that_follows_what_is_liked_does_not_steepen_the_curve(world: World) -> None:
    """The clicks themselves fall twice as fast, since the better hits stand further up."""
    entries = world.clickthroughs(6_000, looks_down(0.3))
    found = estimate_examination(showings_of(entries), PRIOR)

    clicks = np.array(found.clicks_by_position[TENTH])

    assert clicks[9] / clicks[0] < 0.45
    assert found.curve[9] == pytest.approx(10**-0.3, abs=0.12)


def test_without_a_click_the_prior_stands() -> None:
    found = estimate_examination(showings_of([]), PRIOR)

    assert np.allclose(found.curve, PRIOR)
    assert (found.told, found.estimated, found.depth) == (0.0, False, len(PRIOR))


def test_pairs_that_always_stand_at_one_position_tell_nothing(world: World) -> None:
    entries = world.clickthroughs(2_000, looks_down(1.0), explored=0.0)

    found = estimate_examination(showings_of(entries), PRIOR)

    assert (found.told, found.showings) == (0.0, 0)
    assert not found.estimated


def test_few_clicks_move_the_curve_less_than_many(world: World) -> None:
    few = estimate_examination(showings_of(world.clickthroughs(60, looks_down(1.5))), PRIOR)
    many = estimate_examination(showings_of(world.clickthroughs(6_000, looks_down(1.5))), PRIOR)

    assert few.told < many.told
    assert abs(np.log(few.curve[5] / PRIOR[5])) < abs(np.log(many.curve[5] / PRIOR[5]))


@pytest.mark.parametrize("explored", [0.0, 0.3])
def test_clicks_at_random_leave_a_flat_curve_whatever_the_prior(
    world: World, explored: float
) -> None:
    """Else a low hit's click would count for many, and noise would look like preference."""
    entries = world.clickthroughs(4_000, clicks_at_random, explored=explored)

    found = estimate_examination(showings_of(entries), PRIOR)

    assert min(found.curve) > 0.75


@pytest.mark.parametrize("explored", [0.0, 0.3])
def test_where_only_the_first_is_clicked_nobody_looks_further(
    world: World, explored: float
) -> None:
    entries = world.clickthroughs(1_000, clicks_the_first, explored=explored)

    found = estimate_examination(showings_of(entries), PRIOR)

    assert found.depth == 1


def test_curve_never_rises_and_begins_at_one(world: World) -> None:
    found = estimate_examination(showings_of(world.clickthroughs(300, looks_down(0.5))), PRIOR)

    assert found.curve[0] == pytest.approx(1.0)
    assert all(one >= other for one, other in zip(found.curve, found.curve[1:], strict=False))


def test_positions_behind_the_curve_count_like_its_last() -> None:
    found = Examination((1.0, 0.5, 0.01), 1.0, 10, 10, (5, 3, 2))

    assert found.at([1, 2, 3, 4, 99]).tolist() == [1.0, 0.5, 0.01, 0.01, 0.01]
    assert found.propensities([1, 3]).tolist() == [1.0, 0.05]


def test_one_pair_shown_at_two_positions_is_told_by_its_rates() -> None:
    """With nothing else known, a curve of two positions goes to the ratio of the pair's rates."""
    at_both = Showings(*np.array([[0, 1, 10_000, 5_000], [0, 2, 10_000, 1_000]], np.int64).T)

    found = estimate_examination(at_both, [1.0, 0.6])

    assert found.curve[1] == pytest.approx(0.2, abs=0.01)
