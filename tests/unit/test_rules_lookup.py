"""Which rules are looked at for a request: few, and every one that holds."""

from typing import Any

import pytest

from indexing.filter_parser import parse_filter
from indexing.queries import SearchQuery, parse_sort
from rules.lookup import RuleLookup, file_rules
from rules.model import Rule
from rules.parse import parse_rules
from rules.situation import Situation
from tests.factories import NOW
from tests.rule_factories import raw_rule


def rules_when(*conditions: dict[str, Any]) -> tuple[Rule, ...]:
    return parse_rules([raw_rule(f"r{n}", when=when) for n, when in enumerate(conditions)])


def looked_at(query: SearchQuery, *conditions: dict[str, Any]) -> list[int]:
    return RuleLookup(rules_when(*conditions)).may_hold(Situation(query, NOW))


KORI = {"field": "brand", "any_of": ["Kori"]}
FITTING = SearchQuery(
    text="Desk lamps",
    filter=parse_filter({"all": [KORI, {"field": "categories", "any_of": ["Home > Lamps"]}]}),
    segments=("vip",),
    locale="de-AT",
    sort=parse_sort("price"),
    context={"device": "phone"},
    experiments={"autumn": "b"},
)
SELECTIVE: list[dict[str, Any]] = [
    {"query": {"is": "desk lamps"}},
    {"query": {"starts_with": "desk"}},
    {"query": {"ends_with": "lamps"}},
    {"query": {"contains": ["chair", "lamps"]}},
    {"query": {"contains": "lamp", "plurals": True}},
    {"query": {"contains": "lanps", "typos": True}},
    {"query": {"is": "dest lamp", "plurals": True, "typos": True}},
    {"query": {"matches": "esk l"}},
    {"empty_query": False, "segments": ["new", "vip"]},
    {"category": "Lamps"},
    {"category": "Home"},
    {"locale": "de"},
    {"sort": "price"},
    {"context": {"device": ["phone", "tv"]}},
    {"experiment": {"key": "autumn", "arm": "b"}},
    {"filter": KORI},
    {"filter": {"all": [{"field": "price", "lt": 9}, {"all": [KORI]}]}},
]


@pytest.mark.parametrize("when", SELECTIVE, ids=str)
def test_rule_is_found_by_what_its_condition_asks_for_and_only_by_that(
    when: dict[str, Any],
) -> None:
    assert looked_at(FITTING, when) == [0]
    assert looked_at(SearchQuery(text="mug"), when) == []
    assert file_rules(rules_when(when)).always == []


def test_rule_for_the_empty_query_is_found_by_that_alone() -> None:
    assert looked_at(SearchQuery(text=" ?!"), {"empty_query": True}) == [0]
    assert looked_at(SearchQuery(text="lamp"), {"empty_query": True}) == []


@pytest.mark.parametrize(
    "when",
    [
        {},
        {"empty_query": False},
        {"starts_at": "2030-01-01T00:00:00Z"},
        {"ends_at": "2020-01-01T00:00:00Z"},
        {"sort": "relevance"},
        {"sort": ["price", "relevance"]},
        {"filter": {"field": "price", "lt": 9}},
        {"filter": {"not": KORI}},
        {"filter": {"any": [KORI, {"field": "price", "lt": 9}]}},
    ],
    ids=str,
)
def test_rule_without_anything_to_look_it_up_by_is_always_looked_at(when: dict[str, Any]) -> None:
    rules = rules_when(when, {"query": {"is": "chair"}})

    lookup = RuleLookup(rules)

    assert file_rules(rules).always == [0]
    assert lookup.may_hold(Situation(SearchQuery(text="lamp"), NOW)) == [0]


def test_rules_come_in_their_order_each_once() -> None:
    conditions: list[dict[str, Any]] = [
        {"query": {"contains": ["lamp", "desk"]}},
        {},
        {"query": {"contains": "chair"}},
        {"query": {"ends_with": "lamp"}},
        {"segments": ["a", "b"]},
    ]

    query = SearchQuery(text="desk lamp lamp", segments=("a", "b"))

    assert looked_at(query, *conditions) == [0, 1, 3, 4]


def test_rule_is_filed_under_the_rarest_of_its_conditions() -> None:
    common = [{"query": {"contains": "lamp"}} for _ in range(20)]
    both = {"query": {"contains": "lamp"}, "segments": "vip"}

    assert 20 not in looked_at(SearchQuery(text="lamp"), *common, both)
    assert 20 in looked_at(SearchQuery(text="lamp", segments=("vip",)), *common, both)


def test_few_of_many_rules_are_looked_at() -> None:
    conditions = [{"query": {"contains": f"word{n}"}} for n in range(1_000)]

    assert looked_at(SearchQuery(text="word7 word700"), *conditions) == [7, 700]


def test_word_that_is_two_letters_too_short_is_still_near_a_long_one() -> None:
    assert looked_at(SearchQuery(text="headph"), {"query": {"is": "headphon", "typos": True}}) == [
        0
    ]
    assert looked_at(SearchQuery(text="lam"), {"query": {"is": "lamp", "typos": True}}) == [0]


def test_lookup_without_rules_finds_none() -> None:
    assert looked_at(FITTING) == []
