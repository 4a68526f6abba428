"""Raw items and changes of fields against the contract: every problem, with path and rule."""

from datetime import UTC, datetime
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexing.documents import MAX_ATTRIBUTES, Item
from indexing.errors import InvalidItem, ItemProblem
from indexing.filters import UNUSABLE_IN_NAMES
from indexing.validation import MAX_PROBLEMS, MAX_REASON, Problems, parse_fields, parse_item


def raw_item(**fields: Any) -> dict[str, object]:
    return {"id": "1", "title": "Lamp", **fields}


def reasons(raw: dict[str, object]) -> tuple[str, ...]:
    with pytest.raises(InvalidItem) as caught:
        parse_item(raw)
    return caught.value.reasons


def problems(raw: object) -> tuple[ItemProblem, ...]:
    with pytest.raises(InvalidItem) as caught:
        parse_item(raw)
    return caught.value.problems


def patch_problems(raw: object) -> list[tuple[str, str, str]]:
    with pytest.raises(InvalidItem) as caught:
        parse_fields(raw)
    return [(problem.path, problem.rule, problem.reason) for problem in caught.value.problems]


def nested(depth: int) -> list[Any]:
    value: list[Any] = []
    for _ in range(depth):
        value = [value]
    return value


def test_item_with_every_field_is_read_into_its_types() -> None:
    item = parse_item(
        raw_item(
            description="Bright.",
            brand="Lumo",
            categories=["Home", "Lamps"],
            price=40,
            currency="SEK",
            in_stock=False,
            rating=4.5,
            review_count=12,
            popularity=3,
            released_at="2026-03-01T00:00:00Z",
            group_id="lamps",
            image_url="https://shop.example/1.jpg",
            url="https://shop.example/1",
            attributes={"colour": "black", "watts": 9, "dimmable": True},
        )
    )

    assert item == Item(
        id="1",
        title="Lamp",
        description="Bright.",
        brand="Lumo",
        categories=("Home", "Lamps"),
        price=40.0,
        currency="SEK",
        in_stock=False,
        rating=4.5,
        review_count=12,
        popularity=3.0,
        released_at=datetime(2026, 3, 1, tzinfo=UTC),
        group_id="lamps",
        image_url="https://shop.example/1.jpg",
        url="https://shop.example/1",
        attributes={"colour": "black", "watts": 9.0, "dimmable": True},
    )
    assert isinstance(item.attributes["watts"], float)


def test_null_is_as_good_as_absent_where_a_field_may_be() -> None:
    assert parse_item(raw_item(price=None, brand=None)) == Item(id="1", title="Lamp")


def test_every_problem_is_reported_at_once() -> None:
    found = reasons({"id": None, "price": -1, "colour": "red", "currency": "euro"})

    assert [reason.split(":")[0] for reason in found] == [
        "id",
        "title",
        "price",
        "colour",
        "currency",
    ]
    assert "colour: not a field of an item" in found
    assert "title: missing" in found


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"id": "a b"}, "id: expected 1 to 128 characters without blanks, got 'a b'"),
        ({"id": "1\n"}, "id: expected 1 to 128 characters without blanks, got '1\\n'"),
        ({"id": ""}, "id: expected 1 to 128 characters without blanks, got ''"),
        ({"id": "x" * 129}, "id: expected 1 to 128 characters"),
        ({"id": 17}, "id: Expected `str`, got `int`"),
        ({"title": ""}, "title: missing"),
        ({"title": " \t"}, "title: missing"),
        ({"title": "x" * 1_001}, "title: Expected `str` of length <= 1000"),
        ({"currency": "eur"}, "currency: expected three capital letters such as EUR, got 'eur'"),
        ({"currency": "EUR\n"}, "currency: expected three capital letters such as EUR"),
        ({"price": True}, "price: Expected `float | null`, got `bool`"),
        ({"price": "5"}, "price: Expected `float | null`, got `str`"),
        ({"price": 2e9}, "price: Expected `float` <= 1000000000.0"),
        ({"price": float("nan")}, "price: expected a finite number, got nan"),
        ({"popularity": float("inf")}, "popularity: expected a finite number, got inf"),
        ({"price": 10**400}, "price: Number out of range"),
        ({"review_count": 10**400}, "review_count: "),
        ({"review_count": 2**31}, "review_count: Expected `int` <= 2147483647"),
        ({"review_count": 1.5}, "review_count: Expected `int`, got `float`"),
        ({"rating": 5.1}, "rating: Expected `float` <= 5.0"),
        ({"in_stock": 1}, "in_stock: Expected `bool`, got `int`"),
        ({"categories": "Lamps"}, "categories: Expected `array`, got `str`"),
        ({"categories": ["Home", 7]}, "categories: Expected `str`, got `int` - at `$[1]`"),
        ({"categories": [""]}, "categories: Expected `str` of length >= 1 - at `$[0]`"),
        ({"categories": ["c"] * 13}, "categories: Expected `array` of length <= 12"),
        ({"categories": ["a", "b\x00"]}, "categories: holds a NUL character"),
        ({"description": "a\x00b"}, "description: holds a NUL character"),
        ({"released_at": "soon"}, "released_at: Invalid RFC3339 encoded datetime"),
        ({"released_at": "0001-01-01T00:00:00+01:00"}, "released_at: expected a date from"),
        ({"attributes": ["red"]}, "attributes: expected an object of names and values"),
        ({"attributes": {"x": None}}, "attributes: x: holds text, a number or a boolean"),
        ({"attributes": {"x": ["red"]}}, "attributes: x: holds text, a number or a boolean"),
        ({"attributes": {"x": float("nan")}}, "attributes: x: expected a finite number"),
        ({"attributes": {"x": 10**400}}, "attributes: x: expected a finite number"),
        ({"attributes": {"x": "a\x00"}}, "attributes: x: at most 20000 characters and no NUL"),
        ({"attributes": {"x": "a" * 20_001}}, "attributes: x: at most 20000 characters"),
        ({"attributes": {"": 1}}, "attributes: a name has 1 to 200 characters, got ''"),
        ({"attributes": {"x" * 201: 1}}, "attributes: a name has 1 to 200 characters"),
        ({"attributes": {'size "': 1}}, "attributes: a name holds no quotes"),
        ({"attributes": {"a\\b": 1}}, "attributes: a name holds no quotes, backslashes"),
        ({"attributes": {"a\x1fb": 1}}, "attributes: a name holds no quotes, backslashes"),
    ],
    ids=lambda value: str(value)[:60],
)
def test_wrong_value_is_reported_under_its_field(fields: dict[str, Any], reason: str) -> None:
    found = reasons(raw_item(**fields))

    assert len(found) == 1
    assert found[0].startswith(reason)


def test_reason_stays_short_for_an_endless_value() -> None:
    found = reasons(raw_item(id="a " * 100_000, attributes={"x" * 100_000: 1}))

    assert all(len(reason) < 200 for reason in found)


def test_number_of_attributes_is_bounded() -> None:
    full: dict[str, object] = {f"a{n}": n for n in range(MAX_ATTRIBUTES)}

    assert len(parse_item(raw_item(attributes=full)).attributes) == MAX_ATTRIBUTES
    assert reasons(raw_item(attributes={**full, "more": 1})) == (
        f"attributes: at most {MAX_ATTRIBUTES} attributes, got {MAX_ATTRIBUTES + 1}",
    )


def test_boolean_attribute_stays_a_boolean() -> None:
    item = parse_item(raw_item(attributes={"flag": True, "one": 1}))

    assert item.attributes["flag"] is True
    assert item.attributes["one"] == 1.0
    assert not isinstance(item.attributes["one"], bool)


@pytest.mark.parametrize(
    "text", ["2026-03-01T00:00:00", "2026-03-01T00:00:00Z", "2026-03-01T05:30:00+05:30"]
)
def test_date_is_the_same_moment_in_utc_wherever_the_service_runs(text: str) -> None:
    item = parse_item(raw_item(released_at=text))

    assert item.released_at == datetime(2026, 3, 1, tzinfo=UTC)
    assert item.released_at.tzinfo is UTC


def test_text_of_any_script_is_taken_as_it_is() -> None:
    item = parse_item(
        raw_item(id="ключ-1", title="हिन्दी 👩‍🔬 日本語", attributes={"größe cm": "ß"})
    )

    assert item.title == "हिन्दी 👩‍🔬 日本語"
    assert item.attributes == {"größe cm": "ß"}


@pytest.mark.parametrize(
    ("fields", "path", "rule"),
    [
        ({"id": None}, "$.id", "required"),
        ({"id": "a b"}, "$.id", "pattern"),
        ({"id": "x" * 129}, "$.id", "length"),
        ({"id": "a\udc00"}, "$.id", "characters"),
        ({"title": " "}, "$.title", "required"),
        ({"title": "x" * 1_001}, "$.title", "length"),
        ({"description": "a\x00b"}, "$.description", "characters"),
        ({"brand": "\ud800"}, "$.brand", "characters"),
        ({"currency": "eur"}, "$.currency", "pattern"),
        ({"price": "5"}, "$.price", "type"),
        ({"price": True}, "$.price", "type"),
        ({"price": -1}, "$.price", "range"),
        ({"price": float("-inf")}, "$.price", "finite"),
        ({"price": 10**400}, "$.price", "finite"),
        ({"review_count": False}, "$.review_count", "type"),
        ({"review_count": 2**31}, "$.review_count", "range"),
        ({"review_count": 10**400}, "$.review_count", "range"),
        ({"review_count": -(10**5000)}, "$.review_count", "range"),
        ({"released_at": "2026-02-30T00:00:00Z"}, "$.released_at", "date"),
        ({"released_at": "0001-01-01T00:00:00+01:00"}, "$.released_at", "date"),
        ({"released_at": 1772323200}, "$.released_at", "type"),
        ({"released_at": "\ud800"}, "$.released_at", "characters"),
        ({"categories": "Lamps"}, "$.categories", "type"),
        ({"categories": ["c"] * 13}, "$.categories", "too-many"),
        ({"categories": [7] * 13}, "$.categories", "too-many"),
        ({"categories": ["Home", ""]}, "$.categories[1]", "length"),
        ({"categories": ["Home", "a\x00"]}, "$.categories[1]", "characters"),
        ({"attributes": []}, "$.attributes", "type"),
        ({"attributes": {"colour": None}}, "$.attributes.colour", "type"),
        ({"attributes": {"größe": []}}, "$.attributes.größe", "type"),
        ({"attributes": {"size cm": []}}, "$.attributes['size cm']", "type"),
        ({"attributes": {"2nd": []}}, "$.attributes['2nd']", "type"),
        ({"attributes": {"it's\n": []}}, "$.attributes['it\\'s\\u000a']", "type"),
        ({"attributes": {"x": float("inf")}}, "$.attributes.x", "finite"),
        ({"attributes": {"x": 10**400}}, "$.attributes.x", "finite"),
        ({"attributes": {"x": "a" * 20_001}}, "$.attributes.x", "length"),
        ({"attributes": {"x": "\x00"}}, "$.attributes.x", "characters"),
        ({"attributes": {"x": "\udfff"}}, "$.attributes.x", "characters"),
        ({"attributes": {"": 1}}, "$.attributes['']", "length"),
        ({"attributes": {'5"': 1}}, "$.attributes['5\"']", "pattern"),
        ({"attributes": {"\ud800": 1}}, "$.attributes['\\ud800']", "characters"),
        ({"colour": "red"}, "$.colour", "unknown-field"),
        ({"a.b": "red"}, "$['a.b']", "unknown-field"),
        ({"\x00": "red"}, "$['\\u0000']", "unknown-field"),
    ],
)
def test_problem_has_the_path_of_the_value_and_the_rule_that_it_breaks(
    fields: dict[str, Any], path: str, rule: str
) -> None:
    found = problems(raw_item(**fields))

    assert [(problem.path, problem.rule) for problem in found] == [(path, rule)]


@pytest.mark.parametrize("raw", [None, [], "item", 5, True, float("nan"), nested(100_000)])
def test_what_is_no_object_is_no_item(raw: object) -> None:
    expected = ItemProblem("$", "type", "expected an object of fields and values")

    assert problems(raw)[0] == expected
    assert str(expected) == "item: expected an object of fields and values"
    assert patch_problems(raw) == [("$", "type", "expected an object of fields and values")]


def test_every_bad_category_and_attribute_is_told() -> None:
    found = problems(raw_item(categories=["", "Home", 7], attributes={"a": [], "b": 1, "c": {}}))

    assert [problem.path for problem in found] == [
        "$.categories[0]",
        "$.categories[2]",
        "$.attributes.a",
        "$.attributes.c",
    ]


def test_value_nested_without_end_is_one_problem_and_no_crash() -> None:
    deep = nested(100_000)
    found = problems(
        {"id": deep, "title": deep, "categories": [deep], "attributes": {"a": deep}, "b": deep}
    )

    assert [(problem.path, problem.rule) for problem in found] == [
        ("$.id", "type"),
        ("$.title", "type"),
        ("$.categories[0]", "type"),
        ("$.attributes.a", "type"),
        ("$.b", "unknown-field"),
    ]


@pytest.mark.parametrize(
    "raw",
    [
        raw_item(attributes={f"attribute {n}": [] for n in range(MAX_ATTRIBUTES)}),
        raw_item(**{f"field{n}": n for n in range(100_000)}),
        raw_item(**{"\x01" * 10_000 + str(n): n for n in range(100)}),
        raw_item(attributes={"\x00" * 200 + "x" * n: n for n in range(1_000)}),
    ],
    ids=["attributes", "fields", "long fields", "unusable attributes"],
)
def test_report_on_one_item_stays_short_however_much_is_wrong(raw: dict[str, object]) -> None:
    found = problems(raw)

    assert len(found) == MAX_PROBLEMS
    assert found[-1] == ItemProblem("$", "too-many", "further problems are not listed")
    assert all(problem.path != "$" for problem in found[:-1])
    assert len(msgspec.json.encode(found)) < 100_000


def test_exactly_as_many_problems_as_are_listed_leave_none_out() -> None:
    found = problems(raw_item(attributes={f"a{n}": [] for n in range(MAX_PROBLEMS)}))

    assert [problem.path for problem in found] == [
        f"$.attributes.a{n}" for n in range(MAX_PROBLEMS)
    ]


def test_long_reason_is_cut() -> None:
    gathered = Problems()
    gathered.add("$.price", "type", "x" * 10_000)

    (problem,) = gathered.as_error().problems
    assert problem.reason == "x" * (MAX_REASON - 1) + "…"


def test_changed_fields_are_read_into_their_types_and_the_rest_is_left_out() -> None:
    changed = parse_fields(
        {
            "price": 5,
            "brand": None,
            "categories": ["Home"],
            "released_at": "2026-03-01T00:00:00Z",
            "attributes": {"colour": "red", "watts": 9, "old": None},
        }
    )

    assert changed == {
        "price": 5.0,
        "brand": None,
        "categories": ("Home",),
        "released_at": datetime(2026, 3, 1, tzinfo=UTC),
        "attributes": {"colour": "red", "watts": 9.0, "old": None},
    }
    assert isinstance(changed["price"], float)


def test_patch_may_change_nothing_or_remove_all_attributes() -> None:
    assert parse_fields({}) == {}
    assert parse_fields({"attributes": None}) == {"attributes": None}
    assert parse_fields({"attributes": {}}) == {"attributes": {}}


def test_patch_reports_every_problem_and_never_removes_what_an_item_needs() -> None:
    found = patch_problems(
        {
            "title": None,
            "id": None,
            "price": -1,
            "colour": None,
            "attributes": {"a": None, "b": [], "c\\": None},
        }
    )

    assert found == [
        ("$.id", "required", "cannot be removed"),
        ("$.title", "required", "cannot be removed"),
        ("$.price", "range", "Expected `float` >= 0.0"),
        ("$.colour", "unknown-field", "not a field of an item"),
        ("$.attributes.b", "type", "b: holds text, a number or a boolean"),
        (
            "$.attributes['c\\\\']",
            "pattern",
            "a name holds no quotes, backslashes or control characters: 'c\\\\'",
        ),
    ]


any_text = st.text(st.characters(), max_size=12)
any_json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | any_text,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(any_text, inner, max_size=4),
    max_leaves=12,
)
numbers = st.integers(-1, 6) | st.floats(-1, 6) | st.just(10**400)
names = st.sampled_from(["colour", "size cm", "größe", ""]) | any_text
attributes = st.dictionaries(names, any_text | st.booleans() | numbers | st.none(), max_size=4)
likely_fields: dict[str, st.SearchStrategy[Any]] = {
    "description": any_text,
    "brand": any_text,
    "categories": st.lists(any_text, max_size=13),
    "price": numbers,
    "currency": st.sampled_from(["EUR", "SEK", "eur", "EURO"]),
    "in_stock": st.booleans(),
    "rating": numbers,
    "review_count": st.integers(-1, 2**31),
    "popularity": numbers,
    "released_at": st.datetimes(timezones=st.none() | st.timezones()).map(datetime.isoformat),
    "group_id": any_text,
    "attributes": attributes,
}
likely_items = st.fixed_dictionaries(
    {"id": st.sampled_from(["1", "SKU-2"]) | any_text, "title": any_text},
    optional={name: likely | st.none() | any_json for name, likely in likely_fields.items()},
)


def assert_keeps_to_contract(item: Item) -> None:
    """Written anew, so that a check and what it lets pass are not one and the same."""
    assert 1 <= len(item.id) <= 128
    assert not any(map(str.isspace, item.id))
    assert item.title.strip()
    assert len(item.currency) == 3
    assert item.currency.isupper()
    assert len(item.categories) <= 12
    assert all(1 <= len(name) <= 200 for name in item.categories)
    assert item.price is None or 0 <= item.price <= 1e9
    assert item.rating is None or 0 <= item.rating <= 5
    assert 0 <= item.review_count < 2**31
    assert 0 <= item.popularity <= 1e12
    assert item.released_at is None or item.released_at.tzinfo is UTC
    for name, value in item.attributes.items():
        assert 1 <= len(name) <= 200
        assert not UNUSABLE_IN_NAMES.intersection(name)
        assert isinstance(value, (str, float, bool))
    numbers = [item.price, item.rating, item.review_count, item.popularity]
    assert all(type(number) in (float, int) for number in numbers if number is not None)
    stored = msgspec.json.encode(item)
    assert b"\\u0000" not in stored.replace(b"\\\\", b"")
    assert msgspec.json.decode(stored, type=Item) == item


def assert_tellable(error: InvalidItem) -> None:
    assert 1 <= len(error.problems) <= MAX_PROBLEMS
    assert all(problem.path.startswith("$") for problem in error.problems)
    assert all(len(problem.reason) <= MAX_REASON for problem in error.problems)
    assert "\x00" not in str(error)  # Postgres stores none, nor half of a surrogate pair.
    assert str(error).encode()
    assert msgspec.json.encode(error.problems)


@given(any_json | likely_items)
def test_any_json_is_an_item_of_the_contract_or_refused_with_problems(raw: object) -> None:
    try:
        item = parse_item(raw)
    except InvalidItem as error:
        assert_tellable(error)
    else:
        assert_keeps_to_contract(item)
        assert parse_item(msgspec.to_builtins(item)) == item


@given(any_json | likely_items)
def test_any_json_is_a_patch_of_the_contract_or_refused_with_problems(raw: object) -> None:
    try:
        changed = parse_fields(raw)
    except InvalidItem as error:
        assert_tellable(error)
    else:
        assert isinstance(raw, dict)
        assert changed.keys() == raw.keys()
        held = {name: value for name, value in changed.items() if value is not None}
        if held.get("attributes"):
            held["attributes"] = {n: v for n, v in held["attributes"].items() if v is not None}
        assert_keeps_to_contract(Item(**{"id": "1", "title": "Lamp", **held}))


@given(likely_items)
def test_patch_of_a_whole_item_has_the_values_of_that_item(raw: dict[str, Any]) -> None:
    try:
        item = parse_item(raw)
    except InvalidItem:
        return

    assert all(
        value is None or value == getattr(item, name) for name, value in parse_fields(raw).items()
    )
