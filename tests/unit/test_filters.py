"""The filter language: its JSON form, the errors that name a place, and its meaning in Python."""

from datetime import UTC, datetime

import pytest

from indexing.composition import payload_of
from indexing.errors import InvalidFilter
from indexing.filter_parser import MAX_CONDITIONS, MAX_DEPTH, MAX_VALUES, parse_filter
from indexing.filters import (
    All,
    AnyOf,
    Either,
    Filter,
    Not,
    Range,
    attribute_name,
    attribute_term,
    both,
    matches,
)
from tests.factories import make_item

BRAND: dict[str, object] = {"field": "brand", "any_of": ["Kori"]}


def nested(depth: int) -> dict[str, object]:
    raw = BRAND
    for _ in range(depth - 1):
        raw = {"not": raw}
    return raw


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        (BRAND, AnyOf("brand", ("Kori",))),
        ({"field": "price", "any_of": [5, 19.99]}, AnyOf("price", (5.0, 19.99))),
        ({"field": "in_stock", "any_of": [False]}, AnyOf("in_stock", (False,))),
        ({"field": "price", "gte": 5, "lt": 9}, Range("price", gte=5.0, lt=9.0)),
        ({"field": "attributes.dpi", "gt": -1}, Range("attributes.dpi", gt=-1.0)),
        (
            {"field": "attributes.a b.c", "any_of": ["x", True, 1]},
            AnyOf("attributes.a b.c", ("x", True, 1.0)),
        ),
        ({"all": []}, All(())),
        ({"all": [BRAND]}, All((AnyOf("brand", ("Kori",)),))),
        ({"any": [BRAND]}, Either((AnyOf("brand", ("Kori",)),))),
        ({"not": BRAND}, Not(AnyOf("brand", ("Kori",)))),
    ],
    ids=str,
)
def test_json_form_becomes_values(raw: dict[str, object], expected: Filter) -> None:
    assert parse_filter(raw) == expected


@pytest.mark.parametrize(
    "text",
    ["2026-01-01", "2026-01-01T00:00:00", "2026-01-01T00:00:00Z", "2026-01-01T02:00:00+02:00"],
)
def test_date_is_seconds_in_utc_whatever_its_spelling(text: str) -> None:
    condition = parse_filter({"field": "released_at", "lte": text})

    assert condition == Range("released_at", lte=datetime(2026, 1, 1, tzinfo=UTC).timestamp())


@pytest.mark.parametrize(
    ("raw", "path", "reason"),
    [
        (None, "$", "expected an object, got null"),
        ([BRAND], "$", "expected an object, got a list"),
        ("brand", "$", "expected an object, got text"),
        (True, "$", "expected an object, got a boolean"),
        (3, "$", "expected an object, got a number"),
        ({}, "$", 'expected one of {"all"'),
        ({"all": [], "any": []}, "$", 'expected one of {"all"'),
        ({"all": BRAND}, "$.all", "expected a list, got an object"),
        ({"any": []}, "$.any", "needs at least one part"),
        ({"all": [BRAND, 7]}, "$.all[1]", "expected an object, got a number"),
        ({"not": {"any": [{"not": None}]}}, "$.not.any[0].not", "got null"),
        ({"field": 7, "gt": 1}, "$.field", "expected a field's name, got a number"),
        ({"field": "colour", "any_of": ["red"]}, "$.field", "unknown field 'colour'; fields are"),
        ({"field": "attributes.", "any_of": ["red"]}, "$.field", "unknown field"),
        ({"field": "brand"}, "$", "either any_of, or some of"),
        ({"field": "price", "any_of": [1], "gt": 1}, "$", "either any_of, or some of"),
        ({"field": "brand", "equals": "Kori"}, "$.equals", "unknown; a condition takes"),
        ({"field": "brand", "all": []}, "$.all", "unknown; a condition takes"),
        ({"field": "brand", "any_of": "Kori"}, "$.any_of", "list of at least one value"),
        ({"field": "brand", "any_of": []}, "$.any_of", "list of at least one value"),
        ({"field": "brand", "any_of": ["Kori", 7]}, "$.any_of[1]", "brand holds text"),
        ({"field": "brand", "any_of": [None]}, "$.any_of[0]", "brand holds text, got null"),
        ({"field": "brand", "gt": "a"}, "$", "brand has no order; use any_of"),
        ({"field": "in_stock", "gte": 1}, "$", "in_stock has no order; use any_of"),
        ({"field": "in_stock", "any_of": [1]}, "$.any_of[0]", "true or false, got a number"),
        ({"field": "price", "any_of": [True]}, "$.any_of[0]", "price holds numbers"),
        ({"field": "price", "any_of": ["5"]}, "$.any_of[0]", "price holds numbers, got text"),
        ({"field": "price", "gt": False}, "$.gt", "price holds numbers, got a boolean"),
        ({"field": "price", "gt": None}, "$.gt", "price holds numbers, got null"),
        ({"field": "attributes.x", "any_of": [["y"]]}, "$.any_of[0]", "got a list"),
        ({"field": "released_at", "any_of": ["2026"]}, "$.any_of[0]", "is a date; use gt"),
        ({"field": "released_at", "gt": 5}, "$.gt", "takes an ISO 8601 date, got a number"),
        ({"field": "released_at", "gt": "soon"}, "$.gt", "'soon' is not an ISO 8601 date"),
    ],
    ids=str,
)
def test_error_names_the_place_and_what_is_wrong(raw: object, path: str, reason: str) -> None:
    with pytest.raises(InvalidFilter) as caught:
        parse_filter(raw)

    assert caught.value.path == path
    assert reason in caught.value.reason


@pytest.mark.parametrize("number", [float("nan"), float("inf"), -float("inf"), 10**400])
def test_number_that_no_item_can_hold_is_refused(number: float) -> None:
    with pytest.raises(InvalidFilter, match=r"\$\.gte: expected a finite number"):
        parse_filter({"field": "price", "gte": number})


@pytest.mark.parametrize("name", ['screen "inch"', "back\\slash", "nul\x00", "part\x1f"])
def test_attribute_that_no_backend_can_address_is_refused(name: str) -> None:
    with pytest.raises(InvalidFilter, match=r"\$\.field: an attribute's name holds no quotes"):
        parse_filter({"field": f"attributes.{name}", "gt": 1})


def test_text_with_a_nul_is_refused_since_rules_with_it_cannot_be_stored() -> None:
    with pytest.raises(InvalidFilter, match=r"\$\.any_of\[0\]: holds a NUL"):
        parse_filter({"field": "brand", "any_of": ["a\x00"]})


def test_error_stays_short_for_an_endless_field_name() -> None:
    with pytest.raises(InvalidFilter) as caught:
        parse_filter({"field": "x" * 1_000_000, "any_of": ["red"]})

    assert len(str(caught.value)) < 400


def test_error_path_begins_where_the_caller_says() -> None:
    with pytest.raises(InvalidFilter) as caught:
        parse_filter({"all": [None]}, "$[3].then[0].filter")

    assert caught.value.path == "$[3].then[0].filter.all[0]"


def test_filter_may_nest_to_the_bound_and_no_deeper() -> None:
    assert parse_filter(nested(MAX_DEPTH))
    with pytest.raises(InvalidFilter, match=f"nest at most {MAX_DEPTH} deep"):
        parse_filter(nested(MAX_DEPTH + 1))


def test_conditions_are_counted_over_the_whole_filter() -> None:
    half = [BRAND] * (MAX_CONDITIONS // 2)

    assert parse_filter({"any": [{"all": half}, {"all": half}]})
    with pytest.raises(InvalidFilter) as caught:
        parse_filter({"all": [{"any": half}, {"any": half}, BRAND]})

    assert caught.value.path == "$.all[2]"
    assert f"at most {MAX_CONDITIONS} conditions" in caught.value.reason


def test_endless_list_of_empty_parts_is_refused() -> None:
    with pytest.raises(InvalidFilter, match=f"at most {MAX_CONDITIONS} conditions"):
        parse_filter({"all": [{"all": []}] * (MAX_CONDITIONS + 1)})


def test_too_many_values_are_refused() -> None:
    assert parse_filter({"field": "id", "any_of": ["a"] * MAX_VALUES})
    with pytest.raises(InvalidFilter, match=f"at most {MAX_VALUES} values"):
        parse_filter({"field": "id", "any_of": ["a"] * (MAX_VALUES + 1)})


def test_conjunction_leaves_out_what_is_not_asked() -> None:
    one, other = AnyOf("brand", ("Kori",)), Range("price", gt=1.0)

    assert both() is None
    assert both(None, None) is None
    assert both(None, one) == one
    assert both(one, None, other) == All((one, other))


def test_attribute_terms_tell_kinds_apart_and_not_spellings_of_one_number() -> None:
    kinds = {attribute_term("x", value) for value in (True, 1, "1", "true")}

    assert len(kinds) == 4
    assert attribute_term("x", 1) == attribute_term("x", 1.0)
    assert attribute_term("x", 0.0) == attribute_term("x", -0.0)


def test_attribute_name_is_what_follows_the_prefix() -> None:
    assert attribute_name("attributes.height cm") == "height cm"
    assert attribute_name("attributes.a.b") == "a.b"
    assert attribute_name("price") is None


LAMP = payload_of(
    make_item(
        "lamp",
        brand="Lumo",
        categories=("Home", "Lamps"),
        price=40.0,
        in_stock=False,
        released_at=datetime(2026, 3, 1, tzinfo=UTC),
        attributes={"colour": "black", "watts": 9.5, "dimmable": True},
    )
)


@pytest.mark.parametrize(
    ("raw", "passes"),
    [
        ({"field": "brand", "any_of": ["Kori", "Lumo"]}, True),
        ({"field": "brand", "any_of": ["lumo"]}, False),
        ({"field": "categories", "any_of": ["Lamps"]}, True),
        ({"field": "categories", "any_of": ["Home > Lamps"]}, True),
        ({"field": "in_stock", "any_of": [False]}, True),
        ({"field": "in_stock", "any_of": [True]}, False),
        ({"field": "group_id", "any_of": ["lamp"]}, True),
        ({"field": "price", "any_of": [40]}, True),
        ({"field": "price", "gte": 40, "lte": 40}, True),
        ({"field": "price", "gt": 40}, False),
        ({"field": "price", "lt": 40}, False),
        ({"field": "rating", "gte": 0}, False),
        ({"not": {"field": "rating", "gte": 0}}, True),
        ({"field": "released_at", "gt": "2026-02-28", "lt": "2026-03-02"}, True),
        ({"field": "attributes.colour", "any_of": ["black"]}, True),
        ({"field": "attributes.colour", "gt": 1}, False),
        ({"field": "attributes.watts", "any_of": [9.5]}, True),
        ({"field": "attributes.watts", "any_of": ["9.5"]}, False),
        ({"field": "attributes.watts", "gt": 9, "lt": 10}, True),
        ({"field": "attributes.dimmable", "any_of": [True]}, True),
        ({"field": "attributes.dimmable", "any_of": [1]}, False),
        ({"field": "attributes.dimmable", "gte": 0}, False),
        ({"field": "attributes.absent", "any_of": ["x"]}, False),
        ({"all": []}, True),
        ({"any": [{"field": "price", "gt": 99}, {"field": "brand", "any_of": ["Lumo"]}]}, True),
        ({"any": [{"field": "price", "gt": 99}, {"field": "price", "lt": 1}]}, False),
        ({"all": [{"field": "price", "gt": 1}, {"field": "price", "gt": 99}]}, False),
    ],
    ids=str,
)
def test_filter_passes_what_it_means(raw: dict[str, object], passes: bool) -> None:
    assert matches(parse_filter(raw), LAMP) is passes
