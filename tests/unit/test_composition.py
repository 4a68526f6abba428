"""How an item becomes a document: its texts, and the payload that filters and sorts read."""

from datetime import UTC, datetime, timedelta, timezone

import pytest

from indexing.composition import (
    MAX_TERM_LENGTH,
    codes_of,
    compose,
    core_text,
    dense_text,
    lexical_text,
    payload_of,
    text_hash,
)
from indexing.documents import ItemKey
from indexing.filters import attribute_term
from tests.factories import make_item

LAMP = make_item(
    "lamp",
    title="Glow lamp",
    brand="Lumo",
    description="Warm light.",
    categories=("Home", "Lamps"),
    price=40.0,
    attributes={"colour": "black", "watts": 9.0, "dimmable": True},
)


def test_document_carries_its_key_its_version_and_the_texts() -> None:
    document = compose(ItemKey(7), 3, LAMP)

    assert (document.key, document.version) == (7, 3)
    assert document.dense_text == dense_text(LAMP)
    assert document.lexical_text == lexical_text(LAMP)
    assert document.payload == payload_of(LAMP)


def test_words_that_describe_an_item_can_all_be_searched() -> None:
    words = lexical_text(LAMP).split()

    assert {"Glow", "lamp", "Lumo", "Home", "Lamps", "Warm", "light.", "black"} <= set(words)


BOOK = make_item(
    "NB-4711/X",
    title='Notebook dv7-1211ea 17" 4GB',
    description="Notebook DV71211EA with 4.0 GB.",
    attributes={
        "mpn": "KB.INT00.171",
        "ean": "0884420588030,0884420588031",
        "storage": "SSD, 500 GB",
        "fits": "for dv9-1000xx only",
        "watts": 65.0,
    },
)


def test_quantities_and_codes_are_there_in_one_spelling_too() -> None:
    document = compose(ItemKey(1), 1, BOOK)
    core = set(document.core_tokens)

    assert core == {
        *("quantityinch17", "quantitygigabyte4", "nb4711x", "nb4711", "dv71211ea"),
        *("kbint00171", "0884420588030", "0884420588031", "dv91000xx"),
    }
    assert set(document.lexical_tokens) == {*core, "quantitygigabyte500"}


def test_tokens_are_beside_the_texts_and_make_none_longer() -> None:
    assert core_text(BOOK) == f"{BOOK.title} {BOOK.description}"
    assert "quantity" not in lexical_text(BOOK)


def test_number_is_no_quantity_with_the_next_attribute_for_its_unit() -> None:
    item = make_item("1", title="Shirt", attributes={"pack": "3", "size": "M"})

    assert compose(ItemKey(1), 1, item).lexical_tokens == ()


def test_item_is_found_by_its_id_where_that_is_a_code() -> None:
    assert codes_of(make_item("3920564", title="Lamp")) == ("3920564",)
    assert codes_of(make_item("lamp-red", title="Lamp")) == ()


def test_embedded_text_has_only_the_words() -> None:
    assert dense_text(BOOK) == f"{BOOK.title} {BOOK.description}"


def test_empty_parts_leave_no_blanks_behind() -> None:
    bare = make_item("1", title="Lamp")

    for text in (dense_text(bare), lexical_text(bare), compose(ItemKey(1), 1, bare).core_text):
        assert text == " ".join(text.split())
        assert set(text.split()) == {"Lamp"}


@pytest.mark.parametrize(
    "changes",
    [
        {"price": 1.0},
        {"in_stock": False},
        {"popularity": 9.0},
        {"rating": 1.0},
        {"currency": "SEK"},
        {"url": "https://shop.example/"},
        {"released_at": datetime(2026, 3, 1, tzinfo=UTC)},
    ],
    ids=str,
)
def test_change_that_is_no_wording_changes_no_text(changes: dict[str, object]) -> None:
    before, after = make_item("1", title="Lamp"), make_item("1", title="Lamp", **changes)

    assert dense_text(after) == dense_text(before)
    assert lexical_text(after) == lexical_text(before)
    assert payload_of(after) != payload_of(before) or "url" in changes


def test_hash_names_a_text_of_any_script_by_its_content() -> None:
    assert text_hash("Lamp") == text_hash("La" + "mp")
    assert text_hash("Lamp") != text_hash("lamp")
    assert len(text_hash("灯" * 10_000)) == 16


def test_categories_can_be_filtered_by_name_and_by_path() -> None:
    payload = payload_of(make_item(categories=("Home", "Light", "Home")))

    assert payload["categories"] == [
        "Home",
        "Light",
        "Home > Light",
        "Home > Light > Home",
    ]


def test_payload_holds_what_is_unknown_as_nothing() -> None:
    payload = payload_of(make_item())

    assert payload["price"] is None
    assert payload["rating"] is None
    assert payload["released_at"] is None
    assert payload["categories"] == payload["terms"] == []
    assert payload["numbers"] == {}


def test_item_without_a_group_is_a_group_of_its_own() -> None:
    assert payload_of(make_item("7"))["group_id"] == "7"
    assert payload_of(make_item("7", group_id="lamps"))["group_id"] == "lamps"


def test_numbers_and_flags_are_stored_as_the_payload_indexes_want_them() -> None:
    payload = payload_of(make_item(in_stock=True, popularity=3, review_count=2))

    assert [(type(payload[name]), payload[name]) for name in ("in_stock", "popularity")] == [
        (int, 1),
        (float, 3.0),
    ]
    assert type(payload["review_count"]) is int


@pytest.mark.parametrize(
    "moment",
    [
        datetime(2026, 3, 1, tzinfo=UTC),
        datetime(2026, 3, 1, 5, 30, tzinfo=timezone(timedelta(hours=5, minutes=30))),
    ],
)
def test_date_is_whole_seconds_in_utc(moment: datetime) -> None:
    assert payload_of(make_item(released_at=moment))["released_at"] == 1_772_323_200


def test_every_attribute_is_a_term_and_numbers_are_numbers_too() -> None:
    payload = payload_of(LAMP)

    assert payload["terms"] == [
        attribute_term("colour", "black"),
        attribute_term("watts", 9),
        attribute_term("dimmable", True),
    ]
    assert payload["numbers"] == {"watts": 9.0}


def test_text_too_long_to_filter_by_is_no_term() -> None:
    longest = "x" * MAX_TERM_LENGTH

    payload = payload_of(make_item(attributes={"short": longest, "long": longest + "x"}))

    assert payload["terms"] == [attribute_term("short", longest)]
