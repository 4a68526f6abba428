"""The filter language as text: what it means, that it can be written back, and its errors."""

import time
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexing.errors import InvalidFilter
from indexing.filter_parser import MAX_CONDITIONS, MAX_DEPTH, parse_filter
from indexing.filter_text import MAX_TEXT_LENGTH, filter_text, parse_filter_text
from indexing.filters import (
    FLAG_FIELDS,
    NUMBER_FIELDS,
    TEXT_FIELDS,
    All,
    AnyOf,
    Either,
    Filter,
    Not,
    Range,
)

HP = AnyOf("brand", ("HP",))
CHEAP = Range("price", lt=100.0)
STOCKED = AnyOf("in_stock", (True,))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("brand = HP", HP),
        ('brand="HP"', HP),
        ("(((brand = HP)))", HP),
        ("brand != HP", Not(HP)),
        ("NOT brand = HP", Not(HP)),
        ("NOT NOT brand = HP", Not(Not(HP))),
        ('brand IN ["HP", Dell]', AnyOf("brand", ("HP", "Dell"))),
        ("brand NOT IN [HP, Dell]", Not(AnyOf("brand", ("HP", "Dell")))),
        ('categories = "Audio > Headphones"', AnyOf("categories", ("Audio > Headphones",))),
        ("id = 3920564", AnyOf("id", ("3920564",))),
        ("brand = true", AnyOf("brand", ("true",))),
        ("price = 9.5", AnyOf("price", (9.5,))),
        ("price 10 TO 50", Range("price", gte=10.0, lte=50.0)),
        ("price > 10 <= 50", Range("price", gt=10.0, lte=50.0)),
        ("price >= -1e2", Range("price", gte=-100.0)),
        ("in_stock = true", STOCKED),
        ("in_stock = FALSE", AnyOf("in_stock", (False,))),
        ("attributes.colour = red", AnyOf("attributes.colour", ("red",))),
        ('attributes."screen size" >= 15', Range("attributes.screen size", gte=15.0)),
        ('attributes.size = "10"', AnyOf("attributes.size", ("10",))),
        ("attributes.size = 10", AnyOf("attributes.size", (10.0,))),
        ("attributes.dimmable = true", AnyOf("attributes.dimmable", (True,))),
        ("attributes.größe = weiß", AnyOf("attributes.größe", ("weiß",))),
        (
            "released_at >= 2024-01-31",
            Range("released_at", gte=datetime(2024, 1, 31, tzinfo=UTC).timestamp()),
        ),
        (r'brand = "a \"b\" \\ c"', AnyOf("brand", (r'a "b" \ c',))),
        ("brand = HP AND price < 100", All((HP, CHEAP))),
        ("brand = HP or price < 100", Either((HP, CHEAP))),
        ("brand = HP and price < 100 Or in_stock = true", Either((All((HP, CHEAP)), STOCKED))),
        ("brand = HP AND (price < 100 OR in_stock = true)", All((HP, Either((CHEAP, STOCKED))))),
        ("NOT (brand = HP OR price < 100)", Not(Either((HP, CHEAP)))),
        ("NOT brand = HP AND price < 100", All((Not(HP), CHEAP))),
        ("ALL()", All(())),
        ("ALL(brand = HP)", All((HP,))),
        ("any(brand = HP, price < 100)", Either((HP, CHEAP))),
        ("brand = android", AnyOf("brand", ("android",))),
        ("  brand\n=\tHP ", HP),
    ],
)
def test_text_becomes_values(text: str, expected: Filter) -> None:
    assert parse_filter_text(text) == expected


@pytest.mark.parametrize(
    ("text", "place", "reason"),
    [
        ("", 1, "expected a condition, such as brand = HP"),
        ("   ", 4, "expected a condition"),
        ("brand", 6, "expected = or != or <, <=, >, >= or IN or NOT IN or a value"),
        ("brand =", 8, "expected a value"),
        ("brand HP", 9, "expected TO"),
        ("brand = HP Dell", 12, "expected AND or OR or the end, got Dell"),
        ("brand = HP AND", 15, "expected a condition"),
        ("(brand = HP", 12, "expected )"),
        ("brand = HP)", 11, "the end, got )"),
        ("brand IN HP", 10, "expected [, got HP"),
        ("brand IN []", 11, "expected a value, got ]"),
        ("brand IN [HP Dell]", 14, "expected a comma or ], got Dell"),
        ("price = > 5", 9, "expected a value, got >"),
        ("price 10 TO", 12, "expected a value"),
        ('brand = "HP', 9, "the quoted text that begins here has no end"),
        ("brand ! HP", 7, "! has no meaning here"),
        (r'brand = "a\n"', 11, "a backslash stands only before"),
        ("price > 5 > 6", 11, "> stands here for the second time"),
        ("brand = HP AND colour = red", 16, "unknown field 'colour'"),
        ("price < 9 AND brand < HP", 15, "brand has no order"),
        ("price IN [1, 2, cheap]", 17, "price holds numbers, got text"),
        ("price < 1 OR price > 1e999", 22, "expected a finite number"),
        ("NOT (rating > 1 AND rating < many)", 30, "rating holds numbers, got text"),
        ("released_at > soon", 15, "'soon' is not an ISO 8601 date"),
        ("in_stock != yes", 13, "in_stock is true or false, got text"),
        ('attributes."a\\\\b" = 1', 1, "an attribute's name holds no quotes"),
        ("ANY()", 5, "expected a condition, such as brand = HP, got )"),
    ],
)
def test_error_names_the_place_and_what_was_expected(text: str, place: int, reason: str) -> None:
    with pytest.raises(InvalidFilter) as caught:
        parse_filter_text(text, "$.then[0].filter")

    assert caught.value.path == "$.then[0].filter"
    assert caught.value.reason.startswith(f"at character {place}: ")
    assert reason in caught.value.reason


def test_error_stays_short_for_an_endless_word() -> None:
    with pytest.raises(InvalidFilter) as caught:
        parse_filter_text("brand = a " + "x" * 7_000)

    assert len(str(caught.value)) < 200


def test_text_may_be_as_long_as_an_address_and_no_longer() -> None:
    longest = 'brand = "' + "x" * (MAX_TEXT_LENGTH - 10) + '"'

    assert parse_filter_text(longest)
    with pytest.raises(InvalidFilter, match=f"at most {MAX_TEXT_LENGTH} characters"):
        parse_filter_text(longest + " ")


def test_bounds_are_those_of_the_json_form() -> None:
    assert parse_filter_text("NOT " * (MAX_DEPTH - 1) + "brand = HP")
    with pytest.raises(InvalidFilter, match=rf"nest at most {MAX_DEPTH} deep"):
        parse_filter_text("NOT " * MAX_DEPTH + "brand = HP")
    with pytest.raises(InvalidFilter, match=f"at most {MAX_CONDITIONS} conditions"):
        parse_filter_text(" OR ".join(["brand = HP"] * (MAX_CONDITIONS + 1)))


@pytest.mark.parametrize(
    ("hostile", "reason"),
    [
        ("(" * MAX_TEXT_LENGTH, "expected a condition"),
        ("NOT " * (MAX_TEXT_LENGTH // 4), "expected a condition"),
        ("ALL(" * 1_900 + "brand=a" + ")" * 390, "expected a comma or )"),
        ("NOT " * 1_990 + "brand=HP", "deep"),
        ("ALL(" * 1_500 + "brand=HP" + ")" * 1_500, "deep"),
        ('"' * MAX_TEXT_LENGTH, "expected a condition"),
        ('brand="' + '\\"' * 3_990, "has no end"),
        ("brand IN [" + "a," * 3_990, "expected a value"),
    ],
    ids=lambda value: value[:12],
)
def test_hostile_text_is_refused_at_once(hostile: str, reason: str) -> None:
    started = time.process_time()

    with pytest.raises(InvalidFilter, match=reason.replace(")", r"\)")):
        parse_filter_text(hostile)

    assert time.process_time() - started < 2


def test_parentheses_add_no_depth() -> None:
    assert parse_filter_text("(" * 3_000 + "brand = HP" + ")" * 3_000) == HP


NAMES = st.text(min_size=1, max_size=12).filter(
    lambda name: not set('"\\\x00\x1f').intersection(name)
)
ATTRIBUTES = NAMES.map(lambda name: f"attributes.{name}")
NUMBERS = st.floats(allow_nan=False, allow_infinity=False)
TEXTS = st.one_of(
    st.text(max_size=20).filter(lambda text: "\x00" not in text),
    st.sampled_from(["true", "AND", "10", "1e5", "Audio > Headphones", "in", "-", "nan"]),
)
ANY_OF = st.one_of(
    st.builds(
        lambda field, values: {"field": field, "any_of": values},
        st.sampled_from(sorted(TEXT_FIELDS)),
        st.lists(TEXTS, min_size=1, max_size=4),
    ),
    st.builds(
        lambda field, values: {"field": field, "any_of": values},
        st.sampled_from(sorted(NUMBER_FIELDS)),
        st.lists(NUMBERS, min_size=1, max_size=4),
    ),
    st.builds(
        lambda field, values: {"field": field, "any_of": values},
        st.sampled_from(sorted(FLAG_FIELDS)),
        st.lists(st.booleans(), min_size=1, max_size=2),
    ),
    st.builds(
        lambda field, values: {"field": field, "any_of": values},
        ATTRIBUTES,
        st.lists(st.one_of(TEXTS, NUMBERS, st.booleans()), min_size=1, max_size=4),
    ),
)
BOUNDS = st.lists(st.sampled_from(["gt", "gte", "lt", "lte"]), min_size=1, unique=True)
RANGES = st.one_of(
    st.builds(
        lambda field, bounds, number: {"field": field, **dict.fromkeys(bounds, number)},
        st.one_of(st.sampled_from(sorted(NUMBER_FIELDS)), ATTRIBUTES),
        BOUNDS,
        NUMBERS,
    ),
    st.builds(
        lambda bounds, moment: {
            "field": "released_at",
            **dict.fromkeys(bounds, moment.isoformat()),
        },
        BOUNDS,
        st.datetimes(timezones=st.one_of(st.none(), st.timezones())),
    ),
)
FILTERS: st.SearchStrategy[Any] = st.recursive(
    st.one_of(ANY_OF, RANGES, st.just({"all": []})),
    lambda inner: st.one_of(
        st.builds(lambda parts: {"all": parts}, st.lists(inner, max_size=3)),
        st.builds(lambda parts: {"any": parts}, st.lists(inner, min_size=1, max_size=3)),
        st.builds(lambda part: {"not": part}, inner),
    ),
    max_leaves=5,
).filter(lambda raw: _depth(raw) <= MAX_DEPTH)


def _depth(raw: object) -> int:
    if isinstance(raw, dict) and {"all", "any", "not"} & set(raw):
        (inner,) = raw.values()
        parts = inner if isinstance(inner, list) else [inner]
        return 1 + max(map(_depth, parts), default=0)
    return 1


@given(FILTERS)
def test_what_is_written_is_read_as_the_same_filter(raw: dict[str, object]) -> None:
    condition = parse_filter(raw)

    assert parse_filter_text(filter_text(condition)) == condition


@pytest.mark.parametrize("text", ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00"])
def test_moment_that_utc_has_no_year_for_can_be_written(text: str) -> None:
    condition = parse_filter({"field": "released_at", "gt": text})

    assert parse_filter_text(filter_text(condition)) == condition


@pytest.mark.parametrize(
    "text",
    [
        "brand = HP AND price < 100",
        'brand IN [HP, "Dell Inc"] AND (price 10 TO 50 OR in_stock = true)',
        "released_at >= 2024-01-31",
        'attributes."screen size" > 15 <= 17.5 AND attributes.colour != red',
        'NOT (categories = "Audio > Headphones" OR rating >= 4)',
    ],
)
def test_filter_is_written_as_a_person_would(text: str) -> None:
    assert filter_text(parse_filter_text(text)) == text


@given(st.text(alphabet='ab ()[],=!<>"\\1.\n', max_size=60))
def test_any_text_is_a_filter_or_an_error_with_a_place(text: str) -> None:
    try:
        parse_filter_text(text)
    except InvalidFilter as error:
        reason = error.reason
    else:
        return

    assert reason.startswith("at character ")
