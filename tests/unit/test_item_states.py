"""Changes of one item in any order give one state."""

from functools import reduce
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from app.items.changes import Change, Operation
from app.items.states import ItemState, apply
from indexing.documents import ItemId

ID = ItemId("kettle")


def put(version: int | None, **fields: Any) -> Change:
    return Change(
        operation="put", item_id=ID, version=version, fields={"title": "Kettle", **fields}
    )


def merge(version: int | None, **fields: Any) -> Change:
    return Change(operation="merge", item_id=ID, version=version, fields=fields)


def delete(version: int | None) -> Change:
    return Change(operation="delete", item_id=ID, version=version)


def after(*changes: Change) -> ItemState:
    return reduce(apply, changes, ItemState())


def test_older_put_leaves_a_newer_one() -> None:
    assert after(put(2, price=20), put(1, price=10)).values["price"] == 20


def test_change_that_is_all_older_gives_the_same_state_back() -> None:
    state = after(put(5), merge(7, price=3))

    assert apply(state, put(4)) is state
    assert apply(state, merge(6, price=2)) is state
    assert apply(state, merge(4, brand="X")) is state


def test_older_merge_still_sets_the_fields_that_no_newer_change_has_set() -> None:
    state = after(put(1), merge(3, price=30), merge(2, price=20, in_stock=False))

    assert state.values["price"] == 30
    assert state.values["in_stock"] is False


def test_price_that_came_before_its_item_is_kept_for_it() -> None:
    early = after(merge(2, price=20))

    assert not early.live
    assert after(merge(2, price=20), put(1, price=10)).values["price"] == 20


def test_put_takes_back_what_an_older_merge_has_set() -> None:
    assert after(put(1), merge(2, price=20), put(3)).values["price"] is None


def test_deleted_item_stays_deleted_under_an_older_put() -> None:
    assert not after(delete(2), put(1)).live


def test_put_after_a_deletion_brings_the_item_back_without_what_it_had() -> None:
    state = after(put(1, brand="Brizo"), delete(2), put(3))

    assert state.live
    assert state.values["brand"] == ""


def test_merge_of_a_title_makes_an_item() -> None:
    assert after(merge(1, title="Kettle")).live
    assert not after(delete(2), merge(1, title="Kettle")).live
    assert after(delete(2), merge(3, title="Kettle")).live


def test_single_attributes_are_merged_and_removed_by_name() -> None:
    state = after(
        put(1, attributes={"colour": "red", "size": "M"}),
        merge(2, attributes={"colour": "blue", "size": None, "fit": "slim"}),
    )

    assert state.values["attributes"] == {"colour": "blue", "fit": "slim"}


def test_removing_all_attributes_leaves_those_that_were_set_later() -> None:
    changes = [
        put(1, attributes={"colour": "red", "size": "M"}),
        merge(3, attributes={"colour": "blue"}),
        merge(2, attributes=None),
    ]

    assert after(*changes).values["attributes"] == {"colour": "blue"}
    assert after(*reversed(changes)).values["attributes"] == {"colour": "blue"}


def test_removed_field_has_its_default_again() -> None:
    assert after(put(1, currency="USD"), merge(2, currency=None)).values["currency"] == "EUR"


def test_changes_without_a_version_count_in_the_order_of_arrival() -> None:
    state = after(put(None, price=1), merge(None, price=2), put(7, price=3), merge(None, price=4))

    assert state.values["price"] == 4
    assert after(put(7, price=3), put(None, price=5), put(8, price=6)).values["price"] == 6


def test_sender_may_begin_to_give_versions_after_an_import_without_them() -> None:
    assert after(put(None, price=1), merge(3, price=2)).values["price"] == 2


ATTRIBUTES = st.dictionaries(
    st.sampled_from(["colour", "size"]), st.one_of(st.none(), st.sampled_from(["a", "b"]))
)
FIELDS = st.fixed_dictionaries(
    {},
    optional={
        "price": st.one_of(st.none(), st.integers(1, 3)),
        "brand": st.sampled_from(["X", "Y"]),
        "title": st.sampled_from(["Kettle", "Pot"]),
        "attributes": st.one_of(st.none(), ATTRIBUTES),
    },
)
WHOLE = st.fixed_dictionaries(
    {"title": st.sampled_from(["Kettle", "Pot"])},
    optional={
        "price": st.integers(1, 3),
        "attributes": st.dictionaries(st.sampled_from(["colour", "size"]), st.just("a")),
    },
)


@st.composite
def histories(draw: st.DrawFn) -> list[Change]:
    """Changes in the order in which they were made, each at a version of its own."""
    some: list[Operation] = ["put", "merge", "merge", "delete"]
    kinds = draw(st.lists(st.sampled_from(some), max_size=8))
    return [
        Change(
            operation=kind,
            item_id=ID,
            version=version,
            fields={} if kind == "delete" else draw(WHOLE if kind == "put" else FIELDS),
        )
        for version, kind in enumerate(kinds, start=1)
    ]


def plain_replay(history: list[Change]) -> dict[str, Any]:
    """The item as anyone would keep it who hears of each change once and in order."""
    values: dict[str, Any] = {}
    for change in history:
        if change.operation != "merge":
            values = dict(change.fields)
            continue
        for name, value in change.fields.items():
            if name == "attributes" and value is not None:
                merged = (values.get("attributes") or {}) | value
                values["attributes"] = {n: v for n, v in merged.items() if v is not None}
            else:
                values[name] = value
    return {name: value for name, value in values.items() if value not in (None, {})}


@given(histories(), st.data())
def test_any_order_with_any_repetition_gives_what_a_plain_replay_gives(
    history: list[Change], data: st.DataObject
) -> None:
    extra = data.draw(st.lists(st.sampled_from(history), max_size=4)) if history else []
    arrival = data.draw(st.permutations(history + extra))

    state = after(*arrival)

    held = {
        name: value for name, value in state.values.items() if value != ItemState().values[name]
    }
    assert held == plain_replay(history)
