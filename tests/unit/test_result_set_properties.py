"""Totals, facets and pages agree, whatever the catalogue, the query, the filter and the page."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.search import finding
from app.search.pipeline import SearchPipeline
from app.search.schemas import Facet, Hit, NumberFacet, ValueCount
from indexing.composition import payload_of
from indexing.documents import Item
from indexing.filters import All, AnyOf, Either, Filter, Not, Range, both, matches
from indexing.queries import SearchQuery, Sort
from tests.factories import make_item
from tests.memory_shop import open_memory_shop

FACETS = (
    "brand",
    "categories",
    "in_stock",
    "price",
    "rating",
    "attributes.colour",
    "attributes.size",
)
WORDS = ("red", "blue", "mug", "kettle", "steel")
COLOURS = ("red", "blue", "green")
SIZES = (1.0, 2.0, 2.5)
PATHS = ((), ("Kitchen",), ("Kitchen", "Mugs"), ("Kitchen", "Kettles"), ("Mugs",))
POOL = 4
"""So few candidates that most catalogues have more matches than are looked at one by one."""


@pytest.fixture(autouse=True)
def small_pool(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(finding, "POOL_SIZE", POOL)
    monkeypatch.setattr(finding, "SORTED_POOL_SIZE", POOL)


@st.composite
def catalogues(draw: st.DrawFn) -> list[Item]:
    count = draw(st.integers(0, 14))
    return [_item(draw, f"i{n}") for n in range(count)]


def _item(draw: st.DrawFn, item_id: str) -> Item:
    attributes: dict[str, Any] = {}
    if draw(st.booleans()):
        attributes["colour"] = draw(st.sampled_from(COLOURS))
    if draw(st.booleans()):
        attributes["size"] = draw(st.sampled_from(SIZES))
    return make_item(
        item_id,
        title=" ".join(draw(st.lists(st.sampled_from(WORDS), min_size=1, max_size=3))),
        brand=draw(st.sampled_from(("", "Kori", "Brizo"))),
        categories=draw(st.sampled_from(PATHS)),
        price=draw(st.sampled_from((None, 5.0, 7.5, 10.0, 25.0, 99.0))),
        rating=draw(st.sampled_from((None, 3.0, 4.5))),
        in_stock=draw(st.booleans()),
        popularity=draw(st.integers(0, 3)),
        group_id=draw(st.sampled_from(("", "g1", "g2"))),
        attributes=attributes,
    )


CONDITIONS: st.SearchStrategy[Filter] = st.one_of(
    st.lists(st.sampled_from(("Kori", "Brizo", "Nobody")), min_size=1, max_size=2).map(
        lambda brands: AnyOf("brand", tuple(brands))
    ),
    st.sampled_from(("Kitchen", "Kitchen > Mugs", "Mugs")).map(
        lambda path: AnyOf("categories", (path,))
    ),
    st.booleans().map(lambda stock: AnyOf("in_stock", (stock,))),
    st.sampled_from(COLOURS).map(lambda colour: AnyOf("attributes.colour", (colour,))),
    st.sampled_from(SIZES).map(lambda size: Range("attributes.size", gte=size)),
    st.sampled_from((5.0, 10.0, 50.0)).map(lambda price: Range("price", lt=price)),
    st.just(Range("rating", gte=4.0)),
)
FILTERS: st.SearchStrategy[Filter | None] = st.one_of(
    st.none(),
    CONDITIONS,
    CONDITIONS.map(Not),
    st.lists(CONDITIONS, min_size=1, max_size=3).map(lambda parts: All(tuple(parts))),
    st.lists(CONDITIONS, min_size=1, max_size=2).map(lambda parts: Either(tuple(parts))),
)
TEXTS = st.lists(st.sampled_from(WORDS), max_size=2).map(" ".join)
SORTS = st.sampled_from(
    (None, Sort("price", False), Sort("rating", True), Sort("attributes.size", False))
)


@st.composite
def queries(draw: st.DrawFn) -> SearchQuery:
    return SearchQuery(
        text=draw(TEXTS),
        filter=draw(FILTERS),
        sort=draw(SORTS),
        per_page=draw(st.integers(1, 5)),
        group=draw(st.booleans()),
        facets=FACETS,
        relax="none",
    )


many = settings(
    max_examples=150,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


def all_pages(shop: SearchPipeline, query: SearchQuery) -> Iterator[Sequence[Hit]]:
    """As many as there are, and the answers agree in all else."""
    first = shop.show(query).response
    yield first.hits
    for page in range(2, -(-first.total.value // query.per_page) + 1):
        later = shop.show(msgspec.structs.replace(query, page=page)).response
        assert (later.total, later.facets) == (first.total, first.facets)
        yield later.hits


def hits_of(shop: SearchPipeline, query: SearchQuery) -> list[Hit]:
    return [hit for hits in all_pages(shop, query) for hit in hits]


def counted(facets: Mapping[str, Facet]) -> Iterator[tuple[str, Filter, int]]:
    """Every count with what a shopper would choose to see just what it counts."""
    for field, facet in facets.items():
        if isinstance(facet, NumberFacet):
            for part in facet.ranges:
                yield field, Range(field, gte=part.gte, lt=part.lt), part.count
            facet = facet.values
        for value in flat(facet):
            yield field, AnyOf(field, (value.value,)), value.count


def flat(values: Sequence[ValueCount]) -> Iterator[ValueCount]:
    for value in values:
        yield value
        yield from flat(value.children)


def without(chosen: Filter | None, field: str) -> Filter | None:
    """The filter without what it says of that field alone."""
    parts = chosen.parts if isinstance(chosen, All) else (chosen,)
    return both(*(part for part in parts if part is not None and fields(part) != {field}))


def fields(part: Filter) -> set[str]:
    match part:
        case AnyOf(field) | Range(field):
            return {field}
        case Not(inner):
            return fields(inner)
        case All(parts) | Either(parts):
            return set().union(*map(fields, parts))


@many
@given(catalogues(), queries())
def test_pages_hold_as_many_different_hits_as_the_total_says(
    items: list[Item], query: SearchQuery
) -> None:
    shop = open_memory_shop(items)

    hits = hits_of(shop, query)

    assert len(hits) == shop.show(query).response.total.value
    assert [hit.position for hit in hits] == list(range(1, len(hits) + 1))
    assert len({hit.id for hit in hits}) == len(hits)
    if query.group:
        assert len({hit.item.group_id or hit.id for hit in hits}) == len(hits)


@many
@given(catalogues(), queries())
def test_hits_and_their_variants_pass_the_filter(items: list[Item], query: SearchQuery) -> None:
    by_id = {item.id: item for item in items}

    for hit in hits_of(open_memory_shop(items), query):
        for shown in (hit.id, *(variant.id for variant in hit.variants)):
            assert query.filter is None or matches(query.filter, payload_of(by_id[shown]))


@many
@given(catalogues(), queries())
def test_size_of_a_page_changes_no_order(items: list[Item], query: SearchQuery) -> None:
    shop = open_memory_shop(items)
    together = msgspec.structs.replace(query, per_page=100)

    assert [hit.id for hit in hits_of(shop, query)] == [hit.id for hit in hits_of(shop, together)]


@many
@given(catalogues(), queries())
def test_who_chooses_a_value_gets_as_many_as_it_was_counted_with(
    items: list[Item], query: SearchQuery
) -> None:
    shop = open_memory_shop(items)

    facets = shop.show(query).response.facets

    assert isinstance(facets, dict)
    for field, chosen, count in counted(facets):
        instead = both(without(query.filter, field), chosen)
        asked = msgspec.structs.replace(query, filter=instead)
        assert shop.show(asked).response.total.value == count, (field, chosen)


@many
@given(catalogues(), queries())
def test_conjunctive_counts_are_of_what_is_shown(items: list[Item], query: SearchQuery) -> None:
    shop = open_memory_shop(items)
    asked = msgspec.structs.replace(query, disjunctive=False)

    facets = shop.show(asked).response.facets

    assert isinstance(facets, dict)
    for field, chosen, count in counted(facets):
        narrower = msgspec.structs.replace(query, filter=both(query.filter, chosen))
        assert shop.show(narrower).response.total.value == count, (field, chosen)


@many
@given(catalogues(), queries())
def test_filter_never_adds_results(items: list[Item], query: SearchQuery) -> None:
    shop = open_memory_shop(items)
    wider = msgspec.structs.replace(query, filter=None)

    assert {hit.id for hit in hits_of(shop, msgspec.structs.replace(query, group=False))} <= {
        hit.id for hit in hits_of(shop, msgspec.structs.replace(wider, group=False))
    }
