"""What boosts, buries and sorts do to scored candidates, and that each is told."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexing.documents import ItemId
from indexing.queries import ExpandedQuery, SearchQuery, Sort
from rules.arrange import Placed, arrange, arrange_nothing
from rules.match import FiredRules
from rules.model import (
    Banner,
    Boost,
    Bury,
    Data,
    Diversify,
    Instruction,
    Pin,
    Redirect,
    RemoveWords,
    SortBy,
)
from rules.rewrite import Rewritten, rewrite
from rules.shelf import Shelf
from tests.rule_factories import LAMP, POOL, arrange_by, fire, make_rule, make_shelf, names, told

A, B, C, D, E, F, G, H = POOL
PRICE, DEAREST = Sort("price", descending=False), Sort("price", descending=True)


def place(placed: tuple[Placed, ...], item: ItemId) -> Placed:
    return next(hit for hit in placed if POOL[hit.candidate] == item)


def test_pinned_item_stays_first_after_boosts_and_keeps_its_score_shown() -> None:
    rule = make_rule(Boost(1_000, (B, C)), Pin(item_id=D, position=1), Bury(4, (D,)))

    arrangement = arrange_by(make_shelf([4, 3, 2, 1]), rule)

    assert names(arrangement) == "dbca"
    first = arrangement.placed[0]
    assert first.placement == "pinned"
    assert first.score == pytest.approx(1 - math.log(4))
    assert [effect.words for effect in first.effects] == ["buried by 4", "pinned to position 1"]


def test_boost_multiplies_the_odds() -> None:
    placed = arrange_by(make_shelf([0.5, 0.5, -2]), make_rule(Boost(2, (C,)))).placed

    moved = {POOL[hit.candidate]: hit.score for hit in placed}
    assert math.exp(moved[C]) / math.exp(moved[A]) == pytest.approx(2 * math.exp(-2.5))


def test_boosts_of_several_rules_add_up_and_each_is_told() -> None:
    first = make_rule(Boost(2, (B,)), rule_id="1")
    second = make_rule(Boost(3, (B, ItemId("gone"))), rule_id="2")

    arrangement = arrange_by(make_shelf([1, 0]), first, second)

    assert names(arrangement) == "ba"
    assert arrangement.placed[0].score == pytest.approx(math.log(6))
    assert [(effect.rule.id, effect.words) for effect in arrangement.placed[0].effects] == [
        ("1", "boosted by 2"),
        ("2", "boosted by 3"),
    ]


factors = st.floats(1.01, 1_000)


@given(st.floats(-100, 100, width=32), factors, factors)
def test_boost_and_bury_by_the_same_factor_leave_nothing_behind(
    score: float, one: float, other: float
) -> None:
    undone = make_rule(Boost(one, (A,)), Boost(other, (A,)), Bury(one, (A,)), Bury(other, (A,)))

    (hit,) = arrange_by(make_shelf([score]), undone).placed

    assert hit.placement == "organic"
    assert hit.score == score
    assert len(hit.effects) == 4


def test_boost_by_filter_moves_the_candidates_that_pass_it() -> None:
    pin, shifts = make_rule(Pin(item_id=A, position=1)), make_rule(Bury(100), Boost(100))
    targets = {(1, 0): frozenset({1}), (1, 1): frozenset({3})}

    arrangement = arrange(
        make_shelf([4, 3, 2, 1.5]),
        FiredRules(1, (pin, shifts)),
        Rewritten(expanded=ExpandedQuery(text="lamp")),
        targets,
        20,
    )

    assert names(arrangement) == "adcb"
    assert [hit.placement for hit in arrangement.placed] == [
        "pinned",
        "boosted",
        "organic",
        "buried",
    ]


def test_item_named_twice_in_one_boost_is_moved_once() -> None:
    (hit,) = arrange_by(make_shelf([0]), make_rule(Boost(2, (A, A)))).placed

    assert hit.score == pytest.approx(math.log(2))
    assert len(hit.effects) == 1


def test_nothing_to_arrange_is_an_empty_list() -> None:
    rule = make_rule(Pin(item_id=A, position=1), Boost(2, (B,)))

    assert arrange_by(make_shelf([]), rule).placed == ()


def test_shelf_without_columns_for_pins_needs_none_where_no_rule_pins() -> None:
    shelf = Shelf(item_ids=POOL[:2], scores=np.array([2, 1], np.float32))

    assert names(arrange_by(shelf, make_rule(Boost(1_000, (B,))))) == "ba"


NAN = math.nan


@pytest.mark.parametrize(
    ("sort", "values", "relevant", "expected"),
    [
        (PRICE, [3.0, 1.0, 2.0, 4.0], "1111", "bcad"),
        (DEAREST, [3.0, 1.0, 2.0, 4.0], "1111", "dacb"),
        # What is not known comes last, in its own order, whatever the direction.
        (PRICE, [NAN, 2.0, NAN, 1.0], "1111", "dbac"),
        (DEAREST, [NAN, 2.0, NAN, 1.0], "1111", "bdac"),
        # What is not relevant follows in its own order.
        (PRICE, [4.0, 3.0, 2.0, 1.0], "1100", "bacd"),
        (PRICE, [NAN, 3.0, 1.0, 2.0], "1100", "bacd"),
        (PRICE, [4.0, 3.0, 2.0, 1.0], "0000", "abcd"),
        # Equal values keep the order of relevance.
        (PRICE, [1.0, 0.0, 1.0, -0.0], "1111", "bdac"),
        (DEAREST, [1.0, 1.0, 1.0, 1.0], "1111", "abcd"),
    ],
)
def test_sort_orders_what_is_relevant_and_the_rest_follows(
    sort: Sort, values: list[float], relevant: str, expected: str
) -> None:
    shelf = make_shelf(
        [4, 3, 2, 1], sort_values=values, relevant=[flag == "1" for flag in relevant]
    )
    by_shopper = arrange_by(shelf, query=SearchQuery(text="lamp", sort=sort))
    by_rule = arrange_by(shelf, make_rule(SortBy(sort)))

    assert names(by_shopper) == names(by_rule) == expected


def test_boost_orders_only_what_the_sort_leaves_open() -> None:
    shelf = make_shelf([4, 3, 2], sort_values=[1.0, 2.0, 2.0], relevant=[True] * 3)

    arrangement = arrange_by(shelf, make_rule(SortBy(PRICE), Boost(1_000, (C,))))

    assert names(arrangement) == "acb"
    assert place(arrangement.placed, C).placement == "boosted"


def test_pins_and_boosts_do_not_move_the_order_that_a_shopper_asks_for() -> None:
    shelf = make_shelf([4, 3, 2], sort_values=[1.0, 2.0, 3.0], relevant=[True] * 3)
    then: tuple[Instruction, ...] = (
        Pin(item_id=C, position=1),
        Boost(1_000, (B,)),
        Diversify("brand", 1),
    )

    arrangement = arrange_by(shelf, make_rule(*then), query=SearchQuery(text="lamp", sort=PRICE))

    assert names(arrangement) == "abc"
    assert told(arrangement) == [
        ("r", "then[0].pin", "the shopper sorts"),
        ("r", "then[2].diversify", "the shopper sorts"),
    ]


def test_redirect_leaves_nothing_to_arrange_and_tells_of_what_could_have_acted() -> None:
    strong = make_rule(Redirect("/sale"), Pin(item_id=A, position=1), Banner("Sale"), rule_id="1")
    weak = make_rule(Redirect("/b"), Data({}), RemoveWords(("mug",)), Boost(2, (A,)), rule_id="2")
    fired = fire(strong, weak)
    rewritten = rewrite(LAMP, fired)

    arrangement = arrange_nothing(fired, rewritten)

    assert arrangement.placed == ()
    assert told(arrangement) == [
        ("1", "then[1].pin", "rule 1 redirects"),
        ("2", "then[3].boost", "rule 1 redirects"),
    ]
    assert [entry.reason for entry in rewritten.suppressed] == [
        "none of its words is in the query",
        "rule 1 is stronger",
    ]
