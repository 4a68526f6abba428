"""Which of the rules that hold act on a request: their order, stopping, and what is left out."""

from typing import Any

import pytest

from indexing.filters import AnyOf
from indexing.queries import SearchQuery
from rules.match import MAX_FIRED, FiredRules, Suppressed, match
from rules.model import Arm, Banner, Condition, Pin, QueryCondition, Redirect, Rule
from rules.ruleset import RuleSet
from tests.factories import NOW
from tests.rule_factories import LAMP, fire, make_rule

LAMP_IS = Condition(query=QueryCondition(is_=("lamp",)))
CHAIR_IS = Condition(query=QueryCondition(is_=("chair",)))


def fired(*rules: Rule, query: SearchQuery = LAMP) -> list[str]:
    return [rule.id for rule in fire(*rules, query=query).rules]


def suppressed(*rules: Rule) -> list[tuple[str, str]]:
    return [(entry.rule.id, entry.reason) for entry in fire(*rules).suppressed]


def test_empty_rule_set_fires_nothing() -> None:
    assert match(RuleSet(), LAMP, NOW) == FiredRules()


def test_fired_rules_name_the_version_of_their_set() -> None:
    assert match(RuleSet(7, [make_rule()]), LAMP, NOW).version == 7


def test_higher_priority_comes_first_then_the_more_specific_then_the_id() -> None:
    lamp = ("lamp",)
    rules = [
        make_rule(rule_id="z-any"),
        make_rule(rule_id="a-any"),
        make_rule(rule_id="matches", when=Condition(query=QueryCondition(matches=lamp))),
        make_rule(rule_id="contains", when=Condition(query=QueryCondition(contains=lamp))),
        make_rule(rule_id="ends", when=Condition(query=QueryCondition(ends_with=lamp))),
        make_rule(rule_id="starts", when=Condition(query=QueryCondition(starts_with=lamp))),
        make_rule(
            rule_id="starts-and-ends",
            when=Condition(query=QueryCondition(starts_with=lamp, ends_with=lamp)),
        ),
        make_rule(rule_id="is", when=LAMP_IS),
        make_rule(rule_id="timed", when=Condition(starts_at=NOW)),
        make_rule(rule_id="low", priority=-1, when=LAMP_IS),
        make_rule(rule_id="high", priority=1),
    ]

    assert fired(*rules) == [
        "high",
        "is",
        "starts-and-ends",
        "starts",
        "ends",
        "contains",
        "matches",
        "timed",
        "a-any",
        "z-any",
        "low",
    ]


CONDITIONS: dict[str, Any] = {
    "empty_query": False,
    "filter": AnyOf("brand", ("Kori",)),
    "category": ("Lamps",),
    "segments": ("vip",),
    "locale": ("de",),
    "sort": ("relevance",),
    "context": {"device": ("phone",)},
    "starts_at": NOW,
    "ends_at": NOW.replace(year=2030),
    "experiment": Arm("autumn", "b"),
}


@pytest.mark.parametrize("part", CONDITIONS)
def test_each_condition_makes_a_rule_stronger_than_one_with_the_same_query_alone(part: str) -> None:
    query = QueryCondition(contains=("lamp",))
    more = make_rule(rule_id="z", when=Condition(query=query, **{part: CONDITIONS[part]}))
    fewer = make_rule(rule_id="a", when=Condition(query=query))

    assert [rule.id for rule in RuleSet(1, [fewer, more]).rules] == ["z", "a"]


def test_kind_of_query_condition_counts_before_the_number_of_conditions() -> None:
    many = make_rule(rule_id="a", when=Condition(**CONDITIONS))
    one = make_rule(rule_id="z", when=LAMP_IS)

    assert [rule.id for rule in RuleSet(1, [many, one]).rules] == ["z", "a"]


def test_each_key_of_the_context_is_a_condition_of_its_own() -> None:
    one = make_rule(rule_id="a", when=Condition(context={"device": ("phone",)}))
    two = make_rule(rule_id="z", when=Condition(context={"device": ("phone",), "store": (1,)}))

    assert [rule.id for rule in RuleSet(1, [one, two]).rules] == ["z", "a"]


def test_rule_that_stops_is_the_last_and_the_stronger_ones_stay() -> None:
    rules = [
        make_rule(rule_id="c"),
        make_rule(rule_id="b", stop=True, priority=1),
        make_rule(rule_id="a", priority=2),
    ]

    assert fired(*rules) == ["a", "b"]
    assert suppressed(*rules) == [("c", "rule b holds and stops here")]


def test_of_two_rules_that_stop_the_stronger_one_does() -> None:
    rules = [make_rule(rule_id=name, stop=True) for name in "cab"]

    assert fired(*rules) == ["a"]
    assert suppressed(*rules) == [
        ("b", "rule a holds and stops here"),
        ("c", "rule a holds and stops here"),
    ]


def test_rule_that_does_not_hold_stops_nothing_and_is_not_told_of() -> None:
    rules = [make_rule(rule_id="a", stop=True, when=CHAIR_IS, priority=1), make_rule(rule_id="b")]

    assert fired(*rules) == ["b"]
    assert suppressed(*rules) == []


def test_rule_that_would_not_hold_anyway_is_not_told_of_behind_one_that_stops() -> None:
    rules = [make_rule(rule_id="a", stop=True), make_rule(rule_id="b", when=CHAIR_IS, priority=-1)]

    assert suppressed(*rules) == []


def test_disabled_rule_neither_fires_nor_stops() -> None:
    rules = [make_rule(rule_id="a", enabled=False, stop=True, priority=1), make_rule(rule_id="b")]

    assert fired(*rules) == ["b"]
    assert suppressed(*rules) == []


def test_query_condition_without_a_phrase_is_no_more_specific_than_none() -> None:
    empty = Condition(query=QueryCondition())

    assert fired(make_rule(rule_id="b", when=empty), make_rule(rule_id="a")) == ["a", "b"]


def test_only_so_many_rules_act_and_these_are_the_strongest() -> None:
    rules = [make_rule(rule_id=f"r{n:03}", priority=-n) for n in range(MAX_FIRED + 2)]

    assert fired(*reversed(rules)) == [f"r{n:03}" for n in range(MAX_FIRED)]
    assert suppressed(*reversed(rules)) == [
        ("r200", "200 stronger rules hold already"),
        ("r201", "200 stronger rules hold already"),
    ]


def test_last_rule_that_may_act_still_says_that_it_stops() -> None:
    rules = [make_rule(rule_id=f"r{n:03}", priority=-n) for n in range(MAX_FIRED - 1)]
    last = make_rule(rule_id="last", priority=-MAX_FIRED, stop=True)
    behind = make_rule(rule_id="behind", priority=-2 * MAX_FIRED)

    assert suppressed(*rules, last, behind) == [("behind", "rule last holds and stops here")]


def test_place_of_what_is_suppressed_is_the_instruction_or_nothing_for_a_whole_rule() -> None:
    rule = make_rule(Pin(position=1, group_id="g"), Redirect("/a"), Banner("Sale"))

    assert Suppressed(rule, "").place == ""
    assert [Suppressed(rule, "", n).place for n in range(3)] == [
        "then[0].pin",
        "then[1].redirect",
        "then[2].banner",
    ]
