"""When a rule's condition holds, one kind of condition after the other."""

from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest

from indexing.filter_parser import parse_filter
from indexing.queries import SearchQuery, parse_sort
from rules.conditions import holds
from rules.parse import parse_rules
from rules.situation import Situation
from tests.factories import NOW
from tests.rule_factories import raw_rule

SONY = {"field": "brand", "any_of": ["Sony"]}
SONY_OR_LG = {"field": "brand", "any_of": ["Sony", "LG"]}
SONY_OR_BOSE = {"field": "brand", "any_of": ["Sony", "Bose"]}


def asked(when: dict[str, Any], query: SearchQuery, now: datetime = NOW) -> bool:
    """Whether the JSON condition holds for a request."""
    (rule,) = parse_rules([raw_rule(when=when)])
    return holds(rule.when, Situation(query, now))


def said(text: str, /, now: datetime = NOW, **when: object) -> bool:
    """Whether it holds for a query of that text."""
    return asked(when, SearchQuery(text=text), now)


def filtered(raw: dict[str, Any] | None, **when: object) -> bool:
    """Whether it holds for a shopper with that filter."""
    return asked(when, SearchQuery(filter=None if raw is None else parse_filter(raw)))


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
    assert said(query, query={kind: phrase}) is expected


def test_phrases_of_one_kind_are_alternatives_and_kinds_must_all_hold() -> None:
    condition = {"starts_with": ["desk", "floor"], "ends_with": "lamp"}

    assert said("desk lamp", query=condition)
    assert said("floor lamp", query=condition)
    assert not said("wall lamp", query=condition)
    assert not said("desk chair", query=condition)


@pytest.mark.parametrize(
    ("pattern", "query", "expected"),
    [
        ("desk", "big desk lamp", True),
        ("esk l", "Big  DESK, lamp!", True),
        ("^desk", "big desk", False),
        ("^desk$", "desk", True),
        ("DESK", "desk", True),
        (r"\bpin\b", "spinning", False),
        (r"^\d+ (gb|tb)$", "512 GB", True),
        (r"iphone \d+", "iPhone pro", False),
        ("^$", "", True),
        ("^$", "lamp", False),
        ("^.{3}$", "?! abc", True),
        ("größe", "GRÖSSE", False),
        ("größe|grösse", "Größe", True),
    ],
)
def test_pattern_is_found_anywhere_in_the_normalised_query(
    pattern: str, query: str, expected: bool
) -> None:
    assert said(query, query={"matches": pattern}) is expected


def test_patterns_are_alternatives_and_hold_together_with_phrases() -> None:
    condition = {"contains": "lamp", "matches": ["^desk", "^floor"]}

    assert said("desk lamp", query=condition)
    assert said("floor lamp", query=condition)
    assert not said("wall lamp", query=condition)
    assert not said("desk chair", query=condition)


@pytest.mark.parametrize(
    ("kind", "phrase", "query", "expected"),
    [
        ("is", "watch", "watches", True),
        ("is", "watches", "watch", True),
        ("is", "desk lamp", "desks lamps", True),
        ("is", "desk lamp", "desks", False),
        ("is", "desk lamp", "big desks lamps", False),
        ("is", "desk lamp", "desks lamps cheap", False),
        ("starts_with", "knife", "knives for bread", True),
        ("starts_with", "knife", "bread knives", False),
        ("starts_with", "bread knife", "bread", False),
        ("ends_with", "knife", "bread knives", True),
        ("ends_with", "knife", "knives for bread", False),
        ("ends_with", "bread knife", "knives", False),
        ("contains", "bread knife", "the bread knives here", True),
        ("contains", "bread knife", "bread and knives", False),
        ("contains", "lens", "camera lenses", True),
        ("contains", "lenses", "camera lens", True),
        ("contains", "bus", "buses", True),
        ("contains", "pin", "spins", False),
        ("contains", "dress", "dressing", False),
        ("contains", "lamp", "", False),
    ],
)
def test_plurals_make_singular_and_plural_alike(
    kind: str, phrase: str, query: str, expected: bool
) -> None:
    assert said(query, query={kind: phrase, "plurals": True}) is expected


def test_plurals_matter_only_where_they_are_asked_for() -> None:
    assert not said("watches", query={"is": "watch"})
    assert not said("watches", query={"is": "watch", "typos": False, "plurals": False})


@pytest.mark.parametrize(
    ("kind", "phrase", "query", "expected"),
    [
        ("is", "laptop", "laptpo", True),
        ("is", "laptop", "lapttop", True),
        ("is", "laptop", "lptp", False),
        ("is", "headphones", "haedphone", True),
        ("is", "lamp", "limp", True),
        ("is", "tea", "tee", False),
        ("is", "iphone 15", "iphone 16", False),
        ("is", "iphone 15", "ipone 15", True),
        ("starts_with", "laptop", "lapttop bag", True),
        ("starts_with", "laptop", "bag lapttop", False),
        ("ends_with", "laptop", "cheap lapttop", True),
        ("ends_with", "laptop", "lapttop cheap", False),
        ("contains", "laptop bag", "red lapttop bga", False),
        ("contains", "laptop case", "red lapttop casse", True),
        ("contains", "laptop case", "lapttop red casse", False),
    ],
)
def test_typos_are_forgiven_word_by_word(
    kind: str, phrase: str, query: str, expected: bool
) -> None:
    assert said(query, query={kind: phrase, "typos": True}) is expected


def test_typo_in_a_plural_is_forgiven_where_both_are() -> None:
    assert said("lapttops", query={"is": "laptop", "plurals": True, "typos": True})
    assert not said("lapttops", query={"is": "laptop", "plurals": True})
    assert not said("lapttops", query={"is": "laptop", "typos": True})


def test_tolerance_does_not_touch_patterns() -> None:
    condition = {"matches": "^watch$", "plurals": True, "typos": True}

    assert said("watch", query=condition)
    assert not said("watches", query=condition)


@pytest.mark.parametrize("query", ["", "  ", "?!", "_", "\u200b"])
def test_query_without_a_word_is_the_empty_query(query: str) -> None:
    assert said(query, empty_query=True)
    assert not said(query, empty_query=False)


def test_query_with_a_word_is_not_the_empty_query() -> None:
    assert said("lamp", empty_query=False)
    assert not said("lamp", empty_query=True)


def test_rule_without_a_condition_holds_for_every_query() -> None:
    assert said("lamp")
    assert said("")


def test_filter_holds_for_one_that_is_as_narrow_or_narrower() -> None:
    assert filtered(SONY, filter=SONY_OR_LG)
    assert filtered(SONY_OR_LG, filter=SONY_OR_LG)
    assert filtered({"field": "brand", "any_of": ["LG", "Sony", "LG"]}, filter=SONY_OR_LG)
    assert not filtered(SONY_OR_BOSE, filter=SONY_OR_LG)
    assert not filtered({"field": "currency", "any_of": ["Sony"]}, filter=SONY_OR_LG)
    assert not filtered(None, filter=SONY_OR_LG)


def test_filter_looks_into_the_shoppers_outermost_conjunction_only() -> None:
    stock = {"field": "in_stock", "any_of": [True]}

    assert filtered({"all": [stock, SONY]}, filter=SONY)
    assert filtered({"all": [stock, {"all": [SONY]}]}, filter=SONY)
    assert filtered({"all": [stock, SONY]}, filter={"all": [SONY_OR_LG, stock]})
    assert not filtered({"all": [stock, SONY]}, filter={"all": [SONY, {"not": stock}]})
    assert not filtered({"any": [SONY, SONY]}, filter=SONY)
    assert not filtered({"any": [stock, SONY]}, filter=SONY)
    assert not filtered({"not": SONY}, filter=SONY)


def test_condition_of_no_parts_holds_for_every_filter() -> None:
    assert filtered(None, filter={"all": []})
    assert filtered(SONY, filter={"all": []})


def test_any_and_not_hold_for_an_equal_one() -> None:
    either = {"any": [SONY, {"field": "price", "lt": 9}]}

    assert filtered({"not": SONY}, filter={"not": SONY})
    assert filtered({"all": [SONY_OR_LG, {"not": SONY}]}, filter={"not": SONY})
    assert not filtered({"not": SONY_OR_LG}, filter={"not": SONY})
    assert filtered(either, filter=either)
    assert not filtered(SONY, filter=either)


@pytest.mark.parametrize(
    ("shopper", "rule", "expected"),
    [
        ({"lt": 50}, {"lt": 100}, True),
        ({"lt": 100}, {"lt": 100}, True),
        ({"lt": 100}, {"lte": 100}, True),
        ({"lte": 100}, {"lt": 100}, False),
        ({"lt": 101}, {"lt": 100}, False),
        ({"gte": 10}, {"gt": 5}, True),
        ({"gte": 5}, {"gt": 5}, False),
        ({"gt": 5}, {"gte": 5}, True),
        ({"gt": 5}, {"lt": 100}, False),
        ({"gte": 10, "lt": 20}, {"gte": 5, "lte": 20}, True),
        ({"gte": 10, "lt": 20}, {"gte": 5, "lt": 15}, False),
        ({"gte": 10}, {"gte": 5, "lt": 15}, False),
        # The narrower of two bounds on one side counts.
        ({"gt": 5, "gte": 5}, {"gt": 5}, True),
        ({"lt": 9, "lte": 20}, {"lt": 10}, True),
        ({"gt": 5}, {"gt": 5, "gte": 6}, False),
    ],
)
def test_range_holds_for_one_inside_of_it(
    shopper: dict[str, float], rule: dict[str, float], expected: bool
) -> None:
    assert filtered({"field": "price", **shopper}, filter={"field": "price", **rule}) is expected
    assert not filtered({"field": "rating", **shopper}, filter={"field": "price", **rule})


def test_value_of_a_filter_is_compared_by_its_type_too() -> None:
    one = {"field": "attributes.set", "any_of": [1]}
    yes = {"field": "attributes.set", "any_of": [True]}

    assert filtered(one, filter={"field": "attributes.set", "any_of": [1.0]})
    assert not filtered(one, filter=yes)
    assert not filtered(yes, filter=one)


@pytest.mark.parametrize(
    ("chosen", "category", "expected"),
    [
        (["Mice"], "Mice", True),
        (["Computers > Mice"], "Mice", True),
        (["Computers > Mice"], "Computers", True),
        (["Computers > Mice"], "Computers > Mice", True),
        (["Computers > Mice > Wireless"], "Computers > Mice", True),
        (["Computers > Mice > Wireless"], "Mice", True),
        (["Computers"], "Computers > Mice", False),
        (["Mice"], "Computers", False),
        (["Mice"], "mice", False),
        (["Toys > Mice"], "Computers > Mice", False),
        (["Computers > Mice", "Computers > Keyboards"], "Computers", True),
        (["Computers > Mice", "Computers > Keyboards"], "Mice", False),
        (["Computers > Mice", "Toys > Mice"], "Mice", True),
        (["Computers > Mice"], ["Lamps", "Mice"], True),
        (["Computers > Mice"], ["Lamps", "Chairs"], False),
    ],
)
def test_category_holds_inside_of_it(
    chosen: list[str], category: str | list[str], expected: bool
) -> None:
    assert filtered({"field": "categories", "any_of": chosen}, category=category) is expected


def test_category_is_read_from_the_outermost_conjunction_of_the_shoppers_filter() -> None:
    mice = {"field": "categories", "any_of": ["Mice"]}

    assert filtered({"all": [SONY, mice]}, category="Mice")
    assert not filtered({"any": [SONY, mice]}, category="Mice")
    assert not filtered({"not": mice}, category="Mice")
    assert not filtered({"field": "brand", "any_of": ["Mice"]}, category="Mice")
    assert not filtered(None, category="Mice")


def test_segments_need_one_that_is_named_here() -> None:
    condition = {"segments": ["vip", "staff"]}

    assert asked(condition, SearchQuery(segments=("new", "staff")))
    assert not asked(condition, SearchQuery(segments=("new",)))
    assert not asked(condition, SearchQuery(segments=("VIP",)))
    assert not asked(condition, SearchQuery())


@pytest.mark.parametrize(
    ("locale", "rule", "expected"),
    [
        ("de", "de", True),
        ("de-AT", "de", True),
        ("de_AT", "DE", True),
        ("de-at", "de-AT", True),
        ("de-AT-1996", "de_at", True),
        ("de", "de-AT", False),
        ("den", "de", False),
        ("fr", ["de", "fr"], True),
        ("", "de", False),
    ],
)
def test_locale_holds_for_a_more_exact_one(
    locale: str, rule: str | list[str], expected: bool
) -> None:
    assert asked({"locale": rule}, SearchQuery(locale=locale)) is expected


@pytest.mark.parametrize(
    ("sort", "rule", "expected"),
    [
        ("price", "price", True),
        ("price:asc", "price", True),
        ("price", "price:asc", True),
        ("price:desc", "price", False),
        ("rating", "rating:desc", True),
        ("", "relevance", True),
        ("relevance", "relevance", True),
        ("price", "relevance", False),
        ("", "price", False),
        ("newest", ["price", "newest"], True),
    ],
)
def test_sort_is_compared_in_one_spelling(sort: str, rule: str | list[str], expected: bool) -> None:
    assert asked({"sort": rule}, SearchQuery(sort=parse_sort(sort))) is expected


@pytest.mark.parametrize(
    ("given", "wanted", "expected"),
    [
        ("phone", "phone", True),
        ("phone", ["tablet", "phone"], True),
        ("phone", "tablet", False),
        ("Phone", "phone", False),
        (1, 1.0, True),
        (1, True, False),
        (True, 1, False),
        (True, True, True),
        (False, 0, False),
        ("1", 1, False),
    ],
)
def test_context_is_compared_by_value_and_type(
    given: str | float | bool, wanted: object, expected: bool
) -> None:
    assert asked({"context": {"k": wanted}}, SearchQuery(context={"k": given})) is expected


def test_every_key_of_the_context_must_hold_and_others_do_not_matter() -> None:
    condition = {"context": {"device": "phone", "store": ["berlin", "bonn"]}}

    assert asked(condition, SearchQuery(context={"device": "phone", "store": "bonn", "x": 1}))
    assert not asked(condition, SearchQuery(context={"device": "phone"}))
    assert not asked(condition, SearchQuery(context={"device": "phone", "store": "rome"}))
    assert not asked(condition, SearchQuery())


def test_window_begins_with_its_start_and_ends_before_its_end() -> None:
    start, end = "2026-11-27T00:00:00+01:00", "2026-11-28T00:00:00+01:00"
    first = datetime(2026, 11, 26, 23, tzinfo=UTC)
    last = first + timedelta(days=1)
    moment = timedelta(microseconds=1)

    assert [
        said("lamp", now, starts_at=start, ends_at=end)
        for now in (first - moment, first, last - moment, last)
    ] == [False, True, True, False]


def test_window_may_be_open_on_either_side() -> None:
    now = "2026-11-24T12:00:00Z"

    assert said("lamp", starts_at=now)
    assert not said("lamp", ends_at=now)
    assert said("lamp", starts_at="0001-01-01T00:00:00+23:59", ends_at="9999-12-31T23:59:59-23:59")


def test_window_is_the_same_moment_in_every_zone() -> None:
    tokyo = timezone(timedelta(hours=9))

    assert said("lamp", datetime(2026, 11, 27, 9, tzinfo=tokyo), starts_at="2026-11-27T00:00:00Z")
    assert not said(
        "lamp", datetime(2026, 11, 27, 8, tzinfo=tokyo), starts_at="2026-11-27T00:00:00Z"
    )


def test_experiment_needs_the_arm_that_the_request_says() -> None:
    condition = {"experiment": {"key": "autumn", "arm": "b"}}

    assert asked(condition, SearchQuery(experiments={"autumn": "b", "other": "a"}))
    assert not asked(condition, SearchQuery(experiments={"autumn": "a"}))
    assert not asked(condition, SearchQuery(experiments={"other": "b"}))
    assert not asked(condition, SearchQuery())


ALL_PARTS: dict[str, Any] = {
    "query": {"contains": "lamp"},
    "empty_query": False,
    "filter": SONY_OR_LG,
    "category": "Lamps",
    "segments": "vip",
    "locale": "de",
    "sort": "price",
    "context": {"device": "phone"},
    "starts_at": "2026-11-24T12:00:00Z",
    "ends_at": "2026-11-24T12:00:01Z",
    "experiment": {"key": "autumn", "arm": "b"},
}
FITTING = SearchQuery(
    text="desk lamp",
    filter=parse_filter({"all": [SONY, {"field": "categories", "any_of": ["Home > Lamps"]}]}),
    segments=("vip",),
    locale="de-AT",
    sort=parse_sort("price"),
    context={"device": "phone"},
    experiments={"autumn": "b"},
)
OTHERWISE: dict[str, Any] = {
    "query": {"contains": "chair"},
    "empty_query": True,
    "filter": {"field": "brand", "any_of": ["LG"]},
    "category": "Chairs",
    "segments": "new",
    "locale": "fr",
    "sort": "relevance",
    "context": {"device": "tv"},
    "starts_at": "2026-11-24T12:00:00.5Z",
    "ends_at": "2026-11-24T12:00:00Z",
    "experiment": {"key": "autumn", "arm": "a"},
}


def test_condition_with_every_part_holds_where_each_does() -> None:
    assert asked(ALL_PARTS, FITTING)


@pytest.mark.parametrize("part", OTHERWISE)
def test_condition_fails_with_any_one_of_its_parts(part: str) -> None:
    changed = {**ALL_PARTS, part: OTHERWISE[part]}
    if part == "ends_at":
        del changed["starts_at"]  # which must come before the end

    assert not asked(changed, FITTING)
