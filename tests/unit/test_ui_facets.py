"""The facets of the search page: filters, chips, the attributes that are offered, the menus."""

from typing import Any

import pytest

from app.search.schemas import (
    Facet,
    NumberFacet,
    QueryEcho,
    RangeCount,
    SearchResponse,
    Timings,
    Total,
    ValueCount,
)
from app.ui.addresses import Address
from app.ui.attributes import candidates_of, chosen_of
from app.ui.labels import attribute_label, value_label, value_text
from app.ui.menus import Branch, Menu, Menus, view_found, view_menus
from app.ui.searching import Answer
from app.ui.selection import chips_of, filter_of
from indexing.filter_parser import parse_filter
from indexing.filters import All, AnyOf, Either, Range


def chosen(*choices: tuple[str, str]) -> Address:
    address = Address()
    for choice in choices:
        address = address.with_choice(*choice)
    return address


def counts(**of: int) -> tuple[ValueCount, ...]:
    return tuple(ValueCount(value, count) for value, count in of.items())


def menus(address: Address | None = None, **answer: Any) -> Menus:
    response = SearchResponse(
        query_id="1",
        query=QueryEcho("", ""),
        total=Total(0, "exact"),
        hits=(),
        applied_rules=(),
        degraded=(),
        timings_ms=Timings(),
        ruleset_version=1,
    )
    return view_menus(Answer(response, **answer), address or Address(), "EUR")


def brands(address: Address, facet: Facet) -> Menu:
    menu = menus(address, facets={"brand": facet}).brands
    assert menu is not None
    return menu


def test_values_of_one_facet_are_alternatives_and_facets_must_all_hold() -> None:
    address = chosen(("brand", "HP"), ("brand", "Dell"), ("category", "A > B"), ("in_stock", "1"))

    assert filter_of(address) == All(
        (
            AnyOf("categories", ("A > B",)),
            AnyOf("brand", ("HP", "Dell")),
            AnyOf("in_stock", (True,)),
        )
    )
    assert filter_of(Address()) is None


def test_ranges_of_a_facet_leave_out_their_end_and_typed_ones_do_not() -> None:
    assert filter_of(chosen(("price", "10-50"))) == Range("price", gte=10, lt=50)
    assert filter_of(chosen(("price", "10..50"))) == Range("price", gte=10, lte=50)
    assert filter_of(chosen(("price", "-10"), ("price", "50-"))) == Either(
        (Range("price", lt=10), Range("price", gte=50))
    )
    assert filter_of(chosen(("rating", "4"), ("rating", "3"))) == Range("rating", gte=3)


def test_attribute_is_found_whatever_type_its_value_has() -> None:
    assert filter_of(chosen(("attributes.gb", "128"))) == AnyOf("attributes.gb", ("128", 128.0))
    assert filter_of(chosen(("attributes.wifi", "true"))) == AnyOf(
        "attributes.wifi", ("true", True)
    )
    assert filter_of(chosen(("attributes.colour", "nan"))) == AnyOf("attributes.colour", ("nan",))


def test_chips_say_what_is_chosen_and_lead_to_the_page_without_it() -> None:
    address = chosen(
        ("category", "A > B"), ("price", "10-50"), ("rating", "4"), ("attributes.storage_gb", "128")
    )

    chips = chips_of(address, "EUR")

    assert [(chip.label, chip.value) for chip in chips] == [
        ("Category", "B"),
        ("Price", "€10 to under €50"),
        ("Rating", "4 stars & up"),
        ("Storage", "128 GB"),
    ]
    assert chips[0].address.url == "/?price=10-50&rating=4&storage_gb=128"


@pytest.mark.parametrize(
    ("price", "label"),
    [
        ("-10", "Under €10"),
        ("..10", "Up to €10"),
        ("10.5-", "€10.50 & up"),
        ("10..20", "€10 to €20"),
    ],
)
def test_price_is_said_as_a_shopper_would(price: str, label: str) -> None:
    assert chips_of(chosen(("price", price)), "EUR")[0].value == label


def test_attributes_are_offered_that_most_hits_have_and_differ_in() -> None:
    hits: list[dict[str, str | float | bool]] = [
        {"colour": colour, "model": f"M{n}", "range": "value", **({"gb": n % 2} if n < 6 else {})}
        for n, colour in enumerate(["red", "blue", "red", "blue", "red", "tan", "red", "tan"])
    ]

    assert candidates_of(hits) == ("attributes.colour", "attributes.gb")
    assert candidates_of([]) == ()
    assert candidates_of([{"colour": "red"}]) == ()


def test_attribute_that_few_hits_have_is_not_offered() -> None:
    hits: list[dict[str, str | float | bool]] = [{"a": "x"}, {"a": "y"}, {}, {}]

    assert candidates_of(hits) == ()


def test_facets_with_one_value_or_hundreds_are_not_offered_unless_chosen() -> None:
    many = tuple(ValueCount(str(n), 1) for n in range(31))
    counted: dict[str, Facet] = {
        "attributes.one": counts(a=1),
        "attributes.many": many,
        "attributes.some": many[:30],
        "attributes.number": NumberFacet(count=2, values=counts(a=1, b=1)),
    }

    assert chosen_of(counted, []) == ("attributes.some", "attributes.number")
    assert chosen_of(counted, ["attributes.many"]) == (
        "attributes.many",
        "attributes.some",
        "attributes.number",
    )


def test_at_most_four_attributes_are_offered() -> None:
    counted: dict[str, Facet] = {f"attributes.{n}": counts(a=1, b=1) for n in range(8)}

    assert chosen_of(counted, []) == tuple(counted)[:4]


def test_menu_shows_six_values_and_those_chosen() -> None:
    facet = tuple(ValueCount(f"B{n:02}", 20 - n) for n in range(12))

    menu = brands(chosen(("brand", "B10"), ("brand", "Gone")), facet)

    assert [option.label for option in menu.options] == [
        "Gone", "B00", "B01", "B02", "B03", "B04", "B10",
    ]  # fmt: skip
    assert [option.count for option in menu.options if option.chosen] == [0, 10]
    assert len(menu.more) == 6
    assert menu.searchable


def test_short_menu_hides_nothing() -> None:
    menu = brands(Address(), tuple(ValueCount(str(n), 1) for n in range(8)))

    assert len(menu.options) == 8
    assert menu.more == ()
    assert not menu.searchable


def test_option_leads_to_the_page_with_it_and_back() -> None:
    menu = brands(chosen(("brand", "HP")), counts(HP=2, Dell=1))

    assert [option.address.url for option in menu.options] == ["/", "/?brand=HP&brand=Dell"]


def test_option_keeps_its_id_whatever_is_chosen() -> None:
    before = brands(Address(), counts(HP=2)).options[0].id

    assert brands(chosen(("brand", "HP")), counts(HP=2)).options[0].id == before


def test_search_inside_a_facet_shows_all_that_it_found() -> None:
    facet = tuple(ValueCount(f"B{n}", 1) for n in range(20))

    assert len(view_found("brand", facet, Address(), "b").options) == 20
    assert view_found("brand", (), chosen(("brand", "HP")), "x").options == ()
    assert len(view_found("brand", facet, Address(), " ").more) == 14


def tree(*branches: Branch) -> list[Any]:
    return [
        (one.option.label, tree(*one.children)) if one.children else one.option.label
        for one in branches
    ]


BELOW_A = (
    ValueCount("A > B", 3, (ValueCount("A > B > C", 1),)),
    ValueCount("A > D", 2),
)
CATEGORIES = (
    ValueCount("A", 5, BELOW_A),
    ValueCount("E", 1, (ValueCount("E > F", 1),)),
)


def test_categories_open_along_what_is_chosen() -> None:
    def shown(address: Address) -> list[Any]:
        return tree(*menus(address, facets={"categories": CATEGORIES}).categories)

    assert shown(Address()) == ["A", "E"]
    assert shown(chosen(("category", "A"))) == [("A", ["B", "D"])]
    assert shown(chosen(("category", "A > B"))) == [("A", [("B", ["C"]), "D"])]


def test_single_department_is_open_from_the_start() -> None:
    assert tree(*menus(facets={"categories": CATEGORIES[:1]}).categories) == [("A", ["B", "D"])]


def test_category_takes_the_place_of_another() -> None:
    shown = menus(chosen(("category", "A > B")), facets={"categories": CATEGORIES})

    assert shown.categories[0].option.address.url == "/?category=A"
    assert shown.all_categories is not None
    assert shown.all_categories.url == "/"


def test_prices_offer_ranges_and_keep_what_was_typed() -> None:
    facet = NumberFacet(
        count=3, min=5.2, max=99.9, ranges=(RangeCount(1, None, 10.0), RangeCount(2, 10.0, None))
    )

    typed = menus(chosen(("price", "7..")), facets={"price": facet}).prices
    picked = menus(chosen(("price", "10-")), facets={"price": facet}).prices

    assert typed is not None
    assert picked is not None
    assert [(one.value, one.label, one.count) for one in typed.ranges] == [
        ("-10", "Under €10", 1),
        ("10-", "€10 & up", 2),
    ]
    assert (typed.low, typed.high, typed.least, typed.greatest) == ("7", "", "5", "100")
    assert [one.chosen for one in picked.ranges] == [False, True]
    assert picked.ranges[1].address.url == "/"


def test_stars_that_nothing_has_are_left_out() -> None:
    shown = menus(chosen(("rating", "3")), stars={4: 7, 3: 0, 2: 0}).stars

    assert [(one.value, one.count, one.chosen) for one in shown] == [
        ("4", 7, False),
        ("3", 0, True),
    ]


@pytest.mark.parametrize(
    ("name", "label"),
    [
        ("storage_gb", "Storage"),
        ("colour", "Colour"),
        ("Product colour", "Product colour"),
        ("size_eu", "Size (EU)"),
        ("gps", "GPS"),
        ("gb", "Gb"),
        ("_", "_"),
    ],
)
def test_attribute_is_named_in_words(name: str, label: str) -> None:
    assert attribute_label(name) == label


@pytest.mark.parametrize(
    ("value", "name", "label"),
    [
        (128.0, "storage_gb", "128 GB"),
        ("6.7", "screen_inch", "6.7 inch"),
        (70.0, "cocoa_percent", "70%"),
        (True, "wifi", "Yes"),
        ("false", "wifi", "No"),
        ("navy", "colour", "Navy"),
        ("XL", "size", "XL"),
    ],
)
def test_value_is_shown_in_words(value: str | float, name: str, label: str) -> None:
    assert value_label(value, name) == label


@pytest.mark.parametrize("value", ["navy", 128.0, 6.7, True, -0.5, 1e300])
def test_value_of_a_menu_finds_what_it_was_counted_from(value: str | float) -> None:
    condition = filter_of(chosen(("attributes.x", value_text(value))))

    assert isinstance(condition, AnyOf)
    assert value in condition.values
    parse_filter({"field": "attributes.x", "any_of": list(condition.values)}, "$")
