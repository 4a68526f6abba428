"""What about a change is counted as odd: the sent item, or the fields that a change names."""

from typing import Any

from app.items.changes import Change
from app.items.oddities import oddities
from app.items.repository import put
from app.items.states import ItemState, apply
from indexing.documents import Item, ItemId

SHOUTING = Item(
    id="kettle",
    title="CHEAP KETTLE",
    description="Boils a litre",
    categories=("Kettles",),
    price=20.0,
    image_url="https://shop.example/1.jpg",
)
NOTHING = ItemState()
KNOWN = apply(NOTHING, put(SHOUTING, 5))


def merge(version: int | None = None, **fields: Any) -> Change:
    return Change(operation="merge", item_id=ItemId("kettle"), version=version, fields=fields)


def judged(before: ItemState, change: Change) -> tuple[str, ...]:
    return oddities(before, apply(before, change), change)


def test_whole_item_is_judged_as_it_was_sent_whatever_is_known() -> None:
    renamed = apply(KNOWN, merge(9, title="Kettle"))

    assert judged(NOTHING, put(SHOUTING, 5)) == ("title-in-capitals",)
    assert judged(renamed, put(SHOUTING, 6)) == ("title-in-capitals",)
    assert judged(KNOWN, put(SHOUTING, 4)) == ("title-in-capitals",)


def test_change_is_judged_by_the_rules_on_the_fields_that_it_names() -> None:
    assert judged(KNOWN, merge(in_stock=False)) == ()
    assert judged(KNOWN, merge(price=0.0)) == ("price-zero",)
    assert judged(KNOWN, merge(title="ALMOST FREE KETTLE")) == ("title-in-capitals",)
    assert judged(KNOWN, merge(description=None)) == ("description-missing",)


def test_change_is_judged_by_the_item_that_it_leaves() -> None:
    assert judged(KNOWN, merge(description="cheap kettle")) == ("description-repeats-title",)
    assert judged(apply(KNOWN, merge(7, price=1.0)), merge(6, price=0.0, brand="Kori")) == ()


def test_change_that_is_all_older_is_not_judged() -> None:
    assert judged(apply(KNOWN, merge(7, price=0.0)), merge(6, price=0.0)) == ()


def test_change_for_an_item_that_is_not_there_is_judged_with_the_one_that_makes_it() -> None:
    waiting = apply(NOTHING, merge(2, price=0.0))

    assert judged(NOTHING, merge(2, price=0.0)) == ()
    assert judged(waiting, merge(1, title="Kettle")) == (
        "description-missing",
        "categories-missing",
        "price-zero",
        "image-missing",
    )


def test_deletion_is_not_judged() -> None:
    assert judged(KNOWN, Change(operation="delete", item_id=ItemId("kettle"))) == ()
