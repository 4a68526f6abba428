"""Which words of a query occur where in the items' texts, for many items at once."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from indexing.documents import Item, ItemKey
from ranking.facts import ATTRIBUTES, BRAND, CATEGORIES, DESCRIPTION, TEXT_FIELDS, TITLE, facts_of
from ranking.text import stems
from ranking.text_match import TextMatch, match_texts, query_terms
from tests.factories import make_item


def match(query: str, *items: Item) -> TextMatch:
    facts = [facts_of(ItemKey(key), item) for key, item in enumerate(items, start=1)]
    return match_texts(query_terms(query), facts)


def positions(query: str, title: str) -> list[int]:
    """Of each word of the query, the place of its first match in the title."""
    found: list[int] = match(query, make_item(title=title)).title_position[:, 0].tolist()
    return found


@pytest.mark.parametrize(
    ("field", "values"),
    [
        (TITLE, {"title": "Red kettles"}),
        (BRAND, {"title": "x", "brand": "Kettle"}),
        (CATEGORIES, {"title": "x", "categories": ("Kitchen", "Kettles")}),
        (DESCRIPTION, {"title": "x", "description": "A kettle."}),
        (ATTRIBUTES, {"title": "x", "attributes": {"kind": "kettle", "litres": 1.5}}),
    ],
)
def test_word_is_found_in_the_field_that_has_it_and_in_no_other(
    field: int, values: dict[str, Any]
) -> None:
    found = match("kettle", make_item(**values)).found

    assert np.flatnonzero(found[0, 0]).tolist() == [field]


def test_matches_stay_with_their_items() -> None:
    items = [
        make_item(str(n), title=title) for n, title in enumerate(["mug", "a kettle", "", "kettle"])
    ]

    result = match("kettle", *items)

    assert result.found[0, :, TITLE].tolist() == [False, True, False, True]
    assert result.title_position[0].tolist() == [-1, 1, -1, 0]


def test_inflected_and_accented_words_are_the_same_word() -> None:
    assert positions("cafés", "Cafe table") == [0]
    assert positions("shoe", "Running SHOES") == [1]


def test_first_of_several_matches_counts() -> None:
    assert positions("red kettle", "Kettle, red kettle, red") == [1, 0]


def test_head_set_matches_headset_with_both_words_at_one_place() -> None:
    assert positions("head set", "Wireless headset") == [1, 1]


def test_words_join_only_with_their_neighbours_in_the_query() -> None:
    assert positions("head phone set", "headset") == [-1, -1, -1]
    assert positions("usb head set", "USB headset") == [0, 1, 1]


def test_small_words_are_left_out_unless_there_is_nothing_else() -> None:
    assert query_terms("bag for the laptop") == stems("bag laptop")
    assert query_terms("the with") == stems("the with")
    assert query_terms("?!") == ()


def test_query_without_words_matches_nothing() -> None:
    result = match("", make_item(title="Kettle"))

    assert result.found.shape == (0, 1, len(TEXT_FIELDS))
    assert result.title_position.shape == (0, 1)


def test_no_items_are_no_error() -> None:
    assert match("kettle").found.shape == (1, 0, len(TEXT_FIELDS))


words = st.lists(st.sampled_from(["head", "set", "headset", "red", "mug"]), max_size=6).map(
    " ".join
)


def by_hand(terms: Sequence[str], title: str) -> list[int]:
    """The definition, word by word."""
    place = {stem: n for n, stem in reversed(list(enumerate(stems(title))))}
    found = []
    for n, term in enumerate(terms):
        spellings = [term]
        if n:
            spellings.append(terms[n - 1] + term)
        if n + 1 < len(terms):
            spellings.append(term + terms[n + 1])
        found.append(min((place[s] for s in spellings if s in place), default=-1))
    return found


@settings(deadline=None)
@given(words, st.lists(words, max_size=5))
def test_many_items_at_once_match_as_each_by_hand(query: str, titles: list[str]) -> None:
    items = [make_item(str(n), title=title, brand="red") for n, title in enumerate(titles)]

    result = match(query, *items)

    expected = [by_hand(query_terms(query), title) for title in titles]
    assert result.title_position.T.tolist() == expected
    assert (result.found[:, :, TITLE] == (result.title_position >= 0)).all()
