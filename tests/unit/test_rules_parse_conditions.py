"""The `when` of a rule from its JSON form: what is read, and every problem with its path."""

from datetime import UTC, datetime
from typing import Any

import pytest

from indexing.filters import All, AnyOf, Range
from rules.condition_parser import MAX_ALTERNATIVES, MAX_CONTEXT_KEYS, MAX_PATTERNS
from rules.model import Arm, Condition, QueryCondition
from rules.parse import parse_rules
from tests.rule_factories import problems_of, raw_rule

KORI = {"field": "brand", "any_of": ["Kori"]}


def condition(**when: object) -> Condition:
    return parse_rules([raw_rule(when=when)])[0].when


def problem_of(**when: object) -> tuple[str, str]:
    """The one problem of a rule with this condition, its path taken from `when` on."""
    ((path, reason),) = problems_of([raw_rule(when=when)])
    assert path.startswith("$[0].when")
    return path.removeprefix("$[0].when"), reason


def test_condition_with_everything_in_it_is_read() -> None:
    read = condition(
        query={
            "is": "Desk lamp",
            "starts_with": "desk",
            "ends_with": ["lamp", "lamps"],
            "contains": ["sk la"],
            "matches": "^desk .*",
            "plurals": True,
            "typos": True,
        },
        empty_query=False,
        filter={"all": [KORI, {"field": "price", "lt": 100}]},
        category=["Lamps", "Home > Desks"],
        segments="vip",
        locale=["de_AT", "FR"],
        sort=["price", "rating:asc", "relevance"],
        context={"device": "phone", "visits": [1, 2], "member": True},
        starts_at="2026-06-01T00:00:00+02:00",
        ends_at="2026-09-01T00:00:00Z",
        experiment={"key": "autumn", "arm": "b"},
    )

    assert read == Condition(
        query=QueryCondition(
            is_=("desk lamp",),
            starts_with=("desk",),
            ends_with=("lamp", "lamps"),
            contains=("sk la",),
            matches=("^desk .*",),
            plurals=True,
            typos=True,
        ),
        empty_query=False,
        filter=All((AnyOf("brand", ("Kori",)), Range("price", lt=100.0))),
        category=("Lamps", "Home > Desks"),
        segments=("vip",),
        locale=("de-at", "fr"),
        sort=("price:asc", "rating:asc", "relevance"),
        context={"device": ("phone",), "visits": (1, 2), "member": (True,)},
        starts_at=datetime(2026, 5, 31, 22, tzinfo=UTC),
        ends_at=datetime(2026, 9, 1, tzinfo=UTC),
        experiment=Arm("autumn", "b"),
    )


def test_query_of_patterns_alone_is_a_condition() -> None:
    assert condition(query={"matches": ["a", "b"]}).query == QueryCondition(matches=("a", "b"))


def test_time_may_be_left_open_with_null() -> None:
    assert condition(starts_at=None, ends_at=None) == Condition()


@pytest.mark.parametrize(
    ("when", "path", "reason"),
    [
        ({"qeury": {}}, ".qeury", "unknown; known are category, context, empty_query"),
        ({"empty_query": "yes"}, ".empty_query", "expected true or false"),
        ({"empty_query": None}, ".empty_query", "expected true or false"),
        ({"starts_at": "soon"}, ".starts_at", "expected an ISO 8601 time"),
        ({"starts_at": 5}, ".starts_at", "expected an ISO 8601 time"),
        ({"starts_at": True}, ".starts_at", "expected an ISO 8601 time"),
        ({"ends_at": "2026-11-27"}, ".ends_at", "with its zone"),
        ({"ends_at": "2026-11-27T00:00:00"}, ".ends_at", "with its zone"),
        (
            {"starts_at": "2026-11-27T02:00:00+02:00", "ends_at": "2026-11-27T00:00:00Z"},
            ".ends_at",
            "must be after starts_at",
        ),
        ({"query": {}}, ".query", "with some of is, starts_with, ends_with, contains, matches"),
        ({"query": None}, ".query", "with some of is, starts_with"),
        ({"query": "lamp"}, ".query", "with some of is, starts_with"),
        ({"query": {"plurals": True}}, ".query", "with some of is, starts_with"),
        ({"query": {"equals": "x"}}, ".query", "with some of is, starts_with"),
        (
            {"query": {"is": "x", "equals": "x"}},
            ".query.equals",
            "unknown; known are contains, ends_with, is, matches, plurals, starts_with, typos",
        ),
        ({"query": {"is": 7}}, ".query.is", "expected text"),
        ({"query": {"is": None}}, ".query.is", "expected text"),
        ({"query": {"is": {"a": 1}}}, ".query.is", "expected text"),
        ({"query": {"is": []}}, ".query.is", "expected a list of 1 to 100"),
        (
            {"query": {"is": ["a"] * (MAX_ALTERNATIVES + 1)}},
            ".query.is",
            "expected a list of 1 to 100",
        ),
        ({"query": {"is": ["a", 7]}}, ".query.is[1]", "expected text"),
        ({"query": {"is": [["a"]]}}, ".query.is[0]", "expected text"),
        ({"query": {"contains": ["a", "?!"]}}, ".query.contains[1]", "no word"),
        ({"query": {"is": ""}}, ".query.is", "no word; for the empty query use empty_query"),
        ({"query": {"is": "a" * 513}}, ".query.is", "at most 512 characters"),
        ({"query": {"is": "a\x00"}}, ".query.is", "holds a NUL character"),
        ({"query": {"ends_with": "a\ud800"}}, ".query.ends_with", "holds half a character"),
        ({"query": {"is": "a", "plurals": 1}}, ".query.plurals", "expected true or false"),
        ({"query": {"is": "a", "typos": "yes"}}, ".query.typos", "expected true or false"),
        ({"query": {"matches": 7}}, ".query.matches", "expected text"),
        ({"query": {"matches": ["a", None]}}, ".query.matches[1]", "expected text"),
        ({"query": {"matches": []}}, ".query.matches", "expected a list of 1 to 20"),
        (
            {"query": {"matches": ["a"] * (MAX_PATTERNS + 1)}},
            ".query.matches",
            "expected a list of 1 to 20",
        ),
        ({"query": {"matches": ""}}, ".query.matches", "expression of 1 to 500 characters"),
        ({"query": {"matches": "a" * 501}}, ".query.matches", "expression of 1 to 500 characters"),
        ({"query": {"matches": "("}}, ".query.matches", "not a regular expression that RE2 takes"),
        ({"query": {"matches": "a\x00"}}, ".query.matches", "holds a NUL character"),
        ({"query": {"matches": "\udc00"}}, ".query.matches", "holds half a character"),
        ({"filter": None}, ".filter", "expected an object, got null"),
        ({"filter": {"field": "colour", "any_of": ["x"]}}, ".filter.field", "unknown field"),
        (
            {"filter": {"all": [KORI, {"not": {"field": "price", "lt": "9"}}]}},
            ".filter.all[1].not.lt",
            "price holds numbers",
        ),
        ({"category": 7}, ".category", "expected text of 1 to 200 characters"),
        ({"category": " "}, ".category", "expected text of 1 to 200 characters"),
        ({"category": []}, ".category", "expected a list of 1 to 100"),
        ({"category": ["a", "x" * 201]}, ".category[1]", "expected text of 1 to 200 characters"),
        ({"segments": None}, ".segments", "expected text of 1 to 200 characters"),
        ({"segments": ["vip", "a\x00"]}, ".segments[1]", "holds a NUL character"),
        ({"segments": ["a"] * 101}, ".segments", "expected a list of 1 to 100"),
        ({"locale": ""}, ".locale", "expected text of 1 to 200 characters"),
        ({"locale": ["de", 7]}, ".locale[1]", "expected text of 1 to 200 characters"),
        ({"sort": "colour"}, ".sort", "cannot sort by 'colour'; known are relevance, price"),
        ({"sort": ["price", "price:up"]}, ".sort[1]", "cannot sort by 'price:up'"),
        ({"sort": ""}, ".sort", "expected what to sort by"),
        ({"sort": None}, ".sort", "expected what to sort by"),
        ({"context": {}}, ".context", "expected an object with 1 to 20 keys"),
        ({"context": ["device"]}, ".context", "expected an object with 1 to 20 keys"),
        (
            {"context": {f"k{n}": 1 for n in range(MAX_CONTEXT_KEYS + 1)}},
            ".context",
            "expected an object with 1 to 20 keys",
        ),
        ({"context": {"": "x"}}, ".context.", "a key has 1 to 200 characters"),
        ({"context": {"device": None}}, ".context.device", "expected text of 1 to 200"),
        ({"context": {"device": []}}, ".context.device", "expected a list of 1 to 100"),
        ({"context": {"device": ["tv", {}]}}, ".context.device[1]", "expected text of 1 to 200"),
        ({"context": {"a\x00": 1}}, ".context.a\x00", "holds a NUL character"),
        ({"experiment": "autumn"}, ".experiment", "expected an object"),
        ({"experiment": {"key": "a"}}, ".experiment.arm", "expected text of 1 to 200"),
        ({"experiment": {"arm": "b"}}, ".experiment.key", "expected text of 1 to 200"),
        (
            {"experiment": {"key": "a", "arm": "b", "share": 1}},
            ".experiment.share",
            "unknown; known are arm, key",
        ),
    ],
    ids=lambda value: ascii(value)[:60],
)
def test_problem_of_a_condition_names_its_place(
    when: dict[str, Any], path: str, reason: str
) -> None:
    found_path, found_reason = problem_of(**when)

    assert found_path == path
    assert reason in found_reason


def test_all_problems_of_one_condition_come_together() -> None:
    found = problems_of(
        [
            raw_rule(
                when={
                    "query": {"is": ["lamp", ""], "matches": "(", "plurals": None},
                    "segments": [],
                    "context": {"a": {}},
                    "experiment": {},
                }
            )
        ]
    )

    assert [path.removeprefix("$[0].when.") for path, _ in found] == [
        "query.is[1]",
        "query.matches",
        "query.plurals",
        "segments",
        "context.a",
        "experiment.key",
        "experiment.arm",
    ]
