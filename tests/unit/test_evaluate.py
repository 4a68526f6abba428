"""Relevance figures against numbers worked by hand, and their bootstrap intervals."""

import math
from random import Random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexing.documents import ItemId
from ranking.evaluate import (
    MEASURES,
    Estimate,
    estimate,
    measure,
    ndcg,
    ordered_by,
    paired_difference,
    summarise,
)

grades = st.lists(st.integers(0, 3), max_size=15)


def ids(*names: object) -> list[ItemId]:
    return [ItemId(str(name)) for name in names]


def test_ndcg_is_what_it_is_by_hand() -> None:
    # Gains 7, 0, 1 at discounts 1, 1/log2(3), 1/2; the ideal order is 3, 1, 0.
    dcg = 7 + 0 + 1 / 2
    ideal = 7 + 1 / math.log2(3) + 0

    assert ndcg([3, 0, 1], [0, 1, 3]) == pytest.approx(dcg / ideal)
    assert ndcg([3, 0, 1], [0, 1, 3]) == pytest.approx(0.98284, abs=1e-5)


def test_ndcg_of_a_second_place_is_its_discount() -> None:
    assert ndcg([0, 1], [1]) == pytest.approx(1 / math.log2(3))
    assert ndcg([0, 0, 0, 2], [2]) == pytest.approx(1 / math.log2(5))


def test_item_that_was_not_retrieved_costs() -> None:
    # Ideal: gain 7 and 3/log2(3); found: the 3 alone.
    assert ndcg([2], [2, 3]) == pytest.approx(3 / (7 + 3 / math.log2(3)))


def test_ndcg_looks_no_further_than_its_cut() -> None:
    assert ndcg([0] * 10 + [3], [3]) == 0.0
    assert ndcg([0, 3], [3], cut=1) == 0.0
    assert ndcg([3] * 10, [3] * 40) == pytest.approx(1.0)


def test_ndcg_without_a_relevant_item_is_nothing() -> None:
    assert ndcg([0, 0], [0, 0]) == 0.0
    assert ndcg([], []) == 0.0
    assert ndcg([], [3]) == 0.0


@given(grades, st.randoms(use_true_random=False))
def test_no_order_beats_the_ideal_one(all_grades: list[int], random: Random) -> None:
    shuffled = list(all_grades)
    random.shuffle(shuffled)

    best = ndcg(sorted(all_grades, reverse=True), all_grades)

    assert 0.0 <= ndcg(shuffled, all_grades) <= best + 1e-12
    assert best == pytest.approx(1.0 if any(all_grades) else 0.0)


def test_all_measures_of_one_list_by_hand() -> None:
    found = measure(ids("a", "b", "c", "d"), {ItemId("b"): 1, ItemId("d"): 0, ItemId("e"): 3})

    ideal = 7 + 1 / math.log2(3)
    assert found == {
        "ndcg@10": pytest.approx(1 / math.log2(3) / ideal),
        "mrr@10": 0.5,
        "recall@200": 0.5,
        "judged@10": 0.5,
        "ndcg@10_judged_only": pytest.approx(1 / ideal),
    }
    assert tuple(found) == MEASURES


def test_unjudged_items_count_as_irrelevant_except_where_they_are_left_out() -> None:
    ranked = ids(*(f"unknown{n}" for n in range(10)), "good")

    found = measure(ranked, {ItemId("good"): 2})

    assert found["ndcg@10"] == 0.0
    assert found["mrr@10"] == 0.0
    assert found["judged@10"] == 0.0
    assert found["ndcg@10_judged_only"] == 1.0
    assert found["recall@200"] == 1.0


def test_recall_ends_at_two_hundred() -> None:
    ranked = ids(*range(201))

    assert measure(ranked, {ItemId("199"): 1, ItemId("200"): 1})["recall@200"] == 0.5


def test_reciprocal_rank_ends_at_ten() -> None:
    ranked = ids(*range(11))

    assert measure(ranked, {ItemId("9"): 1})["mrr@10"] == pytest.approx(0.1)
    assert measure(ranked, {ItemId("10"): 1})["mrr@10"] == 0.0


def test_share_judged_is_of_those_shown_even_when_they_are_few() -> None:
    assert measure(ids("a", "b"), {ItemId("a"): 0})["judged@10"] == 0.5


def test_empty_list_and_empty_judgments_measure_nothing() -> None:
    assert set(measure([], {ItemId("a"): 3}).values()) == {0.0}
    assert set(measure(ids("a"), {}).values()) == {0.0}


def test_estimate_holds_the_mean_and_an_interval_around_it() -> None:
    found = estimate([0.0, 1.0] * 200)

    # The standard error of the mean of 400 fair coins is 0.025; 1.96 of them are 0.049.
    assert found.mean == 0.5
    assert found.low == pytest.approx(0.5 - 0.049, abs=0.005)
    assert found.high == pytest.approx(0.5 + 0.049, abs=0.005)


def test_bootstrap_is_the_same_each_time_and_leaves_numpys_own_state_alone() -> None:
    values = [0.1, 0.4, 0.9, 0.3]
    np.random.seed(1)
    expected = np.random.random()
    np.random.seed(1)

    assert estimate(values) == estimate(values)
    assert np.random.random() == expected


def test_more_queries_make_the_interval_narrower() -> None:
    few, many = estimate([0.0, 1.0] * 10), estimate([0.0, 1.0] * 250)

    assert many.high - many.low < (few.high - few.low) / 3


def test_estimate_of_equal_values_is_certain_and_of_none_is_nothing() -> None:
    assert estimate([0.25] * 30) == Estimate(0.25, 0.25, 0.25)
    assert estimate([0.75]) == Estimate(0.75, 0.75, 0.75)
    assert estimate([]) == Estimate(0.0, 0.0, 0.0)


def test_summary_estimates_every_measure_over_the_queries() -> None:
    zeros, ones = dict.fromkeys(MEASURES, 0.0), dict.fromkeys(MEASURES, 1.0)

    found = summarise({"a": zeros, "b": ones, "c": ones, "d": ones})

    assert tuple(found) == MEASURES
    assert {each.mean for each in found.values()} == {0.75}
    assert found["mrr@10"] == estimate([0.0, 1.0, 1.0, 1.0])


def test_pairing_takes_the_difficulty_of_the_queries_out_of_the_interval() -> None:
    hard_and_easy = {f"q{n}": n / 40 for n in range(40)}
    one = {query: {"ndcg@10": value + 0.02} for query, value in hard_and_easy.items()}
    other = {query: {"ndcg@10": value} for query, value in reversed(hard_and_easy.items())}

    difference = paired_difference(one, other, "ndcg@10")

    assert difference.mean == pytest.approx(0.02)
    assert difference.low == pytest.approx(0.02)
    assert difference.high == pytest.approx(0.02)
    alone = estimate([measures["ndcg@10"] for measures in one.values()])
    assert alone.high - alone.low > 0.1


def test_paired_difference_turns_its_sign_with_its_sides() -> None:
    one = {"a": {"mrr@10": 1.0}, "b": {"mrr@10": 0.5}}
    other = {"a": {"mrr@10": 0.25}, "b": {"mrr@10": 0.5}}

    assert paired_difference(one, other, "mrr@10").mean == 0.375
    assert paired_difference(other, one, "mrr@10").mean == -0.375


def test_items_are_ordered_by_score_and_ties_keep_their_order() -> None:
    scores = np.array([0.5, 2.0, 0.5, -1.0, 2.0], np.float32)

    assert ordered_by(scores, ids("a", "b", "c", "d", "e")) == ids("b", "e", "a", "c", "d")
