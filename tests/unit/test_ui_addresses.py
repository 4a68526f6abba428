"""The state of the search page in its address: every state has one spelling, and is read again."""

from urllib.parse import parse_qsl

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.search.errors import InvalidSearch
from app.ui.addresses import (
    MAX_CHOSEN,
    SORTS,
    Address,
    in_order,
    is_canonical,
    parameter_of,
    read_address,
)
from app.ui.spans import Span, read_span
from indexing.filters import UNUSABLE_IN_NAMES


def read(address: str) -> Address:
    return read_address(parse_qsl(address.partition("?")[2], keep_blank_values=True))


printable = st.characters(exclude_categories=["C"])
values = st.text(printable, min_size=1, max_size=20).filter(str.strip)
names = st.text(printable, min_size=1, max_size=12).filter(
    lambda name: not UNUSABLE_IN_NAMES.intersection(name)
)
bounds = st.none() | st.integers(0, 99_999_999).map(lambda number: number / 100)
spans = st.builds(Span, bounds, bounds, st.booleans()).filter(
    lambda span: span.low is not None or span.high is not None
)
choices = st.one_of(
    st.tuples(st.sampled_from(["brand", "category"]), values),
    st.tuples(st.just("price"), spans.map(str)),
    st.tuples(st.just("rating"), st.sampled_from(["0", "2.5", "4", "5"])),
    st.just(("in_stock", "1")),
    st.tuples(names.map(lambda name: f"attributes.{name}"), values),
    st.tuples(st.sampled_from(["attributes.q", "attributes.price", "attributes.utm_x"]), values),
)
states = st.builds(
    Address,
    q=st.text(printable, max_size=30).map(str.strip),
    page=st.integers(1, 10**18 - 1),
    sort=st.sampled_from(list(SORTS)),
    chosen=st.lists(choices, max_size=8).map(in_order),
    exact=st.booleans(),
    explain=st.booleans(),
)


@given(states)
def test_every_state_is_read_again_from_its_own_address(state: Address) -> None:
    assert read(state.url) == state
    assert is_canonical(state.pairs)


@given(states, choices)
def test_what_is_chosen_can_be_taken_back(state: Address, choice: tuple[str, str]) -> None:
    chosen = state.with_choice(*choice)

    assert choice in chosen.chosen
    assert chosen.page == 1
    assert chosen.without_choice(*choice).chosen == state.without_choice(*choice).chosen
    assert chosen.cleared().chosen == ()


@given(spans)
def test_every_range_is_read_again_from_its_spelling(span: Span) -> None:
    assert read_span(str(span)) == span


@pytest.mark.parametrize(
    ("address", "url"),
    [
        (Address(), "/"),
        (Address(q="kettle"), "/?q=kettle"),
        (Address(q="a & b", page=3, explain=True), "/?q=a+%26+b&page=3&explain=1"),
        (Address(page=2), "/?page=2"),
        (Address(q="café", sort="price:desc"), "/?q=caf%C3%A9&sort=price%3Adesc"),
        (
            Address(chosen=(("brand", "HP"), ("brand", "Dell"), ("attributes.colour", "red"))),
            "/?brand=HP&brand=Dell&colour=red",
        ),
        (Address(q="x", exact=True), "/?q=x&exact=1"),
    ],
)
def test_address_leaves_out_what_has_its_default(address: Address, url: str) -> None:
    assert address.url == url


@pytest.mark.parametrize(
    ("given", "canonical"),
    [
        ("/?q=kettle&page=&sort=&price_min=&price_max=", "/?q=kettle"),
        ("/?price_min=10&price_max=50", "/?price=10..50"),
        ("/?price=10-50&price_min=20&price_max=", "/?price=20.."),
        ("/?price=010.50-050", "/?price=10.5-50"),
        ("/?in_stock=on&explain=yes", "/?in_stock=1&explain=1"),
        ("/?in_stock=0", "/"),
        ("/?colour=red&brand=HP", "/?brand=HP&colour=red"),
        ("/?attributes.colour=red&colour=red", "/?colour=red"),
        ("/?brand=HP&brand=HP&brand=", "/?brand=HP"),
        ("/?q=a&q=b&client_id=1&session_id=2&utm_source=x&gclid=y", "/?q=a"),
        ("/?rating=4.0", "/?rating=4"),
    ],
)
def test_other_spellings_lead_to_the_one_address(given: str, canonical: str) -> None:
    assert read(given).url == canonical


@pytest.mark.parametrize(
    "pairs", [[("q", "a"), ("sort", "")], [("price_min", "1")], [("price_max", "")]]
)
def test_address_that_a_form_made_is_not_the_one(pairs: list[tuple[str, str]]) -> None:
    assert not is_canonical(pairs)


@pytest.mark.parametrize(
    ("facet", "parameter"),
    [
        ("brand", "brand"),
        ("attributes.colour", "colour"),
        ("attributes.price", "attributes.price"),
        ("attributes.attributes.x", "attributes.attributes.x"),
        ("attributes.utm_source", "attributes.utm_source"),
    ],
)
def test_attribute_goes_by_its_bare_name_unless_it_is_taken(facet: str, parameter: str) -> None:
    assert parameter_of(facet) == parameter


@pytest.mark.parametrize("page", ["0", "-1", "1.5", "+1", "1_0", "٣", "two", "1" + "0" * 18])
def test_page_that_is_no_number_from_1_is_named_in_a_sentence(page: str) -> None:
    with pytest.raises(InvalidSearch, match="pages are counted from 1"):
        read_address([("q", "kettle"), ("page", page)])


def test_query_may_have_512_characters_and_no_more() -> None:
    assert read_address([("q", "x" * 512)]).q == "x" * 512
    with pytest.raises(InvalidSearch, match=r"at most 512 .* has 1,000"):
        read_address([("q", "x" * 1000)])


@pytest.mark.parametrize(
    ("name", "value", "sentence"),
    [
        ("sort", "sideways", "no order “sideways”"),
        ("price", "cheap", "“cheap” is no range of prices"),
        ("price", "-", "“-” is no range of prices"),
        ("price_min", "-5", "is no range of prices"),
        ("rating", "6", "stars go from 0 to 5"),
        ("rating", "good", "stars go from 0 to 5"),
        ("brand", "x" * 201, "too long"),
    ],
)
def test_what_cannot_be_chosen_is_named_in_a_sentence(name: str, value: str, sentence: str) -> None:
    with pytest.raises(InvalidSearch, match=sentence):
        read_address([(name, value)])


def test_more_values_than_a_filter_holds_are_refused() -> None:
    pairs = [("brand", str(n)) for n in range(MAX_CHOSEN + 1)]

    assert len(read_address(pairs[1:]).chosen) == MAX_CHOSEN
    with pytest.raises(InvalidSearch, match="At most 60"):
        read_address(pairs)


@pytest.mark.parametrize("explain", ["1", "true", " ON ", "yes"])
def test_explain_is_switched_on_by_any_usual_word(explain: str) -> None:
    assert read_address([("explain", explain)]).explain


@pytest.mark.parametrize("explain", ["", "0", "off", "perhaps"])
def test_explain_is_off_for_everything_else(explain: str) -> None:
    assert not read_address([("explain", explain)]).explain
