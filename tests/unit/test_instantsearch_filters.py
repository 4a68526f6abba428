"""Algolia's three ways to write a filter, as filters of ours."""

from typing import Any

import pytest

from app.instantsearch.errors import BadParameter
from app.instantsearch.filter_text import parse_filter_text
from app.instantsearch.parameters import read_parameters
from app.instantsearch.queries import filter_of
from app.instantsearch.refinements import facet_filters, numeric_filters
from indexing.filters import All, AnyOf, Either, Filter, Not, Range

HP = AnyOf("brand", ("HP",))
DELL = AnyOf("brand", ("Dell",))
RED = AnyOf("attributes.colour", ("red",))
CHEAP = Range("price", lt=10.0)


@pytest.mark.parametrize(
    ("given", "meant"),
    [
        ([], None),
        ([[]], None),
        ("", None),
        ("brand:HP", HP),
        (["brand:HP"], HP),
        (["brand:HP", "colour:red"], All((HP, RED))),
        (["brand:HP", "attributes.colour:red"], All((HP, RED))),
        ([["brand:HP", "brand:Dell"]], AnyOf("brand", ("HP", "Dell"))),
        ([["brand:HP", "colour:red"]], Either((HP, RED))),
        ([["brand:HP", ["brand:Dell", "colour:red"]]], Either((All((DELL, RED)), HP))),
        (["brand:-HP"], Not(HP)),
        ([["brand:HP", "brand:-Dell"]], Either((Not(DELL), HP))),
        ([r"brand:\-HP"], AnyOf("brand", ("-HP",))),
        (["brand:a:b"], AnyOf("brand", ("a:b",))),
        ('[["brand:HP","brand:Dell"]]', AnyOf("brand", ("HP", "Dell"))),
        (["objectID:1"], AnyOf("id", ("1",))),
        (["in_stock:true"], AnyOf("in_stock", (True,))),
        (["price:10"], AnyOf("price", (10.0,))),
        (["size:42"], AnyOf("attributes.size", ("42", 42.0))),
        (["washable:true"], AnyOf("attributes.washable", ("true", True))),
        (["released_at:100"], Range("released_at", gte=100.0, lte=100.0)),
        (["categories.lvl1:Audio > Headphones"], AnyOf("categories", ("Audio > Headphones",))),
    ],
)
def test_facet_filters_mean(given: Any, meant: Filter | None) -> None:
    assert facet_filters(given) == meant


@pytest.mark.parametrize(
    ("given", "meant"),
    [
        (["price<10"], CHEAP),
        (["price < 10"], CHEAP),
        ("price<10", CHEAP),
        (["price<=10"], Range("price", lte=10.0)),
        (["price>10"], Range("price", gt=10.0)),
        (["price>=10", "price<=20.5"], All((Range("price", gte=10.0), Range("price", lte=20.5)))),
        ([["price<10", "price>=20"]], Either((CHEAP, Range("price", gte=20.0)))),
        (["price:10 TO 20"], Range("price", gte=10.0, lte=20.0)),
        (["price=10"], AnyOf("price", (10.0,))),
        (["price:10"], AnyOf("price", (10.0,))),
        (["price!=10"], Not(AnyOf("price", (10.0,)))),
        (["screen size>=15.6"], Range("attributes.screen size", gte=15.6)),
        (["temperature>-5"], Range("attributes.temperature", gt=-5.0)),
        (["in_stock=1"], AnyOf("in_stock", (True,))),
        (["in_stock!=1"], Not(AnyOf("in_stock", (True,)))),
        (["released_at>=1700000000"], Range("released_at", gte=1_700_000_000.0)),
    ],
)
def test_numeric_filters_mean(given: Any, meant: Filter) -> None:
    assert numeric_filters(given) == meant


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("", None),
        ("  ", None),
        ("brand:HP", HP),
        ('brand:"HP"', HP),
        ("brand:'HP'", HP),
        ('"brand":HP', HP),
        ("(brand:HP)", HP),
        ("brand:HP AND colour:red", All((HP, RED))),
        ("brand:HP OR brand:Dell", AnyOf("brand", ("HP", "Dell"))),
        ("colour:red OR price < 10 AND brand:HP", Either((All((CHEAP, HP)), RED))),
        (
            "brand:HP AND (price < 10 OR price:10 TO 20) AND NOT colour:red",
            All((HP, Either((CHEAP, Range("price", gte=10.0, lte=20.0))), Not(RED))),
        ),
        ("NOT (brand:HP OR brand:Dell)", Not(AnyOf("brand", ("HP", "Dell")))),
        ("NOT NOT brand:HP", Not(Not(HP))),
        ("price<10", CHEAP),
        ("price=10", AnyOf("price", (10.0,))),
        ("price>=1e2", Range("price", gte=100.0)),
        ("price:10", AnyOf("price", (10.0,))),
        ("'screen size':'15 TO 17'", AnyOf("attributes.screen size", ("15 TO 17",))),
        ('brand:"say \\"hello\\""', AnyOf("brand", ('say "hello"',))),
        ("brand:'AND'", AnyOf("brand", ("AND",))),
        ("brand:O'Reilly", AnyOf("brand", ("O'Reilly",))),
        ("brand:ANDROID", AnyOf("brand", ("ANDROID",))),
        ("brand:-HP", AnyOf("brand", ("-HP",))),
        ("in_stock:true", AnyOf("in_stock", (True,))),
        ("categories.lvl0:Audio", AnyOf("categories", ("Audio",))),
    ],
)
def test_filter_text_means(text: str, meant: Filter | None) -> None:
    assert parse_filter_text(text) == meant


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("brand", "no tags"),
        ("brand:", "expected a value"),
        (":HP", "attribute's name"),
        ("brand:HP AND", "attribute's name"),
        ("brand:HP colour:red", "AND, OR or the end"),
        ("(brand:HP", "closing bracket"),
        ("brand:HP)", "the end"),
        ("()", "attribute's name"),
        ("brand:AND", "quote it"),
        ("price < cheap", "expected a number"),
        ("price:cheap", "expected a number"),
        ("brand < 5", "has no order"),
        ("in_stock:perhaps", "true or false"),
        ("_tags:new", "no attribute '_tags'"),
        ("_geoloc:new", "no attribute"),
        ("(" * 20 + "brand:HP" + ")" * 20, "nest at most"),
        ("NOT " * 20 + "brand:HP", "nests at most"),
        ("price < 1e999", "expected a number"),
        ("'a\\'b':x\x00", "NUL"),
    ],
)
def test_filter_text_is_refused_with_its_reason(text: str, reason: str) -> None:
    with pytest.raises(BadParameter, match=reason) as refused:
        parse_filter_text(text)

    assert refused.value.name == "filters"


@pytest.mark.parametrize(
    ("given", "reason"),
    [
        (["brand"], "attribute:value"),
        ([1], "expected a list"),
        ({"brand": "HP"}, "expected a list"),
        ([[[["brand:HP"]]]], "nest at most"),
        ("[brand", "no JSON"),
        (["in_stock:perhaps"], "true or false"),
        (["_tags:new"], "no attribute"),
        (['say"hello":x'], "no attribute's name"),
    ],
)
def test_facet_filters_are_refused_with_their_reason(given: Any, reason: str) -> None:
    with pytest.raises(BadParameter, match=reason) as refused:
        facet_filters(given)

    assert refused.value.name == "facetFilters"


@pytest.mark.parametrize("given", [["price"], ["price<"], ["price<x"], ["brand<5"], ["<5"], [5]])
def test_numeric_filters_are_refused(given: Any) -> None:
    with pytest.raises(BadParameter) as refused:
        numeric_filters(given)

    assert refused.value.name == "numericFilters"


def test_all_three_ways_hold_together() -> None:
    parameters = read_parameters(
        {"filters": "brand:HP", "facetFilters": ["colour:red"], "numericFilters": ["price<10"]}
    )

    assert filter_of(parameters) == All((HP, RED, CHEAP))


def test_a_thousand_chosen_values_are_one_condition_and_more_are_refused() -> None:
    chosen = [[f"brand:{n}" for n in range(1_000)]]

    assert isinstance(filter_of(read_parameters({"facetFilters": chosen})), AnyOf)
    with pytest.raises(BadParameter, match="values of one attribute"):
        filter_of(read_parameters({"facetFilters": [[*chosen[0], "brand:more"]]}))


def test_a_hundred_and_one_conditions_are_refused() -> None:
    with pytest.raises(BadParameter, match="at most 100 conditions"):
        filter_of(read_parameters({"facetFilters": [f"a{n}:x" for n in range(101)]}))
