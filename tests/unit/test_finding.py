"""What a query finds beyond its words as they were typed: part numbers, quantities, fewer words."""

from typing import Any

import pytest

from app.search.schemas import Relaxation, SearchResponse
from indexing.filters import AnyOf, Filter, Range
from indexing.queries import FacetSearch, SearchQuery, Sort
from tests.factories import make_item
from tests.memory_shop import open_memory_shop

ITEMS = [
    make_item("phones", title="Sonora WH-1000XM4 headphones", brand="Sonora", price=200.0),
    make_item("phones-b", title="Sonora headphones WH-1000XM4-B", brand="Sonora", price=150.0),
    make_item("disk", title="Kori disk 2 TB", brand="Kori", price=80.0),
    make_item("screen", title='Kori screen 15.6"', brand="Kori", price=90.0),
    make_item("toner", title="Toner", attributes={"mpn": "TN-2110", "ean": "4011111,4022222"}),
    make_item("mug", title="Red mug", brand="Brizo", price=5.0),
    make_item("cup", title="Red cup", brand="Kori", price=6.0),
]
COUNTS = {"red": 2, "mug": 1, "cup": 1, "kori": 3, "headphones": 2}


def ask(text: str, **fields: Any) -> SearchResponse:
    shop = open_memory_shop(ITEMS, items_with=lambda word: COUNTS.get(word, 0))
    return shop.show(SearchQuery(text=text, **fields)).response


def found(text: str, **fields: Any) -> list[str]:
    return [hit.id for hit in ask(text, **fields).hits]


@pytest.mark.parametrize("code", ["WH-1000XM4", "wh1000xm4", "WH/1000XM4", "wh-1000xm"])
def test_part_number_is_found_in_any_spelling_and_by_its_beginning(code: str) -> None:
    assert sorted(found(code)) == ["phones", "phones-b"]


def test_whole_part_number_comes_before_longer_ones() -> None:
    assert found("wh1000xm4")[0] == "phones"


@pytest.mark.parametrize("code", ["tn2110", "TN-2110", "4022222"])
def test_part_number_of_an_attribute_is_found(code: str) -> None:
    assert found(code) == ["toner"]


@pytest.mark.parametrize(
    ("text", "item"),
    [
        ("2tb disk", "disk"),
        ("disk 2 TB", "disk"),
        ("screen 15,6 inches", "screen"),
        ('15.6" screen', "screen"),
    ],
)
def test_quantity_is_found_in_any_spelling(text: str, item: str) -> None:
    assert found(text, relax="none") == [item]


def test_word_that_no_item_has_is_let_go_of_first() -> None:
    answer = ask("red zebra mug")

    assert [hit.id for hit in answer.hits][:1] == ["mug"]
    assert answer.query.relaxed == (Relaxation("drop_word", word="zebra"),)


def test_of_known_words_the_commonest_is_let_go_of_first() -> None:
    answer = ask("red kori mug")

    assert answer.query.relaxed[0] == Relaxation("drop_word", word="kori")
    assert answer.hits[0].id == "mug"


def test_nothing_is_let_go_of_where_something_has_all_words() -> None:
    assert ask("red mug").query.relaxed == ()


def test_nothing_is_let_go_of_against_the_shoppers_will() -> None:
    assert ask("red zebra mug", relax="none").query.relaxed == ()


NOBODY: Filter = AnyOf("brand", ("Nobody",))


def test_filters_are_let_go_of_last_and_only_when_asked() -> None:
    answer = ask("mug", filter=NOBODY, relax="filters")

    assert answer.query.relaxed == (Relaxation("drop_filter", field="brand"),)
    assert [hit.id for hit in answer.hits] == ["mug"]
    assert ask("mug", filter=NOBODY).total.value == 0


def test_filter_that_fewest_items_pass_is_let_go_of_first() -> None:
    from indexing.filters import All

    both = All((NOBODY, Range("price", lt=100.0)))

    answer = ask("mug", filter=both, relax="filters")

    assert [step.field for step in answer.query.relaxed] == ["brand"]


def test_total_of_what_was_let_go_of_agrees_with_its_facets() -> None:
    answer = ask("mug", filter=NOBODY, relax="filters", facets=("brand",))

    assert answer.total.value == 1
    assert isinstance(answer.facets, dict)
    assert [(part.value, part.count) for part in answer.facets["brand"]] == [("Brizo", 1)]


def test_values_of_a_facet_are_looked_for_by_the_beginnings_of_their_words() -> None:
    answer = ask("", facets=("brand",), facet_query=FacetSearch("brand", "ko"))

    assert isinstance(answer.facets, dict)
    assert [part.value for part in answer.facets["brand"]] == ["Kori"]


def test_what_is_sorted_by_comes_from_the_whole_catalogue() -> None:
    ids = found("", sort=Sort("price", descending=False))

    assert ids == ["mug", "cup", "disk", "screen", "phones-b", "phones", "toner"]


def test_query_is_taken_as_it_was_corrected() -> None:
    shop = open_memory_shop(ITEMS, correct=lambda query, rules: "red mug")

    answer = shop.show(SearchQuery(text="red mugg")).response

    assert (answer.query.original, answer.query.corrected) == ("red mugg", "red mug")
    assert answer.hits[0].id == "mug"


def test_shopper_may_insist_on_the_original() -> None:
    shop = open_memory_shop(ITEMS, correct=lambda query, rules: "red mug")

    answer = shop.show(SearchQuery(text="red cup", correct=False)).response

    assert answer.query.corrected is None
    assert answer.hits[0].id == "cup"
