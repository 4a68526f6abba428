"""The soft rules: what about an accepted item is odd, and what only looks so."""

from typing import Any

import pytest

from indexing.documents import Item
from indexing.quality import warnings_of


def make_item(**fields: Any) -> Item:
    """Nothing about it is odd but what a test says."""
    return Item(
        **{
            "id": "1",
            "title": "Lumo desk lamp",
            "description": "Warm light in five steps.",
            "categories": ("Home", "Lamps"),
            "price": 39.9,
            "rating": 4.5,
            "review_count": 12,
            "image_url": "https://shop.example/1.jpg",
            **fields,
        }
    )


def test_good_item_gets_no_warning() -> None:
    assert warnings_of(make_item()) == ()


@pytest.mark.parametrize(
    ("fields", "warning"),
    [
        ({"title": "LUMO DESK LAMP"}, "title-in-capitals"),
        ({"title": "GRÖẞE ЛАМПА"}, "title-in-capitals"),
        ({"title": "x" * 201}, "title-long"),
        ({"description": ""}, "description-missing"),
        ({"description": " \n"}, "description-missing"),
        ({"description": "LUMO  desk\nlamp "}, "description-repeats-title"),
        ({"categories": ()}, "categories-missing"),
        ({"price": None}, "price-missing"),
        ({"price": 0.0}, "price-zero"),
        ({"price": -0.0}, "price-zero"),
        ({"review_count": 0}, "rating-without-reviews"),
        ({"image_url": ""}, "image-missing"),
    ],
)
def test_odd_item_is_told_by_the_rule_that_it_trips(fields: dict[str, Any], warning: str) -> None:
    assert warnings_of(make_item(**fields)) == (warning,)


@pytest.mark.parametrize(
    "fields",
    [
        {"title": "NIKON D850"},
        {"title": "LUMO DESK LAMP for two"},
        {"title": "日本語の机上用照明器具です"},
        {"title": "12345678 / 9"},
        {"title": "x" * 200},
        {"description": "Lumo desk lamp, black"},
        {"price": 0.01},
        {"rating": None, "review_count": 0},
        {"rating": 0.0, "review_count": 0},
    ],
    ids=str,
)
def test_what_only_looks_odd_is_let_pass(fields: dict[str, Any]) -> None:
    assert warnings_of(make_item(**fields)) == ()


@pytest.mark.parametrize(
    ("changed", "warnings"),
    [
        (("in_stock", "attributes"), ()),
        (("price", "currency"), ("price-zero",)),
        (("title",), ("title-in-capitals", "description-repeats-title")),
        (("description",), ("description-repeats-title",)),
        (("review_count",), ("rating-without-reviews",)),
    ],
)
def test_change_of_some_fields_is_judged_by_the_rules_on_them(
    changed: tuple[str, ...], warnings: tuple[str, ...]
) -> None:
    odd = make_item(
        title="LUMO DESK LAMP",
        description="lumo desk lamp",
        price=0.0,
        review_count=0,
        categories=(),
    )

    assert warnings_of(odd, changed) == warnings


def test_warnings_come_in_the_order_of_the_contract() -> None:
    bare = Item(id="1", title="CHEAP CHEAP CHEAP", price=0.0)

    assert warnings_of(bare) == (
        "title-in-capitals",
        "description-missing",
        "categories-missing",
        "price-zero",
        "image-missing",
    )
