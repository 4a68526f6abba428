"""What of a hit is marked, that nothing of it comes out unescaped, and which part is shown."""

import re
from html import unescape

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.search.highlight import Highlighter
from indexing.bm25_encoder import Bm25Encoder
from indexing.codes import code_tokens
from indexing.units import with_quantities

ENCODER = Bm25Encoder()
HIGHLIGHTER = Highlighter(ENCODER.terms)


def terms(query: str) -> frozenset[int]:
    """As the lexical retriever sees a query."""
    lexical = f"{with_quantities(query)} {' '.join(code_tokens(query))}"
    return frozenset(ENCODER.encode_query(lexical).indices)


@pytest.mark.parametrize(
    ("query", "text", "marked"),
    [
        ("lamp", "Glow lamp", "Glow <mark>lamp</mark>"),
        ("lamps", "LAMP, lamps", "<mark>LAMP</mark>, <mark>lamps</mark>"),
        ("running shoe", "Shoes for runs", "<mark>Shoes</mark> for <mark>runs</mark>"),
        ("the lamp", "the lamp", "the <mark>lamp</mark>"),
        ("café", "Cafe au lait", "<mark>Cafe</mark> au lait"),
        ("cafe", "Café", "<mark>Café</mark>"),
        ("usb-c", "USB-C hub", "<mark>USB</mark>-<mark>C</mark> hub"),
        ("r&b", "R&B <b>", "<mark>R</mark>&amp;<mark>B</mark> &lt;<mark>b</mark>&gt;"),
        ("amp", "A & B", None),
        ("15.6 inch laptop", 'Laptops (15,6")', "<mark>Laptops</mark> (<mark>15,6&quot;</mark>)"),
        ("15.6 inch", "15 laptops, 6 inch", None),
        ("2 tb", "2TB and 4 TB", "<mark>2TB</mark> and 4 TB"),
        ("wh1000xm4", "Sony WH-1000XM4 black", "Sony <mark>WH-1000XM4</mark> black"),
        ("WH-1000XM4", "Sony WH1000XM4", "Sony <mark>WH1000XM4</mark>"),
        ("WH-1000XM4", "Sony WH-1000XM4", "Sony <mark>WH-1000XM4</mark>"),
        ("phone", "Lamp", None),
        ("", "Lamp", None),
        ("lamp", "", None),
    ],
)  # fmt: skip
def test_words_that_the_query_found_are_marked(query: str, text: str, marked: str | None) -> None:
    assert HIGHLIGHTER.highlight(text, terms(query)) == marked


def test_neighbours_have_marks_of_their_own() -> None:
    marked = HIGHLIGHTER.highlight("red lamp", terms("red lamp"))

    assert marked == "<mark>red</mark> <mark>lamp</mark>"


def test_what_overlaps_has_one_mark() -> None:
    marked = HIGHLIGHTER.highlight("x 500 GB-500 x", terms("500 gb gb-500"))

    assert marked == "x <mark>500 GB-500</mark> x"


TEXTS = st.one_of(
    st.text(max_size=200),
    st.lists(
        st.sampled_from(
            ["lamp", "Lamps", "&", "<b>", '15.6"', "2 TB", "WH-1000XM4", "&amp;", "…", "x'y", "é"]
        ),
        max_size=60,
    ).map(" ".join),
)
QUERY = terms("lamp 15.6 inch 2tb wh1000xm4 b amp x")


def plain(html: str) -> str:
    assert not re.search(r"<(?!/?mark>)", html)
    assert not re.search(r"<mark>[^<]*<mark>|</mark>[^<]*</mark>", html)
    return unescape(html.replace("<mark>", "").replace("</mark>", ""))


@given(TEXTS)
def test_without_its_marks_the_text_is_back(text: str) -> None:
    marked = HIGHLIGHTER.highlight(text, QUERY)

    assert marked is None or plain(marked) == text


@given(TEXTS, st.integers(1, 40))
def test_snippet_is_a_part_of_the_text_of_so_many_words(text: str, words: int) -> None:
    snippet = HIGHLIGHTER.snippet(text, QUERY, words)

    shown = plain(snippet)
    if len(text.split()) <= words:
        assert shown == text
    else:
        assert any(
            cut in text and len(cut.split()) == words
            for cut in (shown[1:-1], shown[:-1], shown[1:])
        )


def test_snippet_shows_where_most_of_the_query_is_and_in_its_middle() -> None:
    text = "lamp " + "a1 " * 50 + "red b2 lamp " + "c3 " * 50

    snippet = HIGHLIGHTER.snippet(text.strip(), terms("red lamp"), words=7)

    assert snippet == "…a1 a1 <mark>red</mark> b2 <mark>lamp</mark> c3 c3…"


def test_term_that_is_often_there_counts_once() -> None:
    text = "lamp lamp lamp lamp " + "a1 " * 20 + "red lamp"

    snippet = HIGHLIGHTER.snippet(text, terms("red lamp"), words=4)

    assert snippet == "…a1 a1 <mark>red</mark> <mark>lamp</mark>"


def test_snippet_without_a_match_is_the_beginning() -> None:
    assert HIGHLIGHTER.snippet("one < two three", terms("lamp"), words=3) == "one &lt; two…"
    assert HIGHLIGHTER.snippet("one < two", terms("lamp"), words=3) == "one &lt; two"
    assert HIGHLIGHTER.snippet("", terms("lamp")) == ""


def test_quantity_that_the_edge_cuts_is_marked_as_far_as_it_is_shown() -> None:
    snippet = HIGHLIGHTER.snippet("2 TB disk for all", terms("2tb"), words=1)

    assert snippet == "<mark>2</mark>…"


# Letters of scripts with vowel signs, and those younger than Python's tables, are words of other
# lengths to it than to BM25.
LETTERS = st.characters(categories=["Ll", "Lu", "Nd", "P", "S", "Z"], max_codepoint=0x52F)


@given(st.text(LETTERS, max_size=30), st.text(LETTERS, max_size=100))
def test_what_is_marked_is_what_bm25_finds(query: str, text: str) -> None:
    asked = frozenset(ENCODER.encode_query(query).indices)
    found = asked & set(ENCODER.encode_query(text).indices)

    marked = HIGHLIGHTER.highlight(text, asked)

    assert bool(found) <= (marked is not None)
