"""The generated items: what every one of them keeps to, and what the whole shop offers."""

import re
from collections import Counter, defaultdict
from datetime import datetime

import pytest

from app.sample.catalogue import Item, generate_items, type_of
from app.sample.commerce import REFERENCE_DATE
from app.sample.departments import DEPARTMENTS, keys_by_path, product_types
from app.sample.palette import COLOURS

FIELDS = {
    "id": str,
    "title": str,
    "description": str,
    "brand": str,
    "categories": list,
    "price": float,
    "currency": str,
    "in_stock": bool,
    "rating": float | None,
    "review_count": int,
    "popularity": float,
    "released_at": str,
    "group_id": str,
    "image_url": str,
    "url": str,
    "attributes": dict,
}


@pytest.fixture(scope="module")
def items() -> list[Item]:
    return generate_items()


def _attribute(item: Item, name: str) -> object:
    attributes = item["attributes"]
    assert isinstance(attributes, dict)
    return attributes.get(name)


def _paths(items: list[Item]) -> set[tuple[str, ...]]:
    return {tuple(item["categories"]) for item in items if isinstance(item["categories"], list)}


def _groups(items: list[Item]) -> dict[str, list[Item]]:
    groups: dict[str, list[Item]] = defaultdict(list)
    for item in items:
        groups[str(item["group_id"])].append(item)
    return groups


def test_shop_has_a_few_thousand_items_of_which_two_in_five_are_variants(items: list[Item]) -> None:
    sizes = Counter(str(item["group_id"]) for item in items)

    assert 3000 <= len(items) <= 5000
    variants = sum(size for size in sizes.values() if size > 1)
    assert 0.35 <= variants / len(items) <= 0.45


def test_every_item_has_exactly_the_agreed_fields_and_types(items: list[Item]) -> None:
    for item in items:
        assert item.keys() == FIELDS.keys()
        for name, kind in FIELDS.items():
            assert isinstance(item[name], kind), (item["id"], name)


def test_prices_ratings_and_dates_are_within_bounds(items: list[Item]) -> None:
    for item in items:
        price, rating, popularity = item["price"], item["rating"], item["popularity"]
        assert isinstance(price, float)
        assert isinstance(popularity, float)
        assert price > 0
        assert price == round(price, 2)
        assert 0 <= popularity <= 1
        assert (rating is None) == (item["review_count"] == 0)
        assert rating is None or (isinstance(rating, float) and 1 <= rating <= 5)
        assert datetime.fromisoformat(str(item["released_at"])) < REFERENCE_DATE


def test_ids_and_titles_are_unique_and_addresses_follow_the_id(items: list[Item]) -> None:
    assert len({item["id"] for item in items}) == len(items)
    assert len({item["title"] for item in items}) == len(items)
    for item in items:
        assert item["url"] == f"/items/{item['id']}"
        assert item["image_url"] == f"/sample/pictures/{item['id']}.svg"


def test_attributes_are_flat_and_colours_can_be_drawn(items: list[Item]) -> None:
    for item in items:
        attributes = item["attributes"]
        assert isinstance(attributes, dict)
        assert all(isinstance(value, str | int | float) for value in attributes.values())
        assert attributes.get("colour", "white") in COLOURS


def test_titles_and_descriptions_leave_no_gap_and_no_placeholder(items: list[Item]) -> None:
    for item in items:
        for text in (str(item["title"]), str(item["description"])):
            assert not re.search(r"[{}]|  | ,|,,|\.\.| \.|, *$", text), text
        sentences = re.findall(r"[.!?](?: |$)", str(item["description"]))
        assert 2 <= len(sentences) <= 4, item["description"]


def test_variants_share_type_brand_and_release_and_differ_in_attributes(items: list[Item]) -> None:
    for group in _groups(items).values():
        assert len({type_of(item) for item in group}) == 1
        assert len({item["brand"] for item in group}) == 1
        assert len({item["released_at"] for item in group}) == 1
        assert len({str(item["attributes"]) for item in group}) == len(group)


def test_more_storage_never_costs_less_within_one_product(items: list[Item]) -> None:
    for group in _groups(items).values():
        if type_of(group[0]) != "external-ssd":
            continue
        by_size = sorted(
            (float(str(_attribute(item, "capacity_tb"))), float(str(item["price"])))
            for item in group
        )
        prices = [price for _, price in by_size]
        assert prices == sorted(prices)


def test_every_department_and_every_type_is_on_sale(items: list[Item]) -> None:
    departments = {path[0] for path in keys_by_path() if path in _paths(items)}

    assert departments == {department.name for department in DEPARTMENTS}
    assert len(departments) >= 12
    assert {type_of(item) for item in items} == set(product_types())


def test_a_category_path_names_one_type() -> None:
    assert len(keys_by_path()) == len(product_types())


def test_tables_name_only_types_and_axes_that_exist() -> None:
    for kind in product_types().values():
        axes = {axis.name for axis in kind.axes}
        assert set(kind.vary) <= axes
        assert set(kind.siblings) <= product_types().keys()
        assert not kind.accessory_of or kind.accessory_of in product_types()


def test_accessories_name_a_product_that_is_on_sale(items: list[Item]) -> None:
    titles = [str(item["title"]) for item in items if type_of(item) == "smartphone"]
    cases = [item for item in items if type_of(item) == "phone-case"]

    for case in cases:
        host = _attribute(case, "fits")
        assert any(title.startswith(f"{host} ") for title in titles)


def test_some_items_are_sold_out_on_sale_new_and_without_reviews(items: list[Item]) -> None:
    assert 0.03 < sum(not item["in_stock"] for item in items) / len(items) < 0.25
    assert 0.05 < sum(_attribute(item, "sale") is True for item in items) / len(items) < 0.25
    assert sum(str(item["released_at"]) >= "2026-08" for item in items) > 100
    assert sum(item["rating"] is None for item in items) > 50
