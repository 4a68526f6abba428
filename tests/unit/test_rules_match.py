"""Which rules hold for a request: words, windows of time, order and stopping."""

from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest

from rules.match import FiredRules, match
from rules.model import Condition, QueryCondition, Rule, RuleId
from rules.parse import parse_rules
from rules.ruleset import RuleSet, make_rule_set
from rules.text import words
from tests.factories import NOW


def make_rule(rule_id: str = "r", **fields: Any) -> Rule:
    return Rule(id=RuleId(rule_id), name=rule_id, **fields)


def holds(text: str, /, now: datetime = NOW, **when: object) -> bool:
    """Whether a rule with that JSON condition fires."""
    raw = {"id": "r", "when": when, "then": [{"pin": {"item_id": "1"}}]}
    return bool(match(make_rule_set(1, parse_rules([raw])), text, now).rules)


def fired(*rules: Rule, query: str = "lamp") -> list[str]:
    return [rule.id for rule in match(make_rule_set(1, rules), query, NOW).rules]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("USB-C  Kabel!", ("usb-c", "kabel")),
        ("  ", ()),
        ("?!", ()),
        ("3.5 mm (jack)", ("3.5", "mm", "jack")),
        ("snake_case", ("snake", "case")),
        ("a--b foo.", ("a", "b", "foo")),
        ("ＵＳＢ ﬁsh", ("usb", "fish")),
        ("Straße STRASSE", ("strasse", "strasse")),
        ("Cafe\u0301 Café", ("café", "café")),
        ("women\u2019s usb\u2011c 10\u201312", ("women's", "usb-c", "10-12")),
        ("Lade\u00adkabel zero\u200bwidth", ("ladekabel", "zerowidth")),
        ("हिन्दी किताब", ("हिन्दी", "किताब")),
        ("שָׁלוֹם", ("שָׁלוֹם",)),
        ("❤\ufe0f lamp 👩\u200d🔬", ("lamp",)),
        ("日本語 テスト", ("日本語", "テスト")),
    ],
)
def test_words_are_what_a_reader_sees(text: str, expected: tuple[str, ...]) -> None:
    assert words(text) == expected


def test_words_of_words_are_the_same_words() -> None:
    for text in ("İstanbul’da", "ǰ", "ΐ ﬃ", "Σίσυφος", "ŉ"):
        once = words(text)

        assert words(" ".join(once)) == once


@pytest.mark.parametrize(
    ("kind", "phrase", "query", "expected"),
    [
        ("is", "desk lamp", " Desk  LAMP!", True),
        ("is", "desk lamp", "desk lamps", False),
        ("is", "desk lamp", "big desk lamp", False),
        ("starts_with", "desk", "desk lamp", True),
        ("starts_with", "desk", "desk", True),
        ("starts_with", "desk", "desktop lamp", False),
        ("starts_with", "lamp", "desk lamp", False),
        ("ends_with", "lamp", "desk lamp", True),
        ("ends_with", "lamp", "desk clamp", False),
        ("ends_with", "desk", "desk lamp", False),
        ("contains", "pin", "a pin board", True),
        ("contains", "pin", "spinning wheel", False),
        ("contains", "pin board", "a pin on a board", False),
        ("contains", "usb", "usb-c cable", False),
        ("contains", "women's", "women\u2019s shoes", True),
        ("contains", "straße", "STRASSE plan", True),
        ("contains", "हिन्दी", "हिन्दी किताब", True),
        ("contains", "हि", "हिन्दी किताब", False),
        ("is", "desk lamp", "", False),
        ("contains", "lamp", "", False),
    ],
)
def test_phrase_matches_whole_words(kind: str, phrase: str, query: str, expected: bool) -> None:
    assert holds(query, query={kind: phrase}) is expected


def test_phrases_of_one_kind_are_alternatives_and_kinds_must_all_hold() -> None:
    condition = {"starts_with": ["desk", "floor"], "ends_with": "lamp"}

    assert holds("desk lamp", query=condition)
    assert holds("floor lamp", query=condition)
    assert not holds("wall lamp", query=condition)
    assert not holds("desk chair", query=condition)


@pytest.mark.parametrize("query", ["", "  ", "?!", "_"])
def test_query_without_a_word_is_the_empty_query(query: str) -> None:
    assert holds(query, empty_query=True)
    assert not holds(query, empty_query=False)


def test_query_with_a_word_is_not_the_empty_query() -> None:
    assert holds("lamp", empty_query=False)
    assert not holds("lamp", empty_query=True)


def test_rule_without_a_condition_holds_for_every_query() -> None:
    assert holds("lamp")
    assert holds("")


def test_window_begins_with_its_start_and_ends_before_its_end() -> None:
    start, end = "2026-11-27T00:00:00+01:00", "2026-11-28T00:00:00+01:00"
    first = datetime(2026, 11, 26, 23, tzinfo=UTC)
    last = first + timedelta(days=1)
    moment = timedelta(microseconds=1)

    assert [
        holds("lamp", now, starts_at=start, ends_at=end)
        for now in (first - moment, first, last - moment, last)
    ] == [False, True, True, False]


def test_window_is_the_same_moment_in_every_zone() -> None:
    tokyo = timezone(timedelta(hours=9))

    assert holds("lamp", datetime(2026, 11, 27, 9, tzinfo=tokyo), starts_at="2026-11-27T00:00:00Z")
    assert not holds(
        "lamp", datetime(2026, 11, 27, 8, tzinfo=tokyo), starts_at="2026-11-27T00:00:00Z"
    )


def test_empty_rule_set_fires_nothing() -> None:
    assert match(RuleSet(), "lamp", NOW) == FiredRules()


def test_fired_rules_name_the_version_of_their_set() -> None:
    assert match(make_rule_set(7, [make_rule()]), "lamp", NOW).version == 7


def test_higher_priority_comes_first_then_the_more_specific_then_the_id() -> None:
    lamp = ("lamp",)
    rules = [
        make_rule("z-any"),
        make_rule("a-any"),
        make_rule("contains", when=Condition(QueryCondition(contains=lamp))),
        make_rule("ends", when=Condition(QueryCondition(ends_with=lamp))),
        make_rule("starts", when=Condition(QueryCondition(starts_with=lamp))),
        make_rule("starts-and-ends", when=Condition(QueryCondition((), lamp, lamp))),
        make_rule("is", when=Condition(QueryCondition(is_=lamp))),
        make_rule("timed", when=Condition(starts_at=NOW)),
        make_rule("low", priority=-1, when=Condition(QueryCondition(is_=lamp))),
        make_rule("high", priority=1),
    ]

    assert fired(*rules) == [
        "high",
        "is",
        "starts-and-ends",
        "starts",
        "ends",
        "contains",
        "timed",
        "a-any",
        "z-any",
        "low",
    ]


def test_rule_that_stops_is_the_last_and_the_stronger_ones_stay() -> None:
    rules = [make_rule("c"), make_rule("b", stop=True, priority=1), make_rule("a", priority=2)]

    assert fired(*rules) == ["a", "b"]


def test_rule_that_does_not_hold_stops_nothing() -> None:
    other = Condition(QueryCondition(is_=("chair",)))

    assert fired(make_rule("a", stop=True, when=other, priority=1), make_rule("b")) == ["b"]


def test_disabled_rule_neither_fires_nor_stops() -> None:
    assert fired(make_rule("a", enabled=False, stop=True, priority=1), make_rule("b")) == ["b"]


def test_query_condition_without_a_phrase_is_no_more_specific_than_none() -> None:
    empty = Condition(QueryCondition())

    assert fired(make_rule("b", when=empty), make_rule("a")) == ["a", "b"]
