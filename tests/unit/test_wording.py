"""Other forms of a query's words."""

import pytest

from app.search.wording import forms_by, is_unfinished
from app.vocabulary.counting import CountedWords
from app.vocabulary.words import Vocabulary
from indexing.bm25_encoder import Bm25Encoder

COUNTS = {
    "headphones": 150,
    "head": 90,
    "phones": 40,
    "memory": 80,
    "memorycard": 2,
    "card": 60,
    "mouse": 30,
    "wireless": 70,
    "wired": 20,
    "cable": 50,
}
VOCABULARY = Vocabulary(CountedWords(COUNTS, {}))
_bm25 = Bm25Encoder()


def forms(text: str) -> list[str]:
    return forms_by(lambda: VOCABULARY)(text, _bm25.terms)


@pytest.mark.parametrize(
    ("text", "others"),
    [
        ("head phones", ["headphones"]),
        ("big Head  Phones", ["big headphones"]),
        ("memory card", []),
        ("mice", ["mouse"]),
        ("cables", []),
        ("wirel", ["wireless"]),
        ("mouse wirel", ["mouse wireless"]),
        ("wirel mouse", []),
        ("wired", []),
        ("wi", []),
        ("xyz", []),
        ("", []),
    ],
)
def test_other_forms_are_those_that_the_catalogue_has(text: str, others: list[str]) -> None:
    assert forms(text) == others


def test_nothing_is_known_before_the_words_were_counted() -> None:
    assert forms_by(Vocabulary)("head phones", _bm25.terms) == []


def test_word_is_unfinished_only_at_the_end() -> None:
    assert is_unfinished(("mouse", "wirel"), VOCABULARY)
    assert not is_unfinished(("wirel", "mouse"), VOCABULARY)
    assert not is_unfinished((), VOCABULARY)
