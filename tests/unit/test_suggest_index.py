"""The index of texts by the beginnings of their words, and what is looked up in it."""

import json
import threading

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.settings import InvalidSetting, read_settings
from app.suggest.matching import expression_of, typed_words
from app.suggest.text_index import IndexSlot, TextIndex
from app.vocabulary.counting import CountedWords
from app.vocabulary.spelling import Speller
from app.vocabulary.words import Vocabulary

TITLES = [
    "Acme Laptop 15 inch",
    "Laptops for children",
    "Café table, round",
    "USB-C cable 2 m",
    "Wireless mouse",
    "Desk lamp",
    "Hot air balloon",
]
VOCABULARY = Vocabulary(
    CountedWords(
        {"laptop": 2, "laptops": 1, "cafe": 1, "table": 1, "cable": 3, "wireless": 2, "mouse": 2}
        | {"desk": 1, "lamp": 2, "balloon": 1, "usb": 1, "acme": 1, "inch": 1, "hot": 1, "air": 1},
        {},
    )
)
SPELLER = Speller(lambda: VOCABULARY)


def index_of(titles: list[str], at_once: int = 3) -> TextIndex:
    index = TextIndex()
    for n in range(0, len(titles), at_once):
        index.add(json.dumps([[title, {"title": title}] for title in titles[n : n + at_once]]))
    index.finish()
    return index


@pytest.fixture(scope="module")
def index() -> TextIndex:
    return index_of(TITLES)


def found(index: TextIndex, typed: str, limit: int = 10) -> list[str]:
    expression = expression_of(typed_words(typed), VOCABULARY, SPELLER, frozenset())
    return [json.loads(answer)["title"] for answer in index.find(expression, limit)]


@pytest.mark.parametrize(
    ("typed", "titles"),
    [
        ("l", ["Acme Laptop 15 inch", "Laptops for children", "Desk lamp"]),
        ("LAPT", ["Acme Laptop 15 inch", "Laptops for children"]),
        ("laptop a", ["Acme Laptop 15 inch"]),
        ("laptops inc", ["Acme Laptop 15 inch"]),
        ("15 lap", ["Acme Laptop 15 inch"]),
        ("cafe", ["Café table, round"]),
        ("CAFÉ ta", ["Café table, round"]),
        ("usb-c", ["USB-C cable 2 m"]),
        ("usb c", ["USB-C cable 2 m"]),
        ("mouse lamp", []),
        # A typo in the last word, in one before it, two of them, none that is near.
        ("labt", ["Acme Laptop 15 inch", "Laptops for children"]),
        ("wireles mou", ["Wireless mouse"]),
        ("wirelessmou", []),
        ("wirelessmouse", ["Wireless mouse"]),
        ("baloon", ["Hot air balloon"]),
        ("wirless moose", ["Wireless mouse"]),
        ("zzzzzz", []),
    ],
)
def test_every_word_must_match_and_the_last_may_be_unfinished(
    index: TextIndex, typed: str, titles: list[str]
) -> None:
    assert found(index, typed) == titles


def test_texts_come_in_the_order_in_which_they_were_added(index: TextIndex) -> None:
    assert len(index) == len(TITLES)
    assert found(index, "l", limit=1) == ["Acme Laptop 15 inch"]
    assert [json.loads(answer)["title"] for answer in index.first(2)] == TITLES[:2]


def test_word_of_a_rule_is_not_corrected(index: TextIndex) -> None:
    expression = expression_of(("labtop",), VOCABULARY, SPELLER, frozenset(("labtop",)))

    assert index.find(expression, 10) == []


@pytest.mark.parametrize(
    "typed",
    [
        '"',
        '""" OR "',
        "laptop OR mouse",
        "NOT laptop",
        "NEAR(laptop mouse, 3)",
        "title:laptop",
        "text : laptop",
        "{text} : laptop",
        "^laptop",
        "laptop*",
        "lap* + top",
        "-- laptop",
        "'); drop table texts; --",
        "(((((((",
        "a AND AND b",
        "\\",
        "laptop\x1f",
        "a" * 200,
        "a " * 100,
        "a-" * 100,
        "😀 laptop",
        "ｌａｐｔｏｐ",
        "\u0301",
        "𞤀𞤁a𞤂",
    ],
)
def test_what_was_typed_is_never_taken_for_a_part_of_the_expression(
    index: TextIndex, typed: str
) -> None:
    if typed_words(typed):
        assert found(index, typed) in ([], TITLES[:2], [TITLES[0]], [TITLES[4]])


@given(st.text(max_size=60))
def test_no_text_is_an_error(index: TextIndex, text: str) -> None:
    if typed_words(text):
        found(index, text)


def test_index_is_exchanged_while_others_read_it() -> None:
    slot = IndexSlot()
    slot.swap(index_of(["Lamp 0"] * 20))
    stop = threading.Event()
    seen: list[set[str]] = []
    failed: list[BaseException] = []

    def read() -> None:
        try:
            while not stop.is_set():
                seen.append(set(slot.find('"lam" *', 20)))
        except BaseException as error:
            failed.append(error)
            raise

    readers = [threading.Thread(target=read) for _ in range(4)]
    for reader in readers:
        reader.start()
    for n in range(1, 30):
        slot.swap(index_of([f"Lamp {n}"] * 20))
    stop.set()
    for reader in readers:
        reader.join()

    assert not failed
    assert all(len(answers) == 1 for answers in seen)
    assert slot.first(1) == ['{"title":"Lamp 29"}']


def test_fewer_than_three_shoppers_are_never_enough() -> None:
    assert read_settings({"ENDCAP_SUGGEST_MIN_SHOPPERS": "5"}).suggest_min_shoppers == 5
    with pytest.raises(InvalidSetting, match="a whole number from 3"):
        read_settings({"ENDCAP_SUGGEST_MIN_SHOPPERS": "2"})
