"""From sums to values: the same numbers give the same values, and none leaves its bounds."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ranking.behaviour import BEHAVIOUR, Interest, Sums
from ranking.behaviour_definitions import METRICS, MILLIONTHS, InterestFeature, RateFeature

N = 3
C = len(BEHAVIOUR.columns)


def make_sums(**counted: Any) -> Sums:
    """`item={("clicks", 30): [1, 2, 3]}` and so on; all else is nothing."""
    shapes = {
        "everything": (C,),
        "query": (C,),
        **dict.fromkeys(("item", "brand", "category", "query_item"), (N, C)),
    }
    made = {name: np.zeros(shape, np.int64) for name, shape in shapes.items()}
    for name, columns in counted.items():
        for (metric, days), numbers in columns.items():
            scale = 1_000_000 if metric in MILLIONTHS else 1
            column = BEHAVIOUR.columns.index((metric, days))
            made[name][..., column] = np.multiply(numbers, scale)
    return Sums(**made)


def values(sums: Sums, interest: Interest | None = None) -> dict[str, list[float]]:
    tokens = np.array([7, 8, 0], np.int64)
    matrix = BEHAVIOUR.values(sums, interest or Interest(), tokens, tokens)
    assert matrix.shape == (N, len(BEHAVIOUR.names))
    assert matrix.dtype == np.float32
    return {
        name: [round(float(v), 4) for v in column]
        for name, column in zip(BEHAVIOUR.names, matrix.T, strict=True)
    }


def test_where_nothing_was_counted_rates_say_half_and_sessions_nothing() -> None:
    matrix = BEHAVIOUR.values(make_sums(), Interest(), np.zeros(N, np.int64), np.zeros(N, np.int64))

    np.testing.assert_allclose(matrix, BEHAVIOUR.neutral(N), rtol=0, atol=1e-7)


def test_rate_is_drawn_to_its_prior_by_its_strength() -> None:
    # Of the whole shop 0.1, as it is assumed to be; of the category the same.
    sums = make_sums(item={("clicks", 30): [0, 9, 90], ("exposure", 30): [90, 90, 90]})

    passed, usual, liked = values(sums)["item_click_30d"]

    # (0 + 10 * 0.1) / (90 + 10) = 0.01, and 0.01 / (0.01 + 0.1).
    assert passed == round(0.01 / 0.11, 4)
    assert usual == round(0.1 / 0.2, 4)
    assert liked == round(0.91 / 1.01, 4)


def test_item_without_events_has_the_rate_of_its_category() -> None:
    found = values(
        make_sums(category={("clicks", 30): [50, 0, 0], ("exposure", 30): [100, 100, 0]})
    )

    assert found["item_click_30d"] == found["category_click_30d"]
    assert found["item_click_30d"][0] > 0.5 > found["item_click_30d"][1]
    assert found["item_click_30d"][2] == 0.5


def test_query_and_item_are_compared_with_the_query_itself() -> None:
    """A query whose hits are clicked much does not make each of them special."""
    whole = {("clicks", 30): 60, ("exposure", 30): 100}
    each = {("clicks", 30): [40, 10, 0], ("exposure", 30): [40, 40, 0]}

    liked, passed, new = values(make_sums(everything=whole, query=whole, query_item=each))[
        "query_item_click_30d"
    ]

    assert liked > 0.5 > passed
    assert new == 0.5


def test_last_day_without_events_says_what_the_week_said() -> None:
    whole = {("clicks", 30): 20, ("exposure", 30): 100, ("clicks", 7): 20, ("exposure", 7): 100}
    item = {name: [20, 0, 0] for name in whole}

    found = values(make_sums(everything=whole, item=item))

    assert found["item_click_1d"] == found["item_click_7d"]


def test_revenue_counts_in_major_units() -> None:
    item = {("revenue", 30): [100, 0, 0], ("exposure", 30): [10, 10, 0]}

    dear, nothing, new = values(make_sums(item=item))["item_revenue_30d"]

    # (100 + 30 * 0.5) / (10 + 30) against 0.5.
    assert dear == round(2.875 / 3.375, 4)
    assert nothing == round(0.375 / 0.875, 4)
    assert new == 0.5


def test_session_shares_are_of_the_weight_of_all_that_was_done() -> None:
    interest = Interest(
        weights=np.array([2.0, 1.0, 1.0]), brands=np.array([7, 8, 0]), categories=np.zeros(3, int)
    )

    found = values(make_sums(), interest)

    assert found["session_brand"] == [0.5, 0.25, 0.0]
    assert found["session_category"] == [0.0, 0.0, 0.0]


def test_no_candidates_give_no_rows() -> None:
    nothing = np.zeros(0, np.int64)
    empty = np.zeros((0, C), np.int64)
    whole = np.zeros(C, np.int64)

    sums = Sums(whole, whole, empty, empty, empty, empty)
    assert BEHAVIOUR.values(sums, Interest(), nothing, nothing).shape == (0, len(BEHAVIOUR.names))
    assert BEHAVIOUR.neutral(0).shape == (0, len(BEHAVIOUR.names))


counts = st.integers(0, 2**50)


@settings(deadline=None)
@given(st.lists(counts, min_size=C, max_size=C), st.lists(counts, min_size=C, max_size=C))
def test_every_value_lies_between_0_and_1_whatever_was_counted(
    row: list[int], other: list[int]
) -> None:
    """Clicks may outnumber exposures: those of no list have none."""
    one, two = np.array(row, np.int64), np.array(other, np.int64)
    rows = np.stack([one, two, np.zeros(C, np.int64)])
    tokens = np.array([1, 2, 0], np.int64)
    for whole in (one, two):
        interest = Interest(np.array([1.0, 0.5]), np.array([1, 0]), np.array([2, 2]))
        matrix = BEHAVIOUR.values(
            Sums(whole, two, rows, rows, rows, rows), interest, tokens, tokens
        )
        assert np.isfinite(matrix).all()
        assert ((matrix >= 0) & (matrix <= 1)).all()


def plain(name: str, sums: Sums, n: int) -> float:
    """One rate feature of one candidate, as the file's comments say it in words."""
    definitions = BEHAVIOUR.definitions

    def sum_of(scope: str, metric: Any, days: int) -> float:
        counted = getattr(sums, scope)
        row = counted if counted.ndim == 1 else counted[n]
        found = float(row[BEHAVIOUR.columns.index((metric, days))])
        return found / 1e6 if metric in MILLIONTHS else found

    def rate(of: str) -> float:
        feature = definitions.features[of]
        assert isinstance(feature, RateFeature)
        kind = definitions.rates[feature.rate]
        prior = whole(feature.rate, feature.days) if feature.prior == "all" else rate(feature.prior)
        up = sum_of(feature.scope, kind.numerator, feature.days)
        down = sum_of(feature.scope, kind.denominator, feature.days)
        return (up + feature.strength * prior) / (down + feature.strength)

    def whole(kind_name: str, days: int) -> float:
        kind = definitions.rates[kind_name]
        given = {
            f.days
            for f in definitions.features.values()
            if isinstance(f, RateFeature) and f.rate == kind_name
        }
        longer = [d for d in sorted(given) if d > days]
        prior = whole(kind_name, longer[0]) if longer else kind.base
        up = sum_of("everything", kind.numerator, days)
        down = sum_of("everything", kind.denominator, days)
        return (up + kind.base_weight * prior) / (down + kind.base_weight)

    feature = definitions.features[name]
    assert isinstance(feature, RateFeature)
    mine = rate(name)
    other = (
        whole(feature.rate, feature.days) if feature.reference == "all" else rate(feature.reference)
    )
    return mine / (mine + other)


@pytest.mark.parametrize("seed", range(5))
def test_values_are_those_that_the_definitions_say_in_words(seed: int) -> None:
    rng = np.random.default_rng(seed)
    scale = [10**8 if metric in MILLIONTHS else 100 for metric, _ in BEHAVIOUR.columns]
    rows = {
        name: rng.integers(0, scale, (N, C)) for name in ("item", "brand", "category", "query_item")
    }
    whole = {name: rng.integers(0, scale, C) for name in ("everything", "query")}
    sums = Sums(**whole, **rows)
    tokens = np.zeros(N, np.int64)

    matrix = BEHAVIOUR.values(sums, Interest(), tokens, tokens)

    for column, name in enumerate(BEHAVIOUR.names):
        if not isinstance(BEHAVIOUR.definitions.features[name], InterestFeature):
            expected = np.array([plain(name, sums, n) for n in range(N)], np.float32)
            np.testing.assert_allclose(matrix[:, column], expected, rtol=1e-6)


def test_sums_are_of_what_is_counted() -> None:
    assert {metric for metric, _ in BEHAVIOUR.columns} <= set(METRICS)
