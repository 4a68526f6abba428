"""Raw items against the item's shape: every reason, named by its field."""

from datetime import UTC, datetime
from typing import Any

import pytest

from indexing.documents import MAX_ATTRIBUTES, Item
from indexing.errors import InvalidItem
from indexing.validation import parse_item


def raw_item(**fields: Any) -> dict[str, object]:
    return {"id": "1", "title": "Lamp", **fields}


def reasons(raw: dict[str, object]) -> tuple[str, ...]:
    with pytest.raises(InvalidItem) as caught:
        parse_item(raw)
    return caught.value.reasons


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
