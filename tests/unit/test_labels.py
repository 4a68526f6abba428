"""What a list as shown teaches: gains by action, and which hits may be compared."""

from collections.abc import Iterable, Mapping
from typing import Any

import msgspec
import numpy as np
import pytest

from indexing.documents import ItemKey
from indexing.queries import QueryId
from ranking.behaviour import BEHAVIOUR
from ranking.events import PLACEMENTS, Clickthrough, ClientId, RankingEvent, SessionId
from ranking.features import FEATURES, FINGERPRINT
from ranking.labels import LabelledList, label, label_all
from tests.factories import NOW

WEIGHTS = BEHAVIOUR.definitions.actions


def make_clickthrough(
    done: Mapping[int, Iterable[str]],
    *,
    size: int = 5,
    impressions_to: int | None = None,
    **fields: Any,
) -> Clickthrough:
    """A page of items 1, 2, 3, … and what was done with some of them."""
    defaults: dict[str, Any] = {
        "query_id": QueryId("q"),
        "at": NOW,
        "client_id": ClientId("c"),
        "session_id": SessionId("s"),
        "query": "mouse",
        "sort": "relevance",
        "first": 0,
        "total": 100,
        "item_keys": tuple(range(1, size + 1)),
        "placements": (0,) * size,
        "features": np.full((size, len(FEATURES)), 0.5, np.float32),
        "feature_fingerprint": FINGERPRINT,
        "model_version": "retrieval",
        "ruleset_version": 0,
    }
    actions = {ItemKey(key): frozenset(names) for key, names in done.items()}
    shown = RankingEvent(**(defaults | fields))
    return Clickthrough(shown, actions, impressions_to)  # type: ignore[arg-type]


def labelled(*args: Any, **fields: Any) -> LabelledList:
    found = label(make_clickthrough(*args, **fields), WEIGHTS)
    assert isinstance(found, LabelledList), found
    return found


@pytest.mark.parametrize(
    ("done", "gain"),
    [
        (["click"], 1),
        (["click", "add_to_cart"], 3),
        (["click", "add_to_cart", "purchase"], 7),
        (["purchase"], 4),
        (["click", "add_to_cart", "remove_from_cart"], 1),
        (["click", "add_to_cart", "purchase", "remove_from_cart"], 7),
        (["click", "watch"], 1),
    ],
)
def test_gain_is_the_sum_of_what_was_done(done: list[str], gain: float) -> None:
    assert labelled({2: done}).gains.tolist() == [0, gain, 0, 0, 0]


@pytest.mark.parametrize(
    ("done", "why"),
    [
        ({}, "no interaction"),
        ({2: ["dismiss"]}, "no interaction"),
        ({2: ["impression", "view"]}, "no interaction"),
        ({9: ["click"]}, "no interaction"),
    ],
)
def test_list_without_a_choice_teaches_nothing(done: dict[int, list[str]], why: str) -> None:
    assert label(make_clickthrough(done), WEIGHTS) == why


@pytest.mark.parametrize("placement", [p for p in PLACEMENTS if p != "organic"])
def test_hit_that_a_rule_placed_is_neither_chosen_nor_passed_over(placement: str) -> None:
    placements = (PLACEMENTS.index(placement), 0, 0, 0, 0)

    chosen = label(make_clickthrough({1: ["purchase"]}, placements=placements), WEIGHTS)
    beside = labelled({1: ["purchase"], 3: ["click"]}, placements=placements)

    assert chosen == "placed by a rule"
    assert beside.compared.tolist() == [False, True, True, True, True]
    assert beside.gains.tolist() == [0, 0, 1, 0, 0]


@pytest.mark.parametrize("impressions_to", [None, 2, 99])
def test_whole_page_is_compared_however_far_its_shopper_looked(impressions_to: int | None) -> None:
    """Cut where the shopper stopped, it would let no high hit's click speak against low hits."""
    assert labelled({1: ["click"]}, impressions_to=impressions_to).compared.all()


def test_positions_count_from_the_top_of_their_page() -> None:
    assert labelled({1: ["click"]}, first=20).positions.tolist() == [1, 2, 3, 4, 5]


@pytest.mark.parametrize(
    ("fields", "why"),
    [
        ({"features": None, "feature_fingerprint": None}, "no features"),
        ({"feature_fingerprint": "of another release"}, "other features"),
        ({"features": np.zeros((5, 3), np.float32)}, "other features"),
    ],
)
def test_list_whose_features_do_not_fit_is_left_out(fields: dict[str, Any], why: str) -> None:
    assert label(make_clickthrough({1: ["click"]}, **fields), WEIGHTS) == why


def test_single_hit_has_nothing_to_be_better_than() -> None:
    assert label(make_clickthrough({1: ["click"]}, size=1), WEIGHTS) == "nothing beside it"


def test_all_that_is_left_out_is_counted_by_its_reason() -> None:
    entries = [
        make_clickthrough({1: ["click"]}),
        make_clickthrough({}),
        make_clickthrough({}),
        make_clickthrough({1: ["click"]}, feature_fingerprint="other"),
    ]

    found = label_all(entries, WEIGHTS)

    assert len(found.lists) == 1
    assert found.left_out == {"no interaction": 2, "other features": 1}


def test_features_are_those_that_the_list_was_shown_with() -> None:
    features = np.random.default_rng(1).random((5, len(FEATURES)), dtype=np.float32)

    entry = labelled({1: ["click"]}, features=features)

    assert np.array_equal(entry.features, features)
    assert msgspec.structs.asdict(entry)["at"] == NOW
