"""What an encoder is fine-tuned on and measured by: grades from events, examples with hard
negatives, the sampled catalogue, folds, and the gate."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

import numpy as np
import pytest

from app.encoders.evidence import grades_of, merged
from app.encoders.examples import MOST_WANTED, NEGATIVES, Found, examples_of
from app.encoders.folds import folds_of
from app.encoders.gate import GATED, examine
from app.encoders.sample import draw
from indexing.documents import ItemId, ItemKey
from indexing.queries import QueryId
from ranking.evaluate import measure
from ranking.events import Action, Clickthrough, ClientId, RankingEvent, SessionId
from ranking.judgments import Judgments

WEIGHTS = {"click": 1.0, "add_to_cart": 2.0, "purchase": 4.0, "dismiss": 0.0}
ORGANIC, PINNED = 0, 1


def shown(
    actions: Mapping[int, Sequence[Action]],
    keys: Sequence[int] = (1, 2, 3, 4),
    query: str = "kettle",
    placements: Sequence[int] = (ORGANIC,) * 4,
) -> Clickthrough:
    event = RankingEvent(
        query_id=QueryId("q"),
        at=datetime(2026, 11, 1, tzinfo=UTC),
        client_id=ClientId("c"),
        session_id=SessionId("s"),
        query=query,
        sort="relevance",
        first=0,
        total=len(keys),
        item_keys=tuple(map(ItemKey, keys)),
        placements=tuple(placements),
        features=None,
        feature_fingerprint=None,
        model_version="v1",
        ruleset_version=0,
    )
    done = {ItemKey(key): frozenset(each) for key, each in actions.items()}
    return Clickthrough(event, done, None)


def grades(*entries: Clickthrough) -> dict[str, dict[ItemKey, int]]:
    return grades_of(entries, WEIGHTS)


def test_purchase_is_the_best_grade_and_a_cart_or_two_clicks_the_next() -> None:
    found = grades(
        shown({1: ["click", "purchase"], 2: ["click"], 3: ["add_to_cart"]}), shown({2: ["click"]})
    )

    assert found["kettle"] == {1: 3, 2: 2, 3: 2}


def test_single_click_says_nothing() -> None:
    assert grades(shown({2: ["click"]})) == {}


def test_what_stood_above_clicks_twice_and_had_none_is_not_wanted() -> None:
    found = grades(shown({3: ["click"]}), shown({3: ["click"]}))

    assert found["kettle"] == {3: 2, 1: 0, 2: 0}


def test_what_stood_below_every_click_is_unknown() -> None:
    found = grades(*[shown({1: ["click"]}) for _ in range(5)])

    assert found["kettle"] == {1: 3}


def test_what_a_rule_placed_above_a_click_is_unknown() -> None:
    placements = (PINNED, ORGANIC, ORGANIC, ORGANIC)
    found = grades(*[shown({3: ["click"]}, placements=placements) for _ in range(2)])

    assert found["kettle"] == {3: 2, 2: 0}


def test_item_that_is_dismissed_twice_is_not_wanted() -> None:
    assert grades(shown({1: ["dismiss"]})) == {}
    assert grades(shown({4: ["dismiss"]}), shown({4: ["dismiss"]})) == {"kettle": {4: 0}}


def test_judgments_count_where_both_say_something() -> None:
    judged = Judgments({"Red  Kettle": {ItemId("a"): 0}})
    clicked = Judgments({"red kettle": {ItemId("a"): 3, ItemId("b"): 2}})

    assert merged(judged, clicked).by_query == {"red kettle": {"a": 0, "b": 2}}
    assert merged(judged, None).by_query == {"red kettle": {"a": 0}}


def found_for(query: str, grades: Mapping[str, int], count: int = 20) -> Found:
    items = tuple(ItemId(f"{query}{n}") for n in range(count))
    return Found(query, items, {ItemId(item): grade for item, grade in grades.items()})


def texts_of(*found: Found) -> dict[ItemId, str]:
    return {item: f"text of {item}" for entry in found for item in entry.items}


def test_example_is_a_wanted_item_and_one_that_is_found_and_irrelevant() -> None:
    found = found_for("a", {"a0": 3, "a5": 0, "a1": 1})

    examples = examples_of([found], texts_of(found), seed=1)

    assert [(e.query, e.wanted, e.unwanted) for e in examples] == [
        ("a", "text of a0", "text of a5")
    ]


def test_where_nothing_is_known_to_be_irrelevant_what_is_found_far_down_stands_in() -> None:
    found = found_for("a", {"a0": 3, "a15": 2})

    examples = examples_of([found], texts_of(found), seed=1)

    assert {example.unwanted for example in examples} <= {
        f"text of a{n}" for n in range(10, 20) if n != 15
    }
    assert len(examples) == 2 * NEGATIVES


def test_poor_items_are_wanted_only_where_there_is_nothing_better() -> None:
    assert found_for("a", {"a0": 1, "a1": 3}).wanted == ["a1"]
    assert found_for("a", {"a0": 1, "a1": 0}).wanted == ["a0"]
    assert found_for("a", {"a1": 0}).wanted == []


def test_query_with_many_judgments_gives_no_more_examples_than_the_most() -> None:
    found = found_for("a", {f"a{n}": 3 for n in range(60)} | {"a70": 0, "a71": 0, "a72": 0}, 80)

    examples = examples_of([found], texts_of(found), seed=1)

    assert len(examples) == MOST_WANTED * NEGATIVES
    assert len({example.wanted for example in examples}) == MOST_WANTED


def test_items_that_are_gone_are_left_out() -> None:
    found = found_for("a", {"a0": 3, "gone": 3, "a5": 0})

    assert len(examples_of([found], texts_of(found), seed=1)) == 1


def test_same_seed_gives_the_same_examples() -> None:
    found = [found_for(name, {f"{name}{n}": n % 4 for n in range(16)}) for name in "abcdef"]

    def made(seed: int) -> object:
        return examples_of(found, texts_of(*found), seed)

    assert made(1) == made(1)
    assert made(1) != made(2)


CATALOGUE = [ItemId(f"i{n}") for n in range(1_000)]


def test_sample_stands_for_the_whole_catalogue() -> None:
    sample = draw(CATALOGUE[:100], CATALOGUE, seed=1, rest=70)

    assert len(sample.items) == len(set(sample.items)) == 170
    assert sum(sample.stands_for) == 1_000
    assert set(sample.stands_for[:100]) == {1}
    assert set(sample.stands_for[100:]) == {12, 13}


def test_small_catalogue_is_taken_as_a_whole() -> None:
    sample = draw(CATALOGUE[:100], CATALOGUE[:150], seed=1)

    assert sorted(sample.items) == sorted(CATALOGUE[:150])
    assert set(sample.stands_for) == {1}


def test_judged_items_that_are_gone_are_not_in_the_sample() -> None:
    sample = draw([ItemId("gone"), CATALOGUE[0]], CATALOGUE, seed=1)

    assert "gone" not in sample.items


def test_measures_of_a_sample_are_near_to_those_of_the_whole() -> None:
    chance = np.random.default_rng(1)
    vectors = chance.standard_normal((1_000, 8)).astype(np.float32)
    query = chance.standard_normal(8).astype(np.float32)
    order = np.argsort(-(vectors @ query))
    grades = {CATALOGUE[n]: 3 for n in order[:400:9]}
    exact = measure([CATALOGUE[n] for n in order], grades)
    estimates = []
    for seed in range(40):
        sample = draw(list(grades), CATALOGUE, seed, rest=100)
        rows = [CATALOGUE.index(item) for item in sample.items]
        estimates.append(sample.measured(query, vectors[rows], grades)["recall@200"])

    assert abs(float(np.mean(estimates)) - exact["recall@200"]) < 0.03


def test_measures_are_exact_where_all_that_counts_is_certain() -> None:
    chance = np.random.default_rng(2)
    vectors = chance.standard_normal((1_000, 8)).astype(np.float32)
    query = chance.standard_normal(8).astype(np.float32)
    order = np.argsort(-(vectors @ query))
    nearest = [CATALOGUE[n] for n in order[:200]]
    grades = {nearest[n]: n % 4 for n in range(0, 60, 3)} | {CATALOGUE[int(order[-1])]: 3}

    sample = draw([*grades, *nearest], CATALOGUE, seed=3, rest=50)
    rows = [CATALOGUE.index(item) for item in sample.items]

    assert sample.measured(query, vectors[rows], grades) == measure(nearest, grades)


def test_queries_that_end_in_the_same_word_are_held_out_together() -> None:
    names = ["laptop", "gaming laptops", "Laptop", "mouse", "desk", "lamp", "red lamp", "tv"]

    folds = folds_of(names, seed=3, folds=4)

    assert sorted(name for fold in folds for name in fold) == sorted(names)
    assert {"laptop", "gaming laptops", "Laptop"} <= set(next(f for f in folds if "laptop" in f))
    assert folds == folds_of(names, seed=3, folds=4)


def per_query(recall: float, ndcg: float, count: int = 60) -> dict[str, dict[str, float]]:
    """With some noise, which is the same for the same query."""
    return {
        f"q{n}": {
            "recall@200": recall + 0.01 * (n % 7),
            "ndcg@10": ndcg + 0.02 * (n % 5),
            "ndcg@10_judged_only": 0.9,
        }
        for n in range(count)
    }


@pytest.mark.parametrize(
    ("recall", "ndcg", "passes"),
    [
        (0.03, 0.0, True),
        (0.0, 0.03, True),
        (0.03, 0.03, True),
        (0.0, 0.0, False),
        (0.03, -0.02, False),
        (-0.02, 0.03, False),
        (-0.02, -0.02, False),
    ],
)
def test_encoder_passes_that_is_better_in_one_and_worse_in_none(
    recall: float, ndcg: float, passes: bool
) -> None:
    gate = examine(per_query(0.9, 0.6), per_query(0.9 + recall, 0.6 + ndcg), folds=5)

    assert gate.passed is passes
    assert gate.queries == 60
    assert gate.measures["recall@200"].difference.mean == pytest.approx(recall)
    assert any(name in gate.reason for name in GATED)


def test_improvement_that_may_be_chance_is_none() -> None:
    base, trained = per_query(0.5, 0.5), per_query(0.5, 0.5)
    for n, measures in enumerate(trained.values()):
        measures["ndcg@10"] += 0.3 if n % 2 else -0.28

    gate = examine(base, trained, folds=5)

    assert gate.measures["ndcg@10"].difference.mean > 0
    assert not gate.passed
    assert "for sure" in gate.reason
