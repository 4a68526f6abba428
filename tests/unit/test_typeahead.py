"""What typing is: a list that its shopper soon replaces by typing on."""

from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pytest

from ranking.typeahead import TypedList, is_rewritten, takes_the_place

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)
EARLIER = TypedList(NOON, "running s", 0, "relevance", (1, 2), final=False)


def after(seconds: float, query: str = "running sh", **fields: Any) -> TypedList:
    at = NOON + timedelta(seconds=seconds)
    return msgspec.structs.replace(EARLIER, at=at, query=query, **fields)


@pytest.mark.parametrize(
    ("earlier", "later"),
    [
        ("r", "ru"),
        ("running", "running shoes"),
        ("running shoes", "running sho"),
        ("running", "r"),
        ("running", ""),
        # Written in front, or chosen from suggestions.
        ("shoe", "running shoes"),
        ("shoes", "running shoes"),
        ("red sho", "red running shoes"),
        # Typos that are taken back, be the text finished or not.
        ("runing", "running"),
        ("runing sh", "running shoes"),
        ("runnign", "running s"),
        ("ruming shoes", "running sho"),
        ("keetle", "kettle"),
    ],
)
def test_text_is_rewritten_by_typing_on_deleting_and_correcting(earlier: str, later: str) -> None:
    assert is_rewritten(earlier, later)


@pytest.mark.parametrize(
    ("earlier", "later"),
    [
        ("kettle", "kettle"),
        ("", "k"),
        ("", ""),
        ("kettle", "lamp"),
        ("tv", "pc"),
        ("mug", "rug"),
        ("running shoes", "walking boots"),
        ("red shoes", "blue shoes"),
        ("shoes for men", "running shoes"),
        ("running shoes", "kettle for running"),
    ],
)
def test_another_text_rewrites_nothing(earlier: str, later: str) -> None:
    assert not is_rewritten(earlier, later)


@pytest.mark.parametrize(("seconds", "typing"), [(0.2, True), (4.0, True), (4.001, False)])
def test_only_what_is_replaced_within_four_seconds_was_typing(seconds: float, typing: bool) -> None:
    assert takes_the_place(after(seconds), EARLIER) is typing


@pytest.mark.parametrize("seconds", [0.0, -1.0])
def test_list_is_not_replaced_by_one_from_before_or_of_the_same_moment(seconds: float) -> None:
    assert not takes_the_place(after(seconds), EARLIER)


@pytest.mark.parametrize("fields", [{"final": True}, {"first": 20}])
def test_final_list_and_later_page_are_never_typing(fields: dict[str, Any]) -> None:
    assert not takes_the_place(after(1), msgspec.structs.replace(EARLIER, **fields))


@pytest.mark.parametrize(
    "fields",
    [
        {"final": False},
        {"final": True, "first": 20},
        {"final": True, "sort": "price:asc"},
        {"final": True, "item_keys": (2,)},
    ],
)
def test_same_text_with_another_page_order_or_filter_is_a_refinement(
    fields: dict[str, Any],
) -> None:
    assert not takes_the_place(after(1, EARLIER.query, **fields), EARLIER)


def test_final_list_that_shows_the_same_page_again_is_the_same_search() -> None:
    assert takes_the_place(after(1, EARLIER.query, final=True), EARLIER)
