"""What changed between two versions of the rules, as JSON tells values apart."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.diff import changed_ids, diff_rules, same_json

json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-3, 3) | st.sampled_from([0.0, 1.0, 0.5]) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        (1, True, False),
        (0, False, False),
        (1, 1.0, True),
        ([1], [True], False),
        ({"a": {"b": 0}}, {"a": {"b": False}}, False),
        ({"a": 1}, {"a": 1, "b": None}, False),
        ({"a": 1, "b": 2}, {"b": 2, "a": 1}, True),
        ([1, 2], [2, 1], False),
        ("1", 1, False),
        (None, False, False),
    ],
)
def test_values_are_told_apart_as_in_json(one: Any, other: Any, same: bool) -> None:
    assert same_json(one, other) is same
    assert same_json(other, one) is same


@given(json_values)
def test_every_value_is_itself(value: Any) -> None:
    assert same_json(value, value)


def test_difference_is_by_rule_and_field_in_the_order_of_the_ids() -> None:
    before: list[dict[str, Any]] = [
        {"id": "b", "name": "B", "priority": 1, "when": {"query": {"is": ["kettle"]}}},
        {"id": "gone", "name": "Gone"},
        {"id": "same", "stop": True},
    ]
    after: list[dict[str, Any]] = [
        {"id": "same", "stop": True},
        {"id": "new", "name": "New"},
        {"id": "b", "name": "B2", "priority": True, "when": {"query": {"is": ["pot"]}}},
    ]

    diff = diff_rules(before, after)

    assert [rule["id"] for rule in diff.added] == ["new"]
    assert [rule["id"] for rule in diff.removed] == ["gone"]
    (change,) = diff.changed
    assert (change.id, change.name) == ("b", "B2")
    assert [(field.path, field.before, field.after) for field in change.fields] == [
        ("name", "B", "B2"),
        ("priority", 1, True),
        ("when.query.is", ["kettle"], ["pot"]),
    ]
    assert diff_rules(after, after) == diff_rules([], [])


def test_changed_ids_are_those_added_removed_and_changed() -> None:
    before: dict[str, dict[str, Any]] = {
        "a": {"id": "a"},
        "b": {"id": "b", "stop": 1},
        "c": {"id": "c"},
    }
    after: dict[str, dict[str, Any]] = {
        "a": {"id": "a"},
        "b": {"id": "b", "stop": True},
        "d": {"id": "d"},
    }

    assert changed_ids(before, after) == {"b", "c", "d"}
