"""Synthetic shoppers click as often as their stated formulas say."""

from collections import Counter
from collections.abc import Sequence
from math import prod, sqrt

import pytest

from app.sample.chance import chance
from app.simulation.click_models import (
    RANDOM_ATTRACTION,
    Cascade,
    ClickModel,
    FirstHit,
    PositionBased,
    RandomClicks,
    attraction,
    make_click_model,
)

GRADES = (0, 3, 1, 2, 0, 3)
VISITS = 20_000


def click_rates(model: ClickModel, grades: Sequence[int] = GRADES) -> list[float]:
    luck = chance("1", "test")
    clicks = Counter(
        position for _ in range(VISITS) for position in model.visit(grades, luck).clicks
    )
    return [clicks[position] / VISITS for position in range(1, len(grades) + 1)]


def check_rates(model: ClickModel, expected: Sequence[float]) -> None:
    """Each within four standard errors."""
    for found, wanted in zip(click_rates(model), expected, strict=True):
        assert abs(found - wanted) <= 4 * sqrt(wanted * (1 - wanted) / VISITS)


def test_best_grade_always_attracts_and_no_grade_does_by_noise_alone() -> None:
    assert attraction(3, 0.1) == 1.0
    assert attraction(0, 0.1) == pytest.approx(0.1)
    assert attraction(1, 0.0) == pytest.approx(1 / 7)
    assert attraction(2, 0.1) == pytest.approx(0.1 + 0.9 * 3 / 7)


@pytest.mark.parametrize("scroll", [0.0, 0.5, 1.0])
def test_position_based_clicks_are_looks_times_attraction_however_far_one_scrolls(
    scroll: float,
) -> None:
    model = PositionBased(noise=0.1, eta=1.0, scroll=scroll)

    check_rates(
        model, [attraction(grade, 0.1) / place for place, grade in enumerate(GRADES, start=1)]
    )


def test_steeper_bias_looks_less_far() -> None:
    model = PositionBased(noise=0.2, eta=2.0)

    check_rates(
        model, [attraction(grade, 0.2) / place**2 for place, grade in enumerate(GRADES, start=1)]
    )


def test_random_clicks_follow_the_position_alone() -> None:
    check_rates(RandomClicks(eta=0.5), [RANDOM_ATTRACTION / place**0.5 for place in range(1, 7)])


def test_cascade_clicks_the_first_that_attracts_and_nothing_more() -> None:
    attractions = [attraction(grade, 0.1) for grade in GRADES]

    check_rates(
        Cascade(noise=0.1),
        [a * prod(1 - before for before in attractions[:n]) for n, a in enumerate(attractions)],
    )


def test_cascade_saw_nothing_below_its_click() -> None:
    visit = Cascade(noise=0.0).visit((0, 0, 3, 3), chance("1", "test"))

    assert visit.clicks == (3,)
    assert visit.on_screen == 3


def test_first_hit_is_clicked_whatever_it_is() -> None:
    assert FirstHit().visit((0, 3), chance("1", "test")).clicks == (1,)


def test_page_is_on_the_screen_as_far_as_the_formula_says() -> None:
    model, luck = PositionBased(eta=1.0, scroll=0.5), chance("1", "test")

    depths = [model.visit(GRADES, luck).on_screen for _ in range(VISITS)]

    for place in range(1, 7):
        wanted = place**-0.5
        found = sum(depth >= place for depth in depths) / VISITS
        assert abs(found - wanted) <= 4 * sqrt(wanted * (1 - wanted) / VISITS)


def test_without_scrolling_the_whole_page_is_on_the_screen() -> None:
    assert PositionBased().visit(GRADES, chance("1", "test")).on_screen == len(GRADES)


@pytest.mark.parametrize("name", ["position-based", "cascade", "random", "first-hit"])
def test_empty_page_is_left_without_a_click(name: str) -> None:
    model = make_click_model(name, 0.1, 1.0, 0.5)  # type: ignore[arg-type]

    visit = model.visit((), chance("1", "test"))

    assert visit.on_screen == 0
    assert visit.clicks == ()
