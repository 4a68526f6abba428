"""The catalogue in columns: what passes a filter, and what a change does."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.catalogue.columns import MAX_ATTRIBUTES_HELD, CatalogueColumns
from app.catalogue.counting import count_by_code, count_groups, first_of_each
from app.catalogue.labels import Labels, Numbers
from app.catalogue.ranges import round_bounds
from indexing.composition import MAX_TERM_LENGTH, payload_of
from indexing.documents import AttributeValue, Item
from indexing.filters import All, AnyOf, Either, Filter, Not, Range, matches
from tests.factories import NOW, make_item


def rows(*numbers: int) -> Any:
    return np.array(numbers, np.intp)


def columns_of(*items: Item) -> CatalogueColumns:
    """With the keys 1, 2, 3, …"""

    def read(name: str) -> list[tuple[int, AttributeValue]]:
        known = enumerate(items, start=1)
        return [(key, item.attributes[name]) for key, item in known if name in item.attributes]

    columns = CatalogueColumns(read)
    for key, item in enumerate(items, start=1):
        columns.put(key, 1, item)
    return columns


ITEMS = st.builds(
    lambda **fields: fields,
    brand=st.sampled_from(("", "Kori", "Brizo")),
    categories=st.sampled_from(((), ("Kitchen",), ("Kitchen", "Mugs"), ("Mugs", "Kitchen"))),
    price=st.sampled_from((None, 0.0, 5.0, 7.5)),
    rating=st.sampled_from((None, 0.0, 4.5)),
    in_stock=st.booleans(),
    released_at=st.sampled_from((None, NOW)),
    group_id=st.sampled_from(("", "g")),
    attributes=st.dictionaries(
        st.sampled_from(("size", "colour")), st.sampled_from(("red", "1", 1.0, -0.0, True, False))
    ),
)
FIELDS = ("brand", "categories", "in_stock", "price", "group_id", "attributes.size")
SIZES: tuple[AttributeValue, ...] = ("red", "1", 1.0, 0.0, True)
CONDITIONS: st.SearchStrategy[Filter] = st.one_of(
    st.sampled_from(("Kori", "")).map(lambda brand: AnyOf("brand", (brand,))),
    st.sampled_from(("Kitchen", "Mugs", "Kitchen > Mugs")).map(
        lambda name: AnyOf("categories", (name, "Other"))
    ),
    st.booleans().map(lambda flag: AnyOf("in_stock", (flag,))),
    st.sampled_from((0.0, 5.0)).map(lambda price: AnyOf("price", (price, 99.0))),
    st.sampled_from(("i0", "g")).map(lambda group: AnyOf("group_id", (group,))),
    st.sampled_from(SIZES).map(lambda value: AnyOf("attributes.size", (value,))),
    st.sampled_from(("price", "rating", "attributes.size", "released_at")).map(
        lambda field: Range(field, gte=0.0, lt=7.5)
    ),
    st.just(Range("released_at", gt=NOW.timestamp() - 1)),
)
FILTERS = st.recursive(
    CONDITIONS,
    lambda inner: st.one_of(
        inner.map(Not),
        st.lists(inner, max_size=3).map(lambda parts: All(tuple(parts))),
        st.lists(inner, min_size=1, max_size=3).map(lambda parts: Either(tuple(parts))),
    ),
    max_leaves=5,
)


@settings(max_examples=300, deadline=None)
@given(st.lists(ITEMS, max_size=6), FILTERS)
def test_what_passes_is_what_the_filter_says(fields: list[dict[str, Any]], asked: Filter) -> None:
    items = [make_item(f"i{n}", **each) for n, each in enumerate(fields)]
    columns = columns_of(*items)

    passing = columns.passing(asked, columns.live_rows())

    assert passing.tolist() == [matches(asked, payload_of(item)) for item in items]


def test_newer_version_replaces_an_older_one_whatever_comes_first() -> None:
    columns = columns_of(make_item("a", brand="Kori", attributes={"colour": "red"}))
    red = AnyOf("attributes.colour", ("red",))
    assert columns.passing(red, rows(0)).tolist() == [True]

    columns.put(1, 3, make_item("a", brand="Brizo"))
    columns.put(1, 2, make_item("a", brand="Kori", attributes={"colour": "red"}))

    assert columns.passing(AnyOf("brand", ("Brizo",)), rows(0)).tolist() == [True]
    assert columns.passing(red, rows(0)).tolist() == [False]


def test_item_that_is_gone_is_in_no_row_and_comes_back_in_its_own() -> None:
    columns = columns_of(make_item("a"), make_item("b"))

    columns.put(1, 2, None)
    assert columns.live_rows().tolist() == [1]
    assert columns.rows_of(np.array([1, 2, 3])).tolist() == [1]
    assert columns.missing(np.array([1, 2, 3])) == [3]

    columns.put(1, 3, make_item("a", price=5.0))
    assert columns.live_rows().tolist() == [0, 1]
    assert columns.numbers_of("price", np.array([1, 2, 3])).tolist() == pytest.approx(
        [5.0, float("nan"), float("nan")], nan_ok=True
    )


def test_keys_may_come_in_any_order() -> None:
    columns = CatalogueColumns()
    for key in (70, 5, 2**40, 6):
        columns.put(key, 1, make_item(str(key)))

    found = columns.rows_of(np.array([6, 70, 1, 2**40]))

    assert columns.keys(found).tolist() == [6, 70, 2**40]


def test_text_that_is_too_long_for_a_filter_is_no_value() -> None:
    columns = columns_of(make_item("a", attributes={"colour": "x" * (MAX_TERM_LENGTH + 1)}))

    places, _ = columns.labels("attributes.colour").pairs(rows(0))

    assert len(places) == 0


def test_attributes_that_were_asked_for_long_ago_are_read_again() -> None:
    asked: list[str] = []

    def read(name: str) -> list[tuple[int, AttributeValue]]:
        asked.append(name)
        return [(1, "red")]

    columns = CatalogueColumns(read)
    columns.put(1, 1, make_item("a"))
    for name in ("colour", *(f"other {n}" for n in range(MAX_ATTRIBUTES_HELD)), "colour"):
        columns.labels(f"attributes.{name}")

    assert asked.count("colour") == 2
    assert columns.passing(AnyOf("attributes.colour", ("red",)), rows(0)).tolist() == [True]


def test_labels_of_rows_that_were_never_put_are_none() -> None:
    labels, numbers = Labels(), Numbers()
    labels.put(1, ["a", "b", "a"])
    numbers.put(1, 5.0)

    places, codes = labels.pairs(rows(0, 1, 7))

    assert places.tolist() == [1, 1]
    assert [labels.labels[code] for code in codes] == ["a", "b"]
    assert labels.any_of(rows(0, 1, 7), ["b", "unknown"]).tolist() == [False, True, False]
    assert numbers.at(rows(1, 7)).tolist() == pytest.approx([5.0, float("nan")], nan_ok=True)


def test_groups_count_once_for_each_value() -> None:
    groups = np.array([0, 0, 1, 2], np.int32)

    assert count_groups(groups) == 3
    counted = count_by_code(groups, rows(0, 1, 2, 3), np.array([4, 4, 4, 5], np.int32))
    assert counted == {4: 2, 5: 1}
    assert first_of_each(np.array([2, 1, 2, 0, 1], np.int32)).tolist() == [0, 1, 3]


@given(st.lists(st.floats(-1e6, 1e6), max_size=50))
def test_bounds_of_ranges_ascend_within_the_values(values: list[float]) -> None:
    bounds = round_bounds(np.array(values))

    assert bounds == sorted(set(bounds))
    assert len(bounds) <= 4
    assert all(min(values) < bound < max(values) for bound in bounds)


def test_bounds_of_ranges_are_numbers_that_people_would_write() -> None:
    assert round_bounds(np.arange(3.0, 1003.0)) == [200.0, 500.0, 1000.0]
    assert round_bounds(np.array([7.0, 7.0])) == []
