"""Rules from their JSON form: what is read, and every problem with its path."""

from datetime import UTC, datetime
from typing import Any

import msgspec
import pytest

from indexing.documents import ItemId
from indexing.filters import AnyOf, Range
from rules.errors import InvalidRules, Problem
from rules.model import (
    Boost,
    Bury,
    Condition,
    Hide,
    Pin,
    QueryCondition,
    Restrict,
    Rule,
    RuleId,
)
from rules.parse import MAX_INSTRUCTIONS, MAX_ITEM_IDS, MAX_POSITION, MAX_RULES, parse_rules

KORI = {"field": "brand", "any_of": ["Kori"]}


def raw_rule(rule_id: object = "r1", **fields: object) -> dict[str, object]:
    return {"id": rule_id, "then": [{"pin": {"item_id": "1"}}], **fields}


def problems(raw: object) -> list[tuple[str, str]]:
    with pytest.raises(InvalidRules) as caught:
        parse_rules(raw)
    return [(problem.path, problem.reason) for problem in caught.value.problems]


def problem_of(**fields: object) -> tuple[str, str]:
    """The one problem of a rule with these fields, its path taken from the rule on."""
    ((path, reason),) = problems([raw_rule(**fields)])
    return path.removeprefix("$[0]"), reason


def test_rule_with_everything_in_it_is_read() -> None:
    (rule,) = parse_rules(
        [
            {
                "id": "summer",
                "name": "Summer lamps",
                "priority": 10,
                "enabled": False,
                "when": {
                    "query": {
                        "is": "Garden  LAMP!",
                        "starts_with": ["garden", "outdoor"],
                        "ends_with": ["lamp"],
                        "contains": ["en la"],
                    },
                    "empty_query": False,
                    "starts_at": "2026-06-01T00:00:00+02:00",
                    "ends_at": "2026-09-01T00:00:00Z",
                },
                "then": [
                    {"pin": {"item_id": "7", "position": 2}},
                    {"hide": {"item_ids": ["8", "9"]}},
                    {"hide": {"filter": KORI}},
                    {"boost": {"filter": KORI, "by": 2}},
                    {"bury": {"item_ids": ["10"], "by": 1.5}},
                    {"filter": {"field": "price", "lt": 100}},
                ],
                "stop": True,
                "owner": "Ada",
                "note": "until autumn",
            }
        ]
    )

    kori = AnyOf("brand", ("Kori",))
    assert rule == Rule(
        id=RuleId("summer"),
        name="Summer lamps",
        priority=10,
        enabled=False,
        when=Condition(
            query=QueryCondition(
                is_=("garden lamp",),
                starts_with=("garden", "outdoor"),
                ends_with=("lamp",),
                contains=("en la",),
            ),
            empty_query=False,
            starts_at=datetime(2026, 5, 31, 22, tzinfo=UTC),
            ends_at=datetime(2026, 9, 1, tzinfo=UTC),
        ),
        then=(
            Pin(ItemId("7"), 2),
            Hide((ItemId("8"), ItemId("9"))),
            Hide((), kori),
            Boost(2, (), kori),
            Bury(1.5, (ItemId("10"),)),
            Restrict(Range("price", lt=100.0)),
        ),
        stop=True,
        owner="Ada",
        note="until autumn",
    )


def test_smallest_rule_is_always_on_pins_first_and_takes_its_id_for_a_name() -> None:
    (rule,) = parse_rules([raw_rule()])

    assert rule.name == "r1"
    assert rule.enabled
    assert not rule.stop
    assert rule.priority == 0
    assert rule.when == Condition()
    assert rule.then == (Pin(ItemId("1"), 1),)


def test_list_may_stand_under_the_key_rules() -> None:
    assert parse_rules({"rules": [raw_rule()]}) == parse_rules([raw_rule()])
    assert parse_rules([]) == parse_rules({"rules": []}) == ()


@pytest.mark.parametrize(
    ("raw", "path"),
    [
        (None, "$"),
        ("rules", "$"),
        ({}, "$"),
        ({"rules": [], "version": 1}, "$"),
        ({"rules": {"id": "r1"}}, "$.rules"),
    ],
    ids=str,
)
def test_anything_but_a_list_is_one_problem(raw: object, path: str) -> None:
    assert problems(raw) == [(path, 'expected a list of rules, or {"rules": [...]}')]


def test_path_follows_the_file_also_under_the_key_rules() -> None:
    assert problems({"rules": [raw_rule(), 7]}) == [("$.rules[1]", "expected an object")]
    assert problems([raw_rule(), None]) == [("$[1]", "expected an object")]


def test_too_many_rules_are_refused_at_once() -> None:
    assert problems([None] * (MAX_RULES + 1)) == [
        ("$", f"at most {MAX_RULES} rules, got {MAX_RULES + 1}")
    ]


def test_all_problems_of_all_rules_come_together_each_once() -> None:
    found = problems(
        [
            raw_rule("a", priority="high", stop="no", colour="red"),
            raw_rule("b"),
            raw_rule("c", then=[{"pin": {"position": "first"}}, {"boost": {"by": 0}}]),
        ]
    )

    assert [path for path, _ in found] == [
        "$[0].colour",
        "$[0].priority",
        "$[0].stop",
        "$[2].then[0].pin.item_id",
        "$[2].then[0].pin.position",
        "$[2].then[1].boost",
        "$[2].then[1].boost.by",
    ]


def test_error_has_a_line_for_each_problem() -> None:
    with pytest.raises(InvalidRules) as caught:
        parse_rules([{}])

    assert str(caught.value).splitlines() == [str(problem) for problem in caught.value.problems]
    assert caught.value.problems[0] == Problem("$[0].id", "missing")


def test_id_may_stand_once_and_the_error_names_the_first() -> None:
    found = problems({"rules": [raw_rule("a"), raw_rule("b"), raw_rule("a"), raw_rule("a")]})

    assert found == [
        ("$.rules[2].id", "'a' is the id of $.rules[0] too"),
        ("$.rules[3].id", "'a' is the id of $.rules[0] too"),
    ]


@pytest.mark.parametrize(
    ("fields", "path", "reason"),
    [
        ({"rule_id": None}, ".id", "expected text"),
        ({"rule_id": 7}, ".id", "expected text"),
        ({"rule_id": " "}, ".id", "missing"),
        ({"name": ["x"]}, ".name", "expected text"),
        ({"note": "x" * 2_001}, ".note", "expected text of at most 2000 characters"),
        ({"note": "a\x00"}, ".note", "holds a NUL character"),
        ({"owner": 1}, ".owner", "expected text"),
        ({"enabled": 1}, ".enabled", "expected true or false"),
        ({"stop": None}, ".stop", "expected true or false"),
        ({"stpo": True}, ".stpo", "unknown; known are enabled, id, name"),
        ({"priority": 1.5}, ".priority", "expected a whole number from"),
        ({"priority": True}, ".priority", "expected a whole number from"),
        ({"priority": None}, ".priority", "expected a whole number from"),
        ({"priority": "1"}, ".priority", "expected a whole number from"),
        ({"priority": 10**400}, ".priority", "expected a whole number from"),
        ({"priority": float("nan")}, ".priority", "expected a whole number from"),
        ({"priority": -float("inf")}, ".priority", "expected a whole number from"),
        ({"then": None}, ".then", "expected a list of 1 to 50 instructions"),
        ({"then": []}, ".then", "expected a list of 1 to 50 instructions"),
        ({"then": {"pin": {}}}, ".then", "expected a list of 1 to 50 instructions"),
        (
            {"then": [{"filter": KORI}] * (MAX_INSTRUCTIONS + 1)},
            ".then",
            "expected a list of 1 to 50 instructions",
        ),
        ({"when": None}, ".when", "expected an object"),
        ({"when": []}, ".when", "expected an object"),
        ({"when": {"qeury": {}}}, ".when.qeury", "unknown; known are empty_query, ends_at"),
        ({"when": {"empty_query": "yes"}}, ".when.empty_query", "expected true or false"),
        ({"when": {"starts_at": "soon"}}, ".when.starts_at", "expected an ISO 8601 time"),
        ({"when": {"starts_at": 5}}, ".when.starts_at", "expected an ISO 8601 time"),
        ({"when": {"ends_at": "2026-11-27"}}, ".when.ends_at", "with its zone"),
        ({"when": {"ends_at": "2026-11-27T00:00:00"}}, ".when.ends_at", "with its zone"),
        (
            {
                "when": {
                    "starts_at": "2026-11-27T02:00:00+02:00",
                    "ends_at": "2026-11-27T00:00:00Z",
                }
            },
            ".when.ends_at",
            "must be after starts_at",
        ),
        ({"when": {"query": {}}}, ".when.query", "with some of is, starts_with"),
        ({"when": {"query": "lamp"}}, ".when.query", "with some of is, starts_with"),
        ({"when": {"query": {"equals": "x"}}}, ".when.query.equals", "unknown"),
        ({"when": {"query": {"is": 7}}}, ".when.query.is", "expected text"),
        ({"when": {"query": {"is": None}}}, ".when.query.is", "expected text"),
        ({"when": {"query": {"is": []}}}, ".when.query.is", "needs at least one text"),
        ({"when": {"query": {"is": ["a", 7]}}}, ".when.query.is[1]", "expected text"),
        ({"when": {"query": {"contains": ["a", "?!"]}}}, ".when.query.contains[1]", "no word"),
        ({"when": {"query": {"is": ""}}}, ".when.query.is", "no word"),
        ({"when": {"query": {"is": "a" * 513}}}, ".when.query.is", "at most 512 characters"),
        ({"when": {"query": {"is": "a\x00"}}}, ".when.query.is", "holds a NUL character"),
    ],
    ids=lambda value: str(value)[:60],
)
def test_problem_of_a_rule_names_its_place(fields: dict[str, Any], path: str, reason: str) -> None:
    found_path, found_reason = problem_of(**fields)

    assert found_path == path
    assert reason in found_reason


@pytest.mark.parametrize(
    ("instruction", "path", "reason"),
    [
        (None, "", "expected an object with one of pin, hide, boost, bury, filter"),
        ({}, "", "expected an object with one of pin, hide"),
        ({"pin": {}, "hide": {}}, "", "expected an object with one of pin, hide"),
        ({"promote": {}}, "", "expected an object with one of pin, hide"),
        ({"pin": "7"}, ".pin", "expected an object"),
        ({"pin": {}}, ".pin.item_id", "expected an item's id: text of 1 to 128 characters"),
        ({"pin": {"item_id": 7}}, ".pin.item_id", "expected an item's id: text"),
        ({"pin": {"item_id": "7 "}}, ".pin.item_id", "no item's id holds blanks, got '7 '"),
        ({"pin": {"item_id": "7\x00"}}, ".pin.item_id", "holds a NUL character"),
        ({"pin": {"item_id": "7", "to": 1}}, ".pin.to", "unknown; known are item_id, position"),
        ({"pin": {"item_id": "7", "position": 0}}, ".pin.position", "from 1 to 200"),
        (
            {"pin": {"item_id": "7", "position": MAX_POSITION + 1}},
            ".pin.position",
            "expected a whole number from 1 to 200",
        ),
        ({"pin": {"item_id": "7", "position": 1.5}}, ".pin.position", "a whole number"),
        ({"pin": {"item_id": "7", "position": True}}, ".pin.position", "a whole number"),
        ({"pin": {"item_id": "7", "position": None}}, ".pin.position", "a whole number"),
        ({"hide": []}, ".hide", "expected an object"),
        ({"hide": {}}, ".hide", "needs either item_ids or filter"),
        ({"hide": {"item_ids": ["1"], "filter": KORI}}, ".hide", "needs either item_ids or filter"),
        ({"hide": {"item_ids": []}}, ".hide.item_ids", "expected a list of 1 to 500 ids"),
        ({"hide": {"item_ids": "1"}}, ".hide.item_ids", "expected a list of 1 to 500 ids"),
        (
            {"hide": {"item_ids": ["1"] * (MAX_ITEM_IDS + 1)}},
            ".hide.item_ids",
            "expected a list of 1 to 500 ids",
        ),
        ({"hide": {"item_ids": ["1", 2]}}, ".hide.item_ids[1]", "expected an item's id: text"),
        ({"hide": {"item_ids": [["1"]]}}, ".hide.item_ids[0]", "expected an item's id: text"),
        ({"hide": {"filter": None}}, ".hide.filter", "expected an object, got null"),
        (
            {"hide": {"filter": {"all": [{"field": "colour", "any_of": ["red"]}]}}},
            ".hide.filter.all[0].field",
            "unknown field 'colour'",
        ),
        ({"boost": {"item_ids": ["1"]}}, ".boost.by", "expected a factor above 1"),
        ({"boost": {"item_ids": ["1"], "by": 1}}, ".boost.by", "above 1 and at most 1000"),
        ({"boost": {"item_ids": ["1"], "by": "2"}}, ".boost.by", "expected a factor above 1"),
        ({"boost": {"item_ids": ["1"], "by": True}}, ".boost.by", "expected a factor above 1"),
        ({"boost": {"item_ids": ["1"], "by": 1e4}}, ".boost.by", "at most 1000"),
        ({"bury": {"item_ids": ["1"], "by": 0.5}}, ".bury.by", "expected a factor above 1"),
        ({"bury": {"item_ids": ["1"], "by": float("nan")}}, ".bury.by", "a factor above 1"),
        ({"bury": {"item_ids": ["1"], "by": 10**400}}, ".bury.by", "a factor above 1"),
        ({"bury": {"by": 2}}, ".bury", "needs either item_ids or filter"),
        ({"filter": {"field": "price", "gt": "1"}}, ".filter.gt", "price holds numbers, got text"),
        ({"filter": []}, ".filter", "expected an object, got a list"),
    ],
    ids=lambda value: str(value)[:60],
)
def test_problem_of_an_instruction_names_its_place(
    instruction: object, path: str, reason: str
) -> None:
    found_path, found_reason = problem_of(then=[{"filter": KORI}, instruction])

    assert found_path == f".then[1]{path}"
    assert reason in found_reason


def test_whole_number_may_be_written_as_a_fraction() -> None:
    raw = b'[{"id": "r", "priority": 2.0, "then": [{"pin": {"item_id": "1", "position": 3.0}}]}]'

    (rule,) = parse_rules(msgspec.json.decode(raw))

    assert rule.priority == 2
    assert isinstance(rule.priority, int)
    assert rule.then == (Pin(ItemId("1"), 3),)
