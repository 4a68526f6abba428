"""Words that are near, and words that begin alike, against the plain way to find them; and when a
costly reading is due."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.vocabulary.counting import CountedWords, fold
from app.vocabulary.nearness import NearWords
from app.vocabulary.pace import LEAST_SECONDS, SOON_SECONDS, Pace
from app.vocabulary.prefixes import Prefixes
from app.vocabulary.words import Vocabulary
from rules.tolerance import distance

texts = st.text("abcdeß\U0001f600", min_size=1, max_size=9)


@given(st.sets(texts, max_size=40), texts, st.integers(1, 2))
def test_near_words_are_those_that_comparing_with_each_finds(
    words: set[str], word: str, typos: int
) -> None:
    found = {near.word: near.typos for near in NearWords(words).within(word, typos)}

    assert found == {
        other: apart
        for other in words
        if (apart := distance(word, other, typos)) is not None and len(word) + len(other) > 0
    }


@given(st.dictionaries(texts, st.integers(1, 9), max_size=40), texts)
def test_weight_of_a_beginning_adds_up_the_words_that_have_it(
    counts: dict[str, int], prefix: str
) -> None:
    weight = Prefixes(counts).weight(prefix)

    assert weight == sum(count for word, count in counts.items() if word.startswith(prefix))


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("labt", "lapt"),
        ("lpato", "lapto"),
        ("lptop", "laptop"),
        ("laaptop", "laptop"),
        ("headphnoe", "headphone"),
        ("kettlee", "kettle"),
        # Begins a word as it is, is too short, or holds a digit.
        ("lapt", None),
        ("lab", None),
        ("lab4t", None),
        # Another first letter, in a longer word only.
        ("raptop", "laptop"),
        ("rapt", None),
        ("zzzzz", None),
        ("x" * 200, None),
    ],
)
def test_beginning_with_a_typo_becomes_one_that_words_have(typed: str, meant: str | None) -> None:
    counts = {"laptop": 20, "lamp": 5, "label": 10, "headphones": 9, "kettle": 7, "keyboard": 8}

    assert Prefixes(counts).nearest(typed) == meant


def test_of_two_beginnings_the_one_that_more_items_have_is_meant() -> None:
    counts = {"carpet": 3, "carton": 1, "cabinet": 30, "caravan": 2}

    assert Prefixes(counts).nearest("caqpet") == "carpet"
    assert Prefixes(counts).nearest("caxi") == "cabi"


@pytest.mark.parametrize(
    ("word", "folded"),
    [
        ("Café", "cafe"),
        ("Straße", "strasse"),
        ("ЁЛКА", "елка"),
        ("한글", "한글"),
        ("हिन्दी", "हिन्दी"),
    ],
)
def test_words_are_compared_without_case_and_accents(word: str, folded: str) -> None:
    assert fold(word) == folded


def test_word_is_as_rare_as_its_rarest_part() -> None:
    vocabulary = Vocabulary(CountedWords({"usb": 9, "c": 4, "kettles": 5, "xx15": 1}, {}))

    assert vocabulary.items_with("usb-c") == 4
    assert vocabulary.items_with("xx15") == 1
    assert vocabulary.items_with("kettle") == 1
    assert vocabulary.items_with("usb-d") == 0


def test_costly_reading_waits_the_longer_the_longer_it_took_but_not_for_the_first_item() -> None:
    now = 100.0
    pace = Pace(lambda: now)
    assert pace.due()

    pace.note(0.1, empty=True)
    now += SOON_SECONDS
    assert pace.due()

    pace.note(0.1)
    now += LEAST_SECONDS - 1
    assert not pace.due()
    now += 1
    assert pace.due()

    pace.note(10.0)
    now += 199
    assert not pace.due()
    now += 1
    assert pace.due()
