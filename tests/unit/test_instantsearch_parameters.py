"""Algolia's search parameters, as searches of ours."""

import re
from pathlib import Path
from typing import Any

import msgspec
import pytest

from app.instantsearch.errors import BadParameter, NotUnderstood, UnknownIndex
from app.instantsearch.names import Attribute, attribute_of, sort_of
from app.instantsearch.parameters import (
    ALWAYS_ON,
    IGNORED,
    NOT_SUPPORTED,
    Parameters,
    read_parameters,
)
from app.instantsearch.queries import asked_facets, facet_query, hits_query
from app.instantsearch.requests import FacetRequest, HitsRequest, read_body, read_requests
from indexing.filters import AnyOf
from indexing.queries import FacetSearch, SearchQuery, Sort


def query(index_name: str = "items", /, **given: Any) -> SearchQuery:
    return hits_query(index_name, read_parameters(given))


def only_request(**given: Any) -> HitsRequest | FacetRequest:
    (request,) = read_requests({"requests": [{"indexName": "items", **given}]})
    return request


@pytest.mark.parametrize(
    ("given", "meant"),
    [
        ({"query": "shoes"}, {"text": "shoes"}),
        ({"query": "x" * 600}, {"text": "x" * 512}),
        ({"page": 2, "hitsPerPage": 7}, {"page": 3, "per_page": 7}),
        ({"page": "2", "hitsPerPage": "7"}, {"page": 3, "per_page": 7}),
        ({"hitsPerPage": 0}, {"per_page": 1, "highlight": ()}),
        ({"offset": 40, "length": 20}, {"page": 3, "per_page": 20}),
        ({"facets": ["brand", "colour"]}, {"facets": ("brand", "attributes.colour")}),
        ({"facets": "brand"}, {"facets": ("brand",)}),
        ({"facets": "brand,price"}, {"facets": ("brand", "price")}),
        ({"facets": '["brand"]'}, {"facets": ("brand",)}),
        ({"maxValuesPerFacet": 5}, {"max_facet_values": 5}),
        ({"facetFilters": ["brand:HP"]}, {"filter": AnyOf("brand", ("HP",))}),
        ({"userToken": "ann"}, {"client_id": "ann", "session_id": "ann"}),
        ({"userToken": 5}, {"client_id": "5", "session_id": "5"}),
        ({"ruleContexts": ["mobile"]}, {"segments": ("mobile",)}),
        ({"analyticsTags": ["web", "final"]}, {"final": True}),
        ({"analyticsTags": "web,final"}, {"final": True}),
        ({"analyticsTags": ["web"]}, {"final": False}),
        ({}, {"final": False}),
        ({}, {"correct": True, "relax": "words", "personalize": True, "disjunctive": False}),
        ({"typoTolerance": False}, {"correct": False}),
        ({"typoTolerance": "false"}, {"correct": False}),
        ({"typoTolerance": "min"}, {"correct": True}),
        ({"removeWordsIfNoResults": "none"}, {"relax": "none"}),
        ({"removeWordsIfNoResults": "lastWords"}, {"relax": "words"}),
        ({"enablePersonalization": False}, {"personalize": False}),
        ({"distinct": False}, {"group": False}),
        ({"distinct": 1}, {"group": True}),
        ({"attributesToHighlight": []}, {"highlight": ()}),
        ({"enableRules": True, "synonyms": True, "enableABTest": True}, {}),
        ({"tagFilters": "", "aroundLatLngViaIP": False, "optionalFilters": []}, {}),
        ({"query": None, "page": None}, {"text": "", "page": 1}),
    ],
)
def test_parameters_mean(given: dict[str, Any], meant: dict[str, Any]) -> None:
    asked = query(**given)

    assert {name: getattr(asked, name) for name in meant} == meant


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("hitsPerPage", 101),
        ("hitsPerPage", -1),
        ("hitsPerPage", "many"),
        ("page", -1),
        ("page", 1.5),
        ("query", ["shoes"]),
        ("facets", {"brand": 1}),
        ("facets", ["_tags"]),
        ("facets", ["group_id"]),
        ("facets", ["categories.lvl12"]),
        ("maxValuesPerFacet", 1_001),
        ("sortFacetValuesBy", "size"),
        ("clickAnalytics", "perhaps"),
        ("typoTolerance", "much"),
        ("removeWordsIfNoResults", "someWords"),
        ("distinct", 3),
        ("mode", "keywordSearch"),
        ("enableRules", False),
        ("synonyms", "false"),
        ("aroundLatLng", "40.71, -74.01"),
        ("tagFilters", ["new"]),
        ("optionalFilters", ["brand:HP"]),
        ("hitsPerPages", 5),
    ],
)
def test_what_cannot_be_used_is_refused_by_its_name(name: str, value: Any) -> None:
    with pytest.raises(BadParameter) as refused:
        query(**{name: value})

    assert refused.value.name == name


@pytest.mark.parametrize("given", [{"offset": 5}, {"offset": 5, "length": 10}, {"length": 10}])
def test_an_offset_must_begin_a_page(given: dict[str, Any]) -> None:
    with pytest.raises(BadParameter, match="offset"):
        query(**given)


def test_every_unsupported_parameter_is_refused_and_every_ignored_one_is_not() -> None:
    for name in NOT_SUPPORTED:
        with pytest.raises(BadParameter, match=name):
            query(**{name: ["something"]})
    for name in ALWAYS_ON:
        with pytest.raises(BadParameter, match=name):
            query(**{name: False})
    assert query(**dict.fromkeys(IGNORED, "anything")) == query()


def test_every_parameter_is_described() -> None:
    described = (Path(__file__).parents[2] / "docs" / "instantsearch.md").read_text()

    meant = {field.encode_name for field in msgspec.structs.fields(Parameters)}
    for name in (*meant, *IGNORED, *NOT_SUPPORTED, *ALWAYS_ON):
        assert re.search(rf"`{name}[`:]", described), name


@pytest.mark.parametrize(
    ("index", "sort"),
    [
        ("items", None),
        ("items_relevance", None),
        ("items_price_asc", Sort("price", descending=False)),
        ("items_price_desc", Sort("price", descending=True)),
        ("items_rating_desc", Sort("rating", descending=True)),
        ("items_newest", Sort("newest", descending=True)),
        ("items_newest_asc", Sort("newest", descending=False)),
        ("items_popularity_desc", Sort("popularity", descending=True)),
        ("items_reviews", Sort("reviews", descending=True)),
        ("items_attributes.weight_asc", Sort("attributes.weight", descending=False)),
        ("items_attributes.net_weight_desc", Sort("attributes.net_weight", descending=True)),
    ],
)
def test_the_name_of_a_replica_is_an_order(index: str, sort: Sort | None) -> None:
    assert sort_of(index) == sort


@pytest.mark.parametrize("index", ["", "products", "items_", "items_colour_asc", "items_price_up"])
def test_an_unknown_index_is_told_what_there_is(index: str) -> None:
    with pytest.raises(UnknownIndex, match="items_query_suggestions"):
        sort_of(index)


@pytest.mark.parametrize(
    ("name", "attribute"),
    [
        ("brand", Attribute("brand")),
        ("objectID", Attribute("id")),
        ("colour", Attribute("attributes.colour")),
        ("attributes.colour", Attribute("attributes.colour")),
        ("attributes.brand", Attribute("attributes.brand")),
        ("screen.size", Attribute("attributes.screen.size")),
        ("categories", Attribute("categories")),
        ("categories.lvl0", Attribute("categories", 0)),
        ("categories.lvl2", Attribute("categories", 2)),
    ],
)
def test_a_field_comes_before_an_attribute_of_its_name(name: str, attribute: Attribute) -> None:
    assert attribute_of(name, "facets") == attribute


def test_a_star_asks_for_every_declared_facet() -> None:
    asked = [facet.name for facet in asked_facets(read_parameters({"facets": ["*", "colour"]}))]

    assert asked[0] == "colour"
    assert {"brand", "price", "categories.lvl0"} < set(asked)


def test_levels_of_categories_are_one_facet() -> None:
    asked = query(facets=["categories.lvl0", "categories.lvl1"], maxValuesPerFacet=10)

    assert asked.facets == ("categories",)
    assert asked.max_facet_values > 10


def test_parameters_may_come_as_a_text() -> None:
    text = 'query=red%20shoes&hitsPerPage=2&facets=%5B%22brand%22%5D&facetFilters=[["brand:5"]]'

    request = only_request(params=text)

    assert isinstance(request, HitsRequest)
    asked = hits_query(request.index_name, request.parameters)
    assert (asked.text, asked.per_page, asked.facets) == ("red shoes", 2, ("brand",))
    assert asked.filter == AnyOf("brand", ("5",))


def test_a_number_as_query_in_a_text_stays_a_text() -> None:
    request = only_request(params="query=42&hitsPerPage=2")

    assert request.parameters.query == "42"


def test_parameters_beside_params_win() -> None:
    request = only_request(query="shoes", params={"query": "hats", "page": 1})

    assert (request.parameters.query, request.parameters.page) == ("shoes", 1)


def test_undefined_members_of_a_facet_search_ask_for_nothing() -> None:
    request = only_request(query="shoes", facet=None, maxFacetHits=None, facetQuery=None)

    assert isinstance(request, HitsRequest)


def test_facet_search() -> None:
    request = only_request(type="facet", facet="colour", facetQuery="re", params={"query": "shoes"})

    assert isinstance(request, FacetRequest)
    assert (request.facet, request.text, request.most) == ("colour", "re", 10)
    attribute = Attribute("attributes.colour")
    asked = facet_query("items", request.parameters, attribute, request.text, request.most)
    assert asked.text == "shoes"
    assert asked.facets == ("attributes.colour",)
    assert asked.facet_query == FacetSearch("attributes.colour", "re")
    assert asked.max_facet_values == 10


@pytest.mark.parametrize(
    "given",
    [
        {"type": "facet"},
        {"type": "facet", "facet": "brand", "facetQuery": 5},
        {"type": "facet", "facet": "brand", "maxFacetHits": 101},
        {"type": "facet", "facet": "brand", "maxFacetHits": True},
        {"type": "composition"},
        {"params": 5},
        {"indexName": 5},
    ],
)
def test_request_that_is_none_is_refused(given: dict[str, Any]) -> None:
    with pytest.raises(BadParameter):
        only_request(**given)


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"requests": {}},
        {"requests": [1]},
        {"requests": [{}] * 51},
        {"requests": [], "strategy": "stopIfEnoughMatches"},
    ],
)
def test_body_that_is_none_is_refused(body: dict[str, Any]) -> None:
    with pytest.raises(BadParameter):
        read_requests(body)


@pytest.mark.parametrize("body", [b"[1]", b"{", b'"x"', b"\xff", b"[" * 100_000])
def test_body_that_is_no_object_is_refused(body: bytes) -> None:
    with pytest.raises(NotUnderstood):
        read_body(body)
