"""Rules from their JSON form: what is read, and every problem with its path."""

from datetime import UTC, datetime
from typing import Any

import msgspec
import pytest

from indexing.documents import ItemId
from indexing.filters import AnyOf, Range
from rules.errors import InvalidRules, Problem
from rules.instruction_parser import MAX_INSTRUCTIONS
from rules.model import Boost, Bury, Condition, Hide, Pin, QueryCondition, Restrict, Rule, RuleId
from rules.parse import MAX_ALIKE, MAX_RULES, MAX_UNSELECTIVE, parse_rule, parse_rules
from rules.patterns import MAX_OPEN_PATTERNS
from tests.rule_factories import problems_of, raw_rule

KORI = {"field": "brand", "any_of": ["Kori"]}
NO_ID = "expected 1 to 128 letters, digits and . _ : -"


def problem_of(**fields: object) -> tuple[str, str]:
    """The one problem of a rule with these fields, its path taken from the rule on."""
    ((path, reason),) = problems_of([raw_rule(**fields)])
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
            Pin(item_id=ItemId("7"), position=2),
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
    assert rule.then == (Pin(item_id=ItemId("1"), position=1),)


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
    assert problems_of(raw) == [(path, 'expected a list of rules, or {"rules": [...]}')]


def test_path_follows_the_file_also_under_the_key_rules() -> None:
    assert problems_of({"rules": [raw_rule(), 7]}) == [("$.rules[1]", "expected an object")]
    assert problems_of([raw_rule(), None]) == [("$[1]", "expected an object")]


def test_single_rule_is_read_with_the_paths_of_a_single_rule() -> None:
    with pytest.raises(InvalidRules) as caught:
        parse_rule(raw_rule(then=[{"boost": {"item_ids": ["1"], "by": 0}}]))

    assert [problem.path for problem in caught.value.problems] == ["$.then[0].boost.by"]
    assert parse_rule(raw_rule()) == parse_rules([raw_rule()])[0]


def test_too_many_rules_are_refused_at_once() -> None:
    assert problems_of([None] * (MAX_RULES + 1)) == [
        ("$", f"at most {MAX_RULES} rules, got {MAX_RULES + 1}")
    ]


def test_all_problems_of_all_rules_come_together_each_once() -> None:
    found = problems_of(
        [
            raw_rule("a", priority="high", stop="no", colour="red"),
            raw_rule("b"),
            raw_rule("c", then=[{"pin": {"item_id": 7, "position": "x"}}, {"boost": {"by": 0}}]),
        ]
    )

    assert [path for path, _ in found] == [
        "$[0].colour",
        "$[0].priority",
        "$[0].stop",
        "$[2].then[0].pin.item_id",
        "$[2].then[0].pin.position",
        "$[2].then[1].boost.by",
        "$[2].then[1].boost",
    ]


def test_error_has_a_line_for_each_problem() -> None:
    with pytest.raises(InvalidRules) as caught:
        parse_rules([{}])

    assert str(caught.value).splitlines() == [str(problem) for problem in caught.value.problems]
    assert caught.value.problems[0] == Problem("$[0].id", f"missing; {NO_ID}")


def test_id_may_stand_once_and_the_error_names_the_first() -> None:
    found = problems_of({"rules": [raw_rule("a"), raw_rule("b"), raw_rule("a"), raw_rule("a")]})

    assert found == [
        ("$.rules[2].id", "'a' is the id of $.rules[0] too"),
        ("$.rules[3].id", "'a' is the id of $.rules[0] too"),
    ]


@pytest.mark.parametrize("rule_id", ["a", "A.b_c:d-1", "0", "x" * 128])
def test_id_is_letters_digits_and_four_signs(rule_id: str) -> None:
    assert parse_rules([raw_rule(rule_id)])[0].id == rule_id


@pytest.mark.parametrize(
    ("fields", "path", "reason"),
    [
        ({"rule_id": None}, ".id", f"missing; {NO_ID}"),
        ({"rule_id": 7}, ".id", f"not an id; {NO_ID}"),
        ({"rule_id": ""}, ".id", f"not an id; {NO_ID}"),
        ({"rule_id": " "}, ".id", f"not an id; {NO_ID}"),
        ({"rule_id": "a b"}, ".id", f"not an id; {NO_ID}"),
        ({"rule_id": "a/b"}, ".id", f"not an id; {NO_ID}"),
        ({"rule_id": "a\n"}, ".id", f"not an id; {NO_ID}"),
        ({"rule_id": "größe"}, ".id", f"not an id; {NO_ID}"),
        ({"rule_id": "٣"}, ".id", f"not an id; {NO_ID}"),
        ({"rule_id": "x" * 129}, ".id", f"not an id; {NO_ID}"),
        ({"name": ["x"]}, ".name", "expected text"),
        ({"name": "x" * 201}, ".name", "expected text of at most 200 characters"),
        ({"note": "x" * 2_001}, ".note", "expected text of at most 2000 characters"),
        ({"note": "a\x00"}, ".note", "holds a NUL character"),
        ({"note": "a\ud800"}, ".note", "holds half a character"),
        ({"owner": 1}, ".owner", "expected text"),
        ({"owner": "x" * 201}, ".owner", "expected text of at most 200 characters"),
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
    ],
    ids=lambda value: ascii(value)[:60],
)
def test_problem_of_a_rule_names_its_place(fields: dict[str, Any], path: str, reason: str) -> None:
    found_path, found_reason = problem_of(**fields)

    assert found_path == path
    assert reason in found_reason


def test_whole_number_may_be_written_as_a_fraction() -> None:
    raw = b'[{"id": "r", "priority": 2.0, "then": [{"pin": {"item_id": "1", "position": 3.0}}]}]'

    (rule,) = parse_rules(msgspec.json.decode(raw))

    assert rule.priority == 2
    assert isinstance(rule.priority, int)
    assert rule.then == (Pin(item_id=ItemId("1"), position=3),)


def timed(count: int, **fields: object) -> list[dict[str, object]]:
    """Rules that only a time restricts, by which none can be looked up."""
    when = {"starts_at": "2026-06-01T00:00:00Z"}
    return [raw_rule(f"r{n}", when=when, **fields) for n in range(count)]


def test_too_many_rules_that_every_request_must_try_are_refused() -> None:
    (problem,) = problems_of({"rules": timed(MAX_UNSELECTIVE + 1)})

    assert problem[0] == "$.rules"
    assert problem[1].startswith("1001 rules have no condition on the query's words, category")
    assert problem[1].endswith("at most 1000 may")


def test_rules_for_requests_by_relevance_count_among_those_that_every_request_must_try() -> None:
    rules = [raw_rule(f"r{n}", when={"sort": "relevance"}) for n in range(MAX_UNSELECTIVE + 1)]

    (problem,) = problems_of(rules)

    assert "sort (other than relevance)" in problem[1]


def alike(count: int, **when: object) -> list[dict[str, object]]:
    return [raw_rule(f"r{n}", when=when) for n in range(count)]


@pytest.mark.parametrize(
    ("when", "named"),
    [
        ({"query": {"contains": "Shoes"}}, "word 'shoes'"),
        ({"query": {"is": "red shoes"}}, "query 'red shoes'"),
        ({"context": {"store": "berlin"}}, "context 'store' 'berlin'"),
        ({"empty_query": True}, "empty query"),
    ],
    ids=str,
)
def test_too_many_rules_that_one_thing_finds_are_refused_and_it_is_named(
    when: dict[str, object], named: str
) -> None:
    (problem,) = problems_of(alike(MAX_ALIKE + 1, **when))

    assert problem == (
        "$",
        f"2001 rules have no condition that is rarer than {named}, so that a request with it "
        "would try them all; at most 2000 may",
    )


def test_many_rules_on_one_word_are_taken_where_something_rarer_parts_them() -> None:
    rarer = [
        raw_rule(f"s{n}", when={"query": {"contains": f"shoes {n}"}}) for n in range(MAX_ALIKE)
    ]

    parsed = parse_rules([*alike(MAX_ALIKE, query={"contains": "shoes"}), *rarer])

    assert len(parsed) == 2 * MAX_ALIKE


def test_rules_that_are_off_or_can_be_looked_up_do_not_count_against_that_bound() -> None:
    always = timed(MAX_UNSELECTIVE)
    off = [raw_rule("off", enabled=False)]
    found_by_a_word = [raw_rule("word", when={"query": {"contains": "lamp"}})]

    assert len(parse_rules([*always, *off, *found_by_a_word])) == MAX_UNSELECTIVE + 2


def matching(*patterns: str, **fields: object) -> list[dict[str, object]]:
    return [
        raw_rule(f"r{n}", when={"query": {"matches": pattern}}, **fields)
        for n, pattern in enumerate(patterns)
    ]


def test_too_many_patterns_that_every_query_must_try_are_refused() -> None:
    patterns = [f"^.{{{n}}}$" for n in range(1, MAX_OPEN_PATTERNS + 2)]

    assert problems_of(matching(*patterns)) == [
        (
            "$",
            "101 regular expressions have no fixed piece of three letters in them, such as "
            "'^.{1}$'; at most 100 may",
        )
    ]


def test_patterns_with_a_fixed_piece_and_those_of_rules_that_are_off_are_no_such_burden() -> None:
    with_a_piece = [f"lamp.{{{n}}}" for n in range(1, MAX_OPEN_PATTERNS + 2)]
    without = [f"^.{{{n}}}$" for n in range(1, MAX_OPEN_PATTERNS + 2)]

    assert len(parse_rules(matching(*with_a_piece))) == MAX_OPEN_PATTERNS + 1
    assert len(parse_rules(matching(*without, enabled=False))) == MAX_OPEN_PATTERNS + 1


def test_one_pattern_in_many_rules_counts_once() -> None:
    assert len(parse_rules(matching(*["^.{3}$"] * (MAX_OPEN_PATTERNS + 1)))) == 101
