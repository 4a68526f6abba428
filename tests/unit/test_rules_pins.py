"""The pin contract of docs/rules.md, line by line."""

from typing import Any

import pytest

from indexing.documents import ItemId
from indexing.queries import SearchQuery, Sort
from rules.arrange import Arrangement
from rules.model import Boost, Bury, Hide, Pin, Rule, SortBy
from rules.rewrite import rewrite
from rules.shelf import Shelf
from tests.rule_factories import POOL, arrange_by, fire, make_rule, make_shelf, names, told

A, B, C, D, E, F, G, H = POOL
GONE = ItemId("gone")
ABSENT = "not among the candidates: unknown, hidden, or stopped by a filter"
PRICE = Sort("price", descending=False)


def pin(item_id: ItemId, position: int = 1, **fields: Any) -> Pin:
    return Pin(item_id=item_id, position=position, **fields)


def group(group_id: str, position: int = 1, **fields: Any) -> Pin:
    return Pin(group_id=group_id, position=position, **fields)


def rule(rule_id: str, *pins: Pin, priority: int = 0) -> Rule:
    return make_rule(*pins, rule_id=rule_id, priority=priority)


def pinned(arrangement: Arrangement) -> str:
    return "".join(
        POOL[placed.candidate] for placed in arrangement.placed if placed.placement == "pinned"
    )


FOUR = make_shelf([4, 3, 2, 1])


@pytest.mark.parametrize(
    ("pins", "expected"),
    [
        ([(D, 1)], "dabc"),
        ([(D, 2)], "adbc"),
        ([(A, 4)], "bcda"),
        ([(A, 3)], "bcad"),
        ([(D, 1), (A, 2)], "dabc"),
        ([(D, 2), (C, 1)], "cdab"),
        ([(A, 200)], "bcda"),
        ([(A, 200), (B, 100)], "cdba"),
        ([(D, 1), (C, 9)], "dabc"),
        ([(GONE, 1)], "abcd"),
        ([(A, 1)], "abcd"),
        ([(D, 1), (C, 1), (B, 1)], "dcba"),
        ([(D, 1), (C, 1), (B, 2)], "dcba"),
        ([(D, 2), (C, 2)], "adcb"),
        ([(D, 1), (D, 3)], "dabc"),
    ],
    ids=str,
)
def test_pinned_item_stands_at_its_position(pins: list[tuple[ItemId, int]], expected: str) -> None:
    assert names(arrange_by(FOUR, rule("r", *(pin(*where) for where in pins)))) == expected


# A pin respects the shopper's filter, the rules' filters, and stock.


def test_pin_whose_item_no_filter_let_in_does_nothing_and_is_told_of() -> None:
    arrangement = arrange_by(FOUR, rule("r", pin(B, 4), pin(GONE, 1)))

    assert names(arrangement) == "acbd"
    assert told(arrangement) == [("r", "then[1].pin", ABSENT)]


def test_item_out_of_stock_stays_where_it_ranks() -> None:
    shelf = make_shelf([4, 3, 2, 1], in_stock=[True, True, False, True])

    arrangement = arrange_by(shelf, rule("r", pin(C)))

    assert names(arrangement) == "abcd"
    assert pinned(arrangement) == ""
    assert told(arrangement) == [("r", "then[0].pin", "out of stock")]


def test_item_out_of_stock_stays_where_boosts_and_buries_put_it() -> None:
    shelf = make_shelf([4, 3, 2, 1], in_stock=[True, True, False, True])

    boosted = arrange_by(shelf, make_rule(pin(C, 4), Boost(1_000, (C,))))
    buried = arrange_by(shelf, make_rule(pin(C), Bury(1_000, (C,))))

    assert names(boosted) == "cabd"
    assert names(buried) == "abdc"


def test_pin_may_ignore_stock() -> None:
    shelf = make_shelf([4, 3, 2, 1], in_stock=[True, True, False, True])

    arrangement = arrange_by(shelf, rule("r", pin(C, ignore_stock=True)))

    assert names(arrangement) == "cabd"
    assert pinned(arrangement) == "c"


def test_pin_that_ignores_filters_still_respects_stock() -> None:
    shelf = make_shelf([4, 3], in_stock=[True, False])

    assert names(arrange_by(shelf, rule("r", pin(B, ignore_filters=True)))) == "ab"
    assert (
        names(arrange_by(shelf, rule("r", pin(B, ignore_filters=True, ignore_stock=True)))) == "ba"
    )


def test_item_that_only_a_pin_brought_in_goes_where_the_pin_says_or_not_at_all() -> None:
    sold_out = make_shelf([4, 3, 2], brought=[False, False, True], in_stock=[True, True, False])
    shelf = make_shelf([4, 3, 2], brought=[False, False, True])

    assert names(arrange_by(shelf, rule("r", pin(C, 2)))) == "acb"
    assert names(arrange_by(sold_out, rule("r", pin(C, 2)))) == "ab"


def test_hiding_wins_over_every_pin() -> None:
    stubborn = pin(A, ignore_filters=True, ignore_stock=True)
    query = SearchQuery(text="lamp")

    for priority in (-1, 1):
        hide = make_rule(Hide((A,)), rule_id="hide", priority=priority)
        expanded = rewrite(query, fire(hide, rule("pin", stubborn))).expanded
        assert expanded.hidden is not None
        assert all("Not" in repr(wanted) for wanted in expanded.included_filters)


# Pins are off when the shopper sorts.


def test_pins_are_off_when_the_shopper_sorts() -> None:
    shelf = make_shelf([4, 3, 2, 1], sort_values=[2.0, 4.0, 1.0, 3.0], relevant=[True] * 4)

    arrangement = arrange_by(
        shelf, rule("r", pin(B), group("d")), query=SearchQuery(text="lamp", sort=PRICE)
    )

    assert names(arrangement) == "cadb"
    assert pinned(arrangement) == ""
    assert told(arrangement) == [
        ("r", "then[0].pin", "the shopper sorts"),
        ("r", "then[1].pin", "the shopper sorts"),
    ]


def test_pins_hold_when_a_rule_sorts() -> None:
    shelf = make_shelf([4, 3, 2, 1], sort_values=[2.0, 4.0, 1.0, 3.0], relevant=[True] * 4)

    arrangement = arrange_by(shelf, make_rule(SortBy(PRICE), pin(B, 2)))

    assert names(arrangement) == "cbad"
    assert told(arrangement) == []


# A product group counts once: of two pins on items of one group the stronger one acts.


def grouped(groups: str, **columns: list[bool]) -> Shelf:
    """The pool in falling order, each in the group of that letter."""
    return make_shelf([float(-n) for n in range(len(groups))], group_ids=list(groups), **columns)


def test_of_two_pins_on_one_group_the_stronger_rules_acts() -> None:
    weak, strong = rule("a", pin(C, 1)), rule("z", pin(D, 2), priority=1)

    arrangement = arrange_by(grouped("pqrr"), weak, strong)

    assert names(arrangement) == "adbc"
    assert pinned(arrangement) == "d"
    assert told(arrangement) == [
        ("a", "then[0].pin", "its product group is pinned by rule z already")
    ]


def test_of_two_pins_on_one_item_the_first_of_the_rule_acts() -> None:
    arrangement = arrange_by(FOUR, rule("r", pin(D, 2), pin(D, 1)))

    assert names(arrangement) == "adbc"
    assert told(arrangement) == [
        ("r", "then[1].pin", "its product group is pinned by rule r already")
    ]


def test_weaker_pin_on_one_group_neither_moves_the_stronger_one_nor_any_other() -> None:
    strong = rule("z", pin(D, 2), pin(B, 4), priority=1)
    weak = rule("a", pin(C, 1), pin(D, 1), pin(A, 3))

    assert names(arrange_by(grouped("pqrr"), strong, weak)) == "cdab"


def test_weaker_pin_on_a_group_acts_where_the_stronger_one_cannot() -> None:
    shelf = grouped("pqrr", in_stock=[True, True, False, True])

    arrangement = arrange_by(shelf, rule("z", pin(C), priority=1), rule("a", pin(D)))

    assert names(arrangement) == "dabc"
    assert told(arrangement) == [("z", "then[0].pin", "out of stock")]


def test_group_pin_takes_its_best_variant() -> None:
    shelf = grouped("prqr")

    assert names(arrange_by(shelf, rule("r", group("r")))) == "bacd"
    assert names(arrange_by(shelf, make_rule(group("r"), Boost(1_000, (D,))))) == "dabc"


def test_of_variants_that_score_the_same_the_group_pin_takes_the_first() -> None:
    shelf = make_shelf([2, 1, 1, 1], group_ids=list("prrr"))

    assert names(arrange_by(shelf, rule("r", group("r")))) == "bacd"


def test_group_pin_takes_the_best_variant_that_can_be_bought() -> None:
    shelf = grouped("prqr", in_stock=[True, False, True, True])

    assert names(arrange_by(shelf, rule("r", group("r")))) == "dabc"
    assert names(arrange_by(shelf, rule("r", group("r", ignore_stock=True)))) == "dabc"


def test_group_without_a_variant_in_stock_is_placed_only_where_stock_is_ignored() -> None:
    shelf = grouped("prqr", in_stock=[True, False, True, False])

    respecting = arrange_by(shelf, rule("r", group("r")))
    ignoring = arrange_by(shelf, rule("r", group("r", ignore_stock=True)))

    assert told(respecting) == [("r", "then[0].pin", "out of stock")]
    assert names(respecting) == "abcd"
    assert names(ignoring) == "bacd"


def test_unknown_group_is_told_of() -> None:
    arrangement = arrange_by(FOUR, rule("r", group("unknown")))

    assert told(arrangement) == [("r", "then[0].pin", ABSENT)]


def test_group_and_its_item_pinned_by_two_rules_count_once() -> None:
    arrangement = arrange_by(
        grouped("prqr"), rule("z", group("r", 2), priority=1), rule("a", pin(D, 1))
    )

    assert names(arrangement) == "abcd"
    assert pinned(arrangement) == "b"
    assert told(arrangement) == [
        ("a", "then[0].pin", "its product group is pinned by rule z already")
    ]


def test_other_variants_of_a_pinned_group_stay_in_the_list_and_brought_ones_go() -> None:
    found = grouped("prqr")
    brought = grouped("prqr", brought=[False, True, False, True])

    assert names(arrange_by(found, rule("r", group("r")))) == "bacd"
    assert names(arrange_by(brought, rule("r", group("r")))) == "bac"


# A pin whose item is not there moves all later pins up by one.


@pytest.mark.parametrize(
    ("pins", "expected"),
    [
        ([(GONE, 1), (D, 2)], "dabc"),
        ([(GONE, 1), (D, 3)], "adbc"),
        ([(D, 1), (GONE, 2), (C, 3)], "dcab"),
        ([(D, 3), (GONE, 1), (C, 4)], "adcb"),
        ([(GONE, 4), (D, 2)], "adbc"),
        ([(GONE, 1), (GONE, 2), (D, 4)], "adbc"),
        # Two on one position: the one that takes the next place moves up again.
        ([(GONE, 2), (D, 2)], "adbc"),
        ([(D, 2), (GONE, 2), (C, 3)], "adcb"),
    ],
    ids=str,
)
def test_missing_pin_moves_later_ones_up(pins: list[tuple[ItemId, int]], expected: str) -> None:
    assert names(arrange_by(FOUR, rule("r", *(pin(*where) for where in pins)))) == expected


def test_pins_of_other_rules_move_up_too() -> None:
    arrangement = arrange_by(FOUR, rule("a", pin(D, 2)), rule("z", pin(GONE, 1), priority=1))

    assert names(arrangement) == "dabc"
    assert [effect.words for effect in arrangement.placed[0].effects] == ["pinned to position 1"]


def test_pin_that_is_out_of_stock_leaves_no_gap_either() -> None:
    sold_out = make_shelf([4, 3, 2, 1], in_stock=[True, True, False, True])

    assert names(arrange_by(sold_out, rule("r", pin(C, 1), pin(D, 2)))) == "dabc"


# Two pins on one position: the stronger rule's gets it, the other the next.


def test_two_pins_on_one_position_go_to_the_stronger_rule_and_the_other_next() -> None:
    weak, strong = rule("a", pin(C, 1)), rule("z", pin(D, 1), priority=5)

    arrangement = arrange_by(FOUR, weak, strong)

    assert names(arrangement) == "dcab"
    first, second = arrangement.placed[:2]
    assert [effect.words for hit in (first, second) for effect in hit.effects] == [
        "pinned to position 1",
        "pinned to position 2",
    ]
    assert [effect.rule for hit in (first, second) for effect in hit.effects] == [strong, weak]


def test_displaced_pin_does_not_push_away_a_stronger_one() -> None:
    rules = [
        rule("1", pin(D, 1), priority=3),
        rule("2", pin(C, 2), priority=2),
        rule("3", pin(B, 1), priority=1),
    ]

    assert names(arrange_by(FOUR, *rules)) == "dcba"


def test_displaced_pin_may_push_away_a_weaker_one() -> None:
    rules = [
        rule("1", pin(D, 1), priority=3),
        rule("2", pin(C, 1), priority=2),
        rule("3", pin(B, 2), priority=1),
    ]

    assert names(arrange_by(FOUR, *rules)) == "dcba"


def test_position_behind_the_end_is_the_end() -> None:
    arrangement = arrange_by(make_shelf([3, 2, 1]), rule("r", pin(A, 200)))

    assert names(arrangement) == "bca"
    assert [effect.words for effect in arrangement.placed[-1].effects] == ["pinned to position 3"]


# Positions are those of the whole list, so pins hold across pages, and no item is shown twice or
# lost.


@pytest.mark.parametrize("per_page", [1, 2, 3, 4, 5, 8, 100])
def test_pins_hold_across_pages_of_any_size(per_page: int) -> None:
    shelf = make_shelf([8, 7, 6, 5, 4, 3, 2, 1])
    then = (pin(H, 1), pin(A, 4), pin(B, 7), pin(GONE, 3))

    arrangement = arrange_by(
        shelf, rule("r", *then), query=SearchQuery(text="lamp", per_page=per_page)
    )

    assert names(arrangement) == "hcadebfg"
