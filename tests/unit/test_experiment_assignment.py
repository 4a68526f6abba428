"""Who is in which arm."""

from collections import Counter

import pytest

from app.experiments.assignment import assign
from app.experiments.model import Arm
from app.experiments.statistics import chi_square_p

HALVES = (Arm("a"), Arm("b"))


def test_shopper_stays_in_an_arm() -> None:
    assert assign("trial", HALVES, "shopper") == assign("trial", HALVES, "shopper")


@pytest.mark.parametrize("weights", [(1, 1), (9, 1), (1, 2, 3), (0.1, 0.1)])
def test_arms_get_shoppers_by_their_weights(weights: tuple[float, ...]) -> None:
    arms = [Arm(f"arm{n}", weight) for n, weight in enumerate(weights)]

    dealt = Counter(assign("trial", arms, f"shopper {n}").name for n in range(20_000))

    assert chi_square_p([dealt[arm.name] for arm in arms], weights) > 0.001


def test_arm_of_one_experiment_says_nothing_of_the_arm_in_another() -> None:
    pairs = Counter(
        (assign("one", HALVES, f"s{n}").name, assign("two", HALVES, f"s{n}").name)
        for n in range(20_000)
    )

    assert chi_square_p([pairs[x, y] for x in "ab" for y in "ab"], [1, 1, 1, 1]) > 0.001
