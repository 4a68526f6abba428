"""What arranging is told of the candidates of one request."""

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest
from sqlalchemy import create_engine

from app.features.store import FeatureStore
from app.search.shelf import lay_out
from indexing.documents import Item, ItemId, ItemKey
from indexing.memory_index import MemoryItemIndex
from indexing.queries import ExpandedQuery, Sort
from ranking.facts import facts_of
from rules.match import FiredRules
from rules.model import Boost, Instruction, Pin
from rules.rewrite import Rewritten
from rules.shelf import Shelf
from tests.factories import NOW, make_candidates, make_item
from tests.rule_factories import make_rule


def laid_out(
    items: Sequence[Item],
    *then: Instruction,
    text: str = "lamp",
    sort: Sort | None = None,
    scores: Sequence[float] | None = None,
    grouped: bool = False,
) -> Shelf:
    facts = [facts_of(ItemKey(key), item) for key, item in enumerate(items, start=1)]
    # Opens no connection before it is asked for an item, which only variety needs.
    store = FeatureStore(create_engine("postgresql+psycopg://"))
    for key, item in enumerate(items, start=1):
        store.columns.put(key, 1, item)
    return lay_out(
        make_candidates(len(items)),
        facts,
        np.array(scores or [0.0] * len(items), np.float32),
        FiredRules(1, (make_rule(*then),)),
        Rewritten(expanded=ExpandedQuery(text=text), sort=sort),
        store,
        MemoryItemIndex(),
        grouped,
    )


PIN = Pin(item_id=ItemId("a"), position=1)


def test_only_the_columns_that_rules_read_are_laid_out() -> None:
    plain = laid_out([make_item("a")], Boost(2, (ItemId("a"),)))

    assert plain.item_ids == ["a"]
    assert (plain.group_ids, plain.in_stock, plain.brought) == ((), (), ())
    assert plain.sort_values is None
    assert plain.relevant == ()
    assert plain.variety == {}


def test_pins_are_told_group_and_stock_and_an_item_alone_is_its_own_group() -> None:
    items = [make_item("a", group_id="mugs"), make_item("b", in_stock=False)]

    shelf = laid_out(items, PIN)

    assert shelf.group_ids == ["mugs", "b"]
    assert shelf.in_stock == [True, False]
    assert shelf.brought == [False, False]


@pytest.mark.parametrize(
    ("field", "known", "value"),
    [
        ("price", {"price": 9.5}, 9.5),
        ("price", {}, math.nan),
        ("rating", {"rating": 4.5}, 4.5),
        ("rating", {}, math.nan),
        ("popularity", {"popularity": 7.0}, 7.0),
        ("newest", {"released_at": NOW}, NOW.timestamp()),
        ("newest", {}, math.nan),
        ("reviews", {"review_count": 12}, 12.0),
    ],
)
def test_sort_reads_what_it_is_named_by(field: str, known: dict[str, Any], value: float) -> None:
    shelf = laid_out([make_item("a", **known)], sort=Sort(field, descending=False))

    assert shelf.sort_values == pytest.approx([value], nan_ok=True)


def test_sort_orders_what_has_at_least_a_fiftieth_of_the_best_ones_odds() -> None:
    items = [make_item(name) for name in "abcd"]
    scores = [1.0, 1.0 - math.log(49.9), 1.0 - math.log(50.1), -1e30]

    shelf = laid_out(items, sort=Sort("price", descending=False), scores=scores)

    assert shelf.relevant == [True, True, False, False]


def test_everything_is_relevant_where_nothing_was_asked_for() -> None:
    items = [make_item(name) for name in "ab"]

    shelf = laid_out(items, text="", sort=Sort("price", descending=False), scores=[0.0, -99.0])

    assert shelf.relevant == [True, True]


def test_nothing_found_is_an_empty_shelf() -> None:
    shelf = laid_out([], PIN, sort=Sort("price", descending=False))

    assert len(shelf) == 0
    assert shelf.relevant == []
    assert shelf.sort_values == []
