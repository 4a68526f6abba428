"""How items go together, what a shopper's actions weigh, and which rules act on recommendations."""

from typing import Any

import numpy as np
import pytest

from app.recommend.association import Pair, associations, cosine
from app.recommend.controller import read_recommendation
from app.recommend.errors import InvalidRecommendation
from app.recommend.rules import IN_STOCK, concerns_recommendations, rewrite_without_text
from app.recommend.schemas import RecommendRequest, WeightedItem
from app.recommend.seeds import Done, seeds_of
from indexing.filter_text import parse_filter_text
from indexing.filters import All, AnyOf
from indexing.neighbours import weighted_sum
from indexing.queries import SearchQuery
from ranking.behaviour_definitions import Session
from rules.match import FiredRules, match
from rules.model import (
    Boost,
    Condition,
    Hide,
    QueryCondition,
    Redirect,
    ReplaceQuery,
    Rule,
    RuleId,
    SortBy,
    Synonym,
)
from rules.ruleset import RuleSet
from tests.factories import NOW

DEFINITION = Session(actions=3, hours=24, decay=0.5, weights={"click": 1.0, "purchase": 4.0})
SIMILAR = SearchQuery(context={"recommend": "similar"})


def test_cosine_is_that_of_the_two_sets_of_shoppers() -> None:
    assert cosine(3, 9, 4) == pytest.approx(3 / 6)
    assert cosine(5, 5, 5) == 1.0
    assert cosine(0, 0, 7) == 0.0


def test_bestseller_that_is_in_every_basket_goes_behind_what_belongs_to_the_item() -> None:
    # Of 1,000 shoppers all take a bag; 40 bought the tent, 20 of them pegs, which 30 bought.
    bag, pegs = Pair(1, 2, 40, 40, 1_000), Pair(1, 3, 20, 40, 30)

    assert list(associations([bag, pegs], {1: 1.0})) == [3, 2]


def test_pair_of_two_shoppers_does_not_go_above_what_many_have_in_common() -> None:
    # The lift of the first is ten times that of the second.
    rare, common = Pair(1, 2, 2, 100, 2), Pair(1, 3, 60, 100, 600)

    assert list(associations([rare, common], {1: 1.0})) == [3, 2]


def test_weights_add_up_over_the_items_given_and_what_is_not_wanted_goes() -> None:
    pairs = [Pair(1, 7, 4, 4, 4), Pair(2, 7, 2, 4, 4), Pair(1, 8, 2, 4, 4), Pair(2, 9, 4, 4, 4)]

    assert associations(pairs, {1: 1.0, 2: 2.0}) == {7: 2.0, 9: 2.0, 8: 0.5}
    assert associations(pairs, {1: 1.0, 2: -2.0}) == {8: 0.5}


def test_later_actions_weigh_more_and_only_the_latest_count() -> None:
    actions = [Done("click", 1), Done("purchase", 2), Done("click", 1), Done("purchase", 3)]

    assert seeds_of(actions, DEFINITION) == {1: 1.0 + 0.25, 2: 2.0}


def test_actions_without_a_weight_take_no_place() -> None:
    actions = [*[Done("dismiss", 9)] * 5, Done("click", 1)]

    assert seeds_of(actions, DEFINITION) == {1: 1.0}
    assert seeds_of([], DEFINITION) == {}


def test_weighted_sum_has_length_one_and_none_where_nothing_is_left() -> None:
    x, y = np.array([2, 0], np.float32), np.array([0, 0.5], np.float32)

    assert weighted_sum({1: x, 2: y}, {1: 3.0, 2: 4.0}) == pytest.approx([0.6, 0.8])
    assert weighted_sum({1: x}, {1: 1.0, 2: 4.0}) == pytest.approx([1.0, 0.0])
    assert weighted_sum({1: x, 2: x}, {1: 1.0, 2: -1.0}) is None
    assert weighted_sum({}, {1: 1.0}) is None


@pytest.mark.parametrize(
    ("when", "acts"),
    [
        (Condition(), True),
        (Condition(context={"recommend": ("similar", "session")}), True),
        (Condition(context={"recommend": ("session",)}), False),
        (Condition(empty_query=True), False),
        (Condition(empty_query=True, context={"recommend": ("similar",)}), False),
        (Condition(empty_query=False), False),
        (Condition(query=QueryCondition(matches=(".*",))), False),
        (Condition(sort=("relevance",)), True),
    ],
    ids=str,
)
def test_rules_act_that_ask_for_no_query(when: Condition, acts: bool) -> None:
    rule = Rule(id=RuleId("r"), name="r", when=when, then=(Hide(item_ids=()),))

    fired = match(RuleSet(1, [rule]), SIMILAR, NOW, concerns_recommendations)

    assert bool(fired.rules) is acts


def test_rule_for_browsing_that_stops_does_not_stop_those_for_recommendations() -> None:
    browsing = Rule(
        id=RuleId("browsing"),
        name="",
        priority=9,
        when=Condition(empty_query=True),
        then=(Boost(by=2.0),),
        stop=True,
    )
    always = Rule(id=RuleId("always"), name="", then=(Boost(by=2.0),))

    fired = match(RuleSet(1, [browsing, always]), SIMILAR, NOW, concerns_recommendations)

    assert [rule.id for rule in fired.rules] == ["always"]


def test_instructions_that_need_a_query_or_a_page_are_left_alone() -> None:
    sort = SortBy(sort=SearchQuery().sort)  # type: ignore[arg-type]  # Never looked at.
    others = (ReplaceQuery("kettle"), Synonym(("a", "b")), Redirect("/sale"))
    rule = Rule(id=RuleId("r"), name="", then=(*others, sort, Boost(by=2.0)))

    rewritten = rewrite_without_text(SIMILAR, FiredRules(1, (rule,)), ["mugs"])

    assert not concerns_recommendations(Rule(id=RuleId("r"), name="", then=others))
    assert concerns_recommendations(rule)
    assert (rewritten.expanded.text, rewritten.sort, rewritten.redirect) == ("", None, None)
    assert rewritten.expanded.hidden == AnyOf("group_id", ("mugs",))


@pytest.mark.parametrize(
    ("text", "only_in_stock"),
    [
        ("brand = Kori", True),
        ("in_stock = false", False),
        ("brand = Kori AND in_stock IN [true, false]", False),
        ("NOT (in_stock = true OR brand = Kori)", False),
    ],
)
def test_filter_that_speaks_of_stock_decides_on_it(text: str, only_in_stock: bool) -> None:
    asked = SearchQuery(filter=parse_filter_text(text, "$.filter"))

    expanded = rewrite_without_text(asked, FiredRules(), []).expanded

    assert asked.filter is not None
    whole = All((asked.filter, IN_STOCK)) if only_in_stock else asked.filter
    assert expanded.filter == whole


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({}, "needs either"),
        ({"items": (WeightedItem("1"),), "item_id": "2"}, "needs either"),
        ({"kind": "session", "item_id": "2"}, "by itself"),
        ({"items": (WeightedItem("1", 0.0), WeightedItem("2", -1.0))}, "above 0"),
        ({"items": (WeightedItem("1", 2.0), WeightedItem("1", -2.0))}, "above 0"),
    ],
    ids=str,
)
def test_request_that_says_nothing_to_recommend_by_is_refused(
    fields: dict[str, Any], reason: str
) -> None:
    with pytest.raises(InvalidRecommendation, match=reason):
        read_recommendation(RecommendRequest(**fields))


def test_kind_stands_in_the_context_whatever_the_caller_says() -> None:
    request = RecommendRequest(item_id="1", context={"recommend": "lies", "page": "cart"})

    wanted = read_recommendation(request)

    assert wanted.query.context == {"recommend": "similar", "page": "cart"}
    assert wanted.weights == {"1": 1.0}
