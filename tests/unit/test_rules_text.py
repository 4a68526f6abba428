"""Query text as rules compare it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.text import exchange, words


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("USB-C  Kabel!", ("usb-c", "kabel")),
        ("  ", ()),
        ("?!", ()),
        ("3.5 mm (jack)", ("3.5", "mm", "jack")),
        ("snake_case", ("snake", "case")),
        ("a--b foo.", ("a", "b", "foo")),
        ("ＵＳＢ ﬁsh", ("usb", "fish")),
        ("Straße STRASSE", ("strasse", "strasse")),
        ("Cafe\u0301 Café", ("café", "café")),
        ("women\u2019s usb\u2011c 10\u201312", ("women's", "usb-c", "10-12")),
        ("Lade\u00adkabel zero\u200bwidth", ("ladekabel", "zerowidth")),
        ("cafe\u200b\u0301", ("café",)),
        ("हिन्दी किताब", ("हिन्दी", "किताब")),
        ("שָׁלוֹם", ("שָׁלוֹם",)),
        ("❤\ufe0f lamp 👩\u200d🔬", ("lamp",)),
        ("日本語 テスト", ("日本語", "テスト")),
    ],
)
def test_words_are_what_a_reader_sees(text: str, expected: tuple[str, ...]) -> None:
    assert words(text) == expected


def test_words_of_words_are_the_same_words() -> None:
    for text in ("İstanbul’da", "ǰ", "ΐ ﬃ", "Σίσυφος", "ŉ"):
        once = words(text)

        assert words(" ".join(once)) == once


# Letters, marks and invisible characters meet more often here than in any text.
awkward = st.text(st.characters(categories=["Ll", "Lu", "Lo", "Mn", "Mc", "Cf", "Pd", "Po"]))


@given(st.text() | awkward)
def test_words_of_words_are_the_same_words_whatever_is_typed(text: str) -> None:
    once = words(text)

    assert words(" ".join(once)) == once


@pytest.mark.parametrize(
    ("text", "phrase", "other", "expected"),
    [
        ("red desk lamp", "desk", "floor", "red floor lamp"),
        ("red desk lamp", "desk lamp", "light", "red light"),
        ("red desk lamp", "esk", "x", "red desk lamp"),
        ("desk", "desk lamp", "x", "desk"),
        ("lamp lamp lamp lamp", "lamp", "light", "light light light light"),
        ("lamp lamp lamp lamp", "lamp", "", ""),
        ("big lamp", "lamp", "", "big"),
        ("tv", "tv", "tv set", "tv set"),
        ("", "tv", "telly", ""),
    ],
)
def test_exchange_puts_one_phrase_in_place_of_another_wherever_it_stands(
    text: str, phrase: str, other: str, expected: str
) -> None:
    assert exchange(text, phrase, other) == expected
