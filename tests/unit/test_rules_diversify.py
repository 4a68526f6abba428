"""Variety on a page."""

import pytest

from indexing.documents import ItemId
from indexing.queries import SearchQuery, Sort
from rules.diversify import diversify
from rules.model import Boost, Diversify, Pin
from rules.shelf import Shelf
from tests.rule_factories import POOL, arrange_by, make_rule, make_shelf, names, told

A, B, C, D, E, F, G, H = POOL


def diverse(values: str, most: int, per_page: int, pinned: str = "") -> str:
    """What a list of candidates `0`, `1`, … with these values, a dash for none, becomes."""
    fixed = frozenset(int(n) for n in pinned)
    columns = [value.strip("-") for value in values]
    return "".join(map(str, diversify(range(len(values)), fixed, columns, most, per_page)))


@pytest.mark.parametrize(
    ("values", "most", "per_page", "expected"),
    [
        ("xxyy", 1, 2, "0213"),
        ("xxxyyz", 1, 3, "035" + "142"),
        ("xxxyyz", 2, 3, "013" + "245"),
        ("xxxyyz", 3, 3, "012345"),
        ("xxxyyz", 100, 2, "012345"),
        # Nothing else is left, so the limit gives way, in the order of ranking.
        ("xxxx", 1, 2, "0123"),
        ("xxxxy", 1, 5, "04123"),
        ("xxxxy", 1, 3, "041" + "23"),
        # Who has no value is never too many.
        ("-x-x-", 1, 5, "01243"),
        ("----", 1, 2, "0123"),
        ("", 1, 20, ""),
        ("xxyy", 1, 1, "0123"),
    ],
)
def test_page_has_only_so_many_with_one_value_as_far_as_others_are_left(
    values: str, most: int, per_page: int, expected: str
) -> None:
    assert diverse(values, most, per_page) == expected


@pytest.mark.parametrize(
    ("values", "pinned", "expected"),
    [
        ("xxyy", "0", "02" + "13"),
        # A pin counts for the whole page, also for places before it.
        ("yxxyz", "1", "01" + "23" + "4"),
        ("xyxyz", "1", "01" + "23" + "4"),
        ("xxyz", "1", "21" + "03"),
        # Two pins may be more than the limit, and stay.
        ("xxyy", "01", "01" + "23"),
        ("xxyy", "23", "01" + "23"),
        ("xxyyz", "3", "02" + "13" + "4"),
    ],
)
def test_pinned_items_keep_their_places_and_count(values: str, pinned: str, expected: str) -> None:
    assert diverse(values, 1, 2, pinned) == expected


BRANDS = {"brand": ["Kori", "Kori", "Lumo", "Kori"]}


def brand_shelf() -> Shelf:
    return make_shelf([4, 3, 2, 1], variety=BRANDS)


def test_rule_diversifies_and_says_what_it_moved_to_a_later_page() -> None:
    rule = make_rule(Diversify("brand", 1))

    arrangement = arrange_by(brand_shelf(), rule, query=SearchQuery(text="lamp", per_page=2))

    assert names(arrangement) == "acbd"
    assert [[effect.words for effect in placed.effects] for placed in arrangement.placed] == [
        [],
        [],
        ["moved on: at most 1 with one brand a page"],
        [],
    ]
    assert {placed.placement for placed in arrangement.placed} == {"organic"}


def test_move_within_a_page_is_no_move_to_a_later_one() -> None:
    arrangement = arrange_by(brand_shelf(), make_rule(Diversify("brand", 1)))

    assert names(arrangement) == "acbd"
    assert [placed.effects for placed in arrangement.placed] == [()] * 4


def test_pages_follow_the_size_that_is_asked_for() -> None:
    rule = make_rule(Diversify("brand", 1))

    def ordered(per_page: int) -> str:
        return names(
            arrange_by(brand_shelf(), rule, query=SearchQuery(text="lamp", per_page=per_page))
        )

    assert [ordered(per_page) for per_page in (1, 2, 3, 4)] == ["abcd", "acbd", "acbd", "acbd"]


def test_boost_comes_before_variety() -> None:
    rule = make_rule(Boost(1_000, (D,)), Diversify("brand", 1))

    arrangement = arrange_by(brand_shelf(), rule, query=SearchQuery(text="lamp", per_page=2))

    assert names(arrangement) == "dcab"


def test_pin_stays_and_counts() -> None:
    rule = make_rule(Pin(item_id=D, position=2), Diversify("brand", 1))

    arrangement = arrange_by(brand_shelf(), rule, query=SearchQuery(text="lamp", per_page=2))

    assert names(arrangement) == "cdab"
    assert arrangement.placed[1].placement == "pinned"


def test_item_that_varies_among_those_sorted_keeps_the_order_otherwise() -> None:
    shelf = make_shelf(
        [4, 3, 2, 1], variety=BRANDS, sort_values=[4.0, 3.0, 2.0, 1.0], relevant=[True] * 4
    )
    query = SearchQuery(text="lamp", sort=Sort("price", descending=False), per_page=2)

    assert names(arrange_by(shelf, make_rule(Diversify("brand", 1)), query=query)) == "dcba"


def test_strongest_rule_diversifies_and_the_others_are_told_of() -> None:
    groups = {**BRANDS, "group_id": ["1", "1", "1", "1"]}
    weak = make_rule(Diversify("group_id", 1), rule_id="weak", priority=-1)
    strong = make_rule(Diversify("brand", 1), Diversify("group_id", 2), rule_id="strong")

    arrangement = arrange_by(make_shelf([4, 3, 2, 1], variety=groups), weak, strong)

    assert names(arrangement) == "acbd"
    assert told(arrangement) == [
        ("strong", "then[1].diversify", "an earlier instruction of the same kind acts"),
        ("weak", "then[0].diversify", "rule strong is stronger"),
    ]


def test_nothing_is_too_little_to_diversify() -> None:
    shelf = make_shelf([], variety={"brand": []})

    assert arrange_by(shelf, make_rule(Diversify("brand", 1))).placed == ()


def test_gone_item_is_not_missed() -> None:
    shelf = make_shelf([2, 1], variety={"brand": ["Kori", "Kori"]})
    rule = make_rule(Pin(item_id=ItemId("gone"), position=1), Diversify("brand", 1))

    assert names(arrange_by(shelf, rule)) == "ab"
