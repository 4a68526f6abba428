"""When two words count as the same."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.tolerance import alike, allowed_typos, distance, forms, singular


@pytest.mark.parametrize(
    ("word", "typos"),
    [
        ("", 0),
        ("tea", 0),
        ("lamp", 1),
        ("speaker", 1),
        ("speakers", 2),
        ("refrigerator", 2),
        ("galaxy9", 0),
        ("xx123456", 0),
        ("größe", 1),
        ("lamp٣", 0),
    ],
)
def test_longer_words_are_forgiven_more_and_words_with_a_digit_nothing(
    word: str, typos: int
) -> None:
    assert allowed_typos(word) == typos


@pytest.mark.parametrize(
    ("one", "other", "apart"),
    [
        ("lamp", "lamp", 0),
        ("lamp", "lam", 1),
        ("lamp", "lampp", 1),
        ("lamp", "limp", 1),
        ("lamp", "lapm", 1),
        ("lamp", "plam", 2),
        ("lamp", "clamps", 2),
        ("lamp", "limb", 2),
        ("lamp", "chair", None),
        ("lamp", "lampshade", None),
        ("größe", "grösse", 2),
    ],
)
def test_distance_counts_letters_and_swaps_of_neighbours(
    one: str, other: str, apart: int | None
) -> None:
    assert distance(one, other, 2) == apart
    assert distance(other, one, 2) == apart


def test_distance_beyond_what_is_asked_for_is_none() -> None:
    assert distance("lamp", "limb", 1) is None
    assert distance("lamp", "limp", 1) == 1


@pytest.mark.parametrize(
    ("one", "many"),
    [
        ("watch", "watches"),
        ("knife", "knives"),
        ("battery", "batteries"),
        ("mouse", "mice"),
        ("child", "children"),
        ("shoe", "shoes"),
        ("case", "cases"),
        ("glass", "glasses"),
        ("dress", "dresses"),
        ("tv", "tvs"),
        # Singulars in -s, whose last letter looks like a plural's.
        ("lens", "lenses"),
        ("bus", "buses"),
        ("gas", "gases"),
        ("canvas", "canvases"),
        ("stylus", "styluses"),
        ("bonus", "bonuses"),
        ("iris", "irises"),
    ],
)
def test_singular_and_plural_are_alike_either_way(one: str, many: str) -> None:
    assert alike(one, many, plurals=True, typos=False)
    assert alike(many, one, plurals=True, typos=False)
    assert not alike(one, many, plurals=False, typos=False)


@pytest.mark.parametrize(
    ("one", "other"),
    [("lamp", "lamb"), ("bread", "bred"), ("book", "bookshelf"), ("pin", "pins2"), ("usb", "us")],
)
def test_words_that_are_no_singular_and_plural_are_not_alike(one: str, other: str) -> None:
    assert not alike(one, other, plurals=True, typos=False)


@pytest.mark.parametrize("word", ["", "tv", "4k", "usb-c", "galaxy9s", "women's"])
def test_short_words_and_those_with_signs_are_no_plurals(word: str) -> None:
    assert singular(word) == word
    assert forms(word) == {word}


@pytest.mark.parametrize(
    ("ruled", "asked", "expected"),
    [
        ("laptop", "laptpo", True),
        ("laptop", "labtob", False),
        ("headphones", "haedphone", True),
        ("tea", "tee", False),
        # What counts is how long the rule's word is.
        ("lamp", "lam", True),
        ("lam", "lamp", False),
        ("speakers", "speaks", True),
        ("speaks", "speakers", False),
        ("galaxy", "galaxy9", False),
        ("galaxy9", "galaxy8", False),
    ],
)
def test_typos_are_forgiven_by_the_length_of_the_rules_word(
    ruled: str, asked: str, expected: bool
) -> None:
    assert alike(ruled, asked, plurals=False, typos=True) is expected
    assert not alike(ruled, asked, plurals=False, typos=False)


words = st.text("aeinrst", min_size=1, max_size=9)


@given(words, words, st.booleans(), st.booleans())
def test_more_tolerance_never_parts_what_less_joins(
    ruled: str, asked: str, plurals: bool, typos: bool
) -> None:
    if alike(ruled, asked, plurals, typos):
        assert alike(ruled, asked, plurals=True, typos=True)
    assert alike(ruled, ruled, plurals, typos)


@given(st.text(max_size=12))
def test_every_text_has_a_singular(text: str) -> None:
    assert singular(text) or not text
    assert text in forms(text)
