"""Messages in Endcap's own form: what each asks for, and how a wrong one is told."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.items.changes import Change
from app.webhooks.errors import InvalidMessage
from app.webhooks.messages import MESSAGE_TYPES, RebuildRequested, read_message
from indexing.documents import ItemId

AT = "2026-11-24T12:00:00.5+01:00"
AT_MICROSECONDS = int(datetime(2026, 11, 24, 11, tzinfo=UTC).timestamp()) * 1_000_000 + 500_000


def make_body(kind: object = "item.upserted", data: object = None, **more: object) -> bytes:
    given_data = {"id": "1", "title": "Lamp"} if data is None else data
    return json.dumps({"type": kind, "timestamp": AT, "data": given_data, **more}).encode()


def changed(kind: str, **data: object) -> Change:
    message = read_message(make_body(kind, {"id": "1", **data}))
    assert isinstance(message, Change)
    return message


def problems(body: bytes) -> list[tuple[str, str]]:
    """The path and the rule of each."""
    with pytest.raises(InvalidMessage) as caught:
        read_message(body)
    assert caught.value.problems
    assert all(problem.reason for problem in caught.value.problems)
    return [(problem.path, problem.rule) for problem in caught.value.problems]


def wrong(kind: str, **data: object) -> list[tuple[str, str]]:
    return problems(make_body(kind, {"id": "1", **data}))


def test_upserted_item_is_merged_field_by_field_with_values_in_their_types() -> None:
    message = changed(
        "item.upserted",
        version=7,
        title="Lamp",
        price=9.5,
        categories=["Home", "Lamps"],
        released_at="2026-03-01T00:00:00Z",
        brand=None,
        attributes={"colour": "black", "watts": None},
    )

    assert message == Change(
        operation="merge",
        item_id=ItemId("1"),
        version=7,
        fields={
            "title": "Lamp",
            "price": 9.5,
            "categories": ("Home", "Lamps"),
            "released_at": datetime(2026, 3, 1, tzinfo=UTC),
            "brand": None,
            "attributes": {"colour": "black", "watts": None},
        },
    )


def test_deleted_item_is_named_and_nothing_more() -> None:
    assert changed("item.deleted", version=3) == Change(
        operation="delete", item_id=ItemId("1"), version=3
    )


def test_price_changes_with_its_currency_or_without() -> None:
    assert changed("item.price_changed", price=5).fields == {"price": 5.0}
    both = changed("item.price_changed", price=5, currency="SEK")
    assert both.operation == "merge"
    assert both.fields == {"price": 5.0, "currency": "SEK"}


def test_stock_changes_to_true_and_to_false() -> None:
    assert changed("item.stock_changed", in_stock=False).fields == {"in_stock": False}
    assert changed("item.stock_changed", in_stock=True).fields == {"in_stock": True}


@pytest.mark.parametrize("version", [None, AT, str(AT_MICROSECONDS), AT_MICROSECONDS])
def test_version_is_a_number_or_a_time_and_else_the_timestamp(version: object) -> None:
    assert changed("item.deleted", version=version).version == AT_MICROSECONDS


def test_version_is_also_read_as_updated_at_and_by_its_own_name_first() -> None:
    changes: dict[str, dict[str, object]] = {
        "item.upserted": {"title": "Lamp"},
        "item.deleted": {},
        "item.price_changed": {"price": 5.0},
        "item.stock_changed": {"in_stock": True},
    }
    for kind, fields in changes.items():
        message = changed(kind, updated_at=AT, **fields)
        assert (message.version, message.fields) == (AT_MICROSECONDS, fields)
    assert changed("item.deleted", version=7, updated_at=AT).version == 7
    assert changed("item.deleted", version=None, updated_at=8).version == 8
    assert wrong("item.deleted", version=7, updated_at="?") == [("$.data.updated_at", "version")]
    assert wrong("item.upserted", updated_at=8) == [("$.data", "required")]


def test_rebuild_may_say_why_and_with_which_encoder() -> None:
    kind = "catalog.rebuild_requested"

    assert read_message(make_body(kind, {})) == RebuildRequested()
    assert read_message(make_body(kind, {"reason": "new", "encoder": None})) == RebuildRequested(
        "new"
    )
    assert read_message(make_body(kind, {"encoder": "hash"})) == RebuildRequested("", "hash")


def test_members_beside_the_three_are_passed_over() -> None:
    assert isinstance(read_message(make_body(source="erp", api=2)), Change)


def test_unknown_type_lists_those_that_there_are() -> None:
    with pytest.raises(InvalidMessage) as caught:
        read_message(make_body("item.created"))

    (problem,) = caught.value.problems
    assert (problem.path, problem.rule) == ("$.type", "type")
    assert all(kind in problem.reason for kind in MESSAGE_TYPES)
    assert problem.reason.endswith("got 'item.created'")


@pytest.mark.parametrize("kind", [None, 5, ["item.deleted"], {"a": 1}, "", "ITEM.DELETED"])
def test_type_that_is_none_is_refused(kind: object) -> None:
    assert problems(make_body(kind)) == [("$.type", "type")]


@pytest.mark.parametrize(
    ("timestamp", "rule"),
    [
        (None, "required"),
        ("yesterday", "version"),
        ("2026-11-24T12:00:00", "version"),
        ("1969-12-31T23:59:59Z", "version"),
        (1_700_000_000, "date"),
        ("1700000000", "date"),
        (True, "date"),
        ([AT], "date"),
    ],
)
def test_timestamp_is_a_time_with_its_zone(timestamp: object, rule: str) -> None:
    assert problems(make_body(timestamp=timestamp)) == [("$.timestamp", rule)]


@pytest.mark.parametrize("version", ["v2", -1, 1.5, 2**70, True, "2026-11-24T12:00:00", [1], ""])
def test_version_that_is_none_is_refused(version: object) -> None:
    assert wrong("item.deleted", version=version) == [("$.data.version", "version")]


@pytest.mark.parametrize("data", [[], "x", 5, True, [{"id": "1"}]])
def test_data_is_an_object(data: object) -> None:
    assert problems(make_body("item.deleted", data)) == [("$.data", "type")]


def test_missing_data_is_a_problem_for_every_type() -> None:
    for kind in MESSAGE_TYPES:
        body = json.dumps({"type": kind, "timestamp": AT}).encode()
        assert problems(body) == [("$.data", "type")]


@pytest.mark.parametrize("kind", [kind for kind in MESSAGE_TYPES if kind.startswith("item.")])
@pytest.mark.parametrize(
    ("item_id", "rule"),
    [(None, "required"), ("", "length"), ("a b", "pattern"), (7, "type"), ("x" * 129, "length")],
)
def test_id_is_needed_and_checked_whatever_happened(kind: str, item_id: object, rule: str) -> None:
    fields: dict[str, dict[str, object]] = {
        "item.price_changed": {"price": 1},
        "item.stock_changed": {"in_stock": True},
    }
    data = {"id": item_id, **fields.get(kind, {})}
    if kind == "item.upserted":
        data["title"] = "Lamp"

    assert problems(make_body(kind, data)) == [("$.data.id", rule)]


@pytest.mark.parametrize(
    ("kind", "data"),
    [
        ("item.deleted", {"title": "Lamp"}),
        ("item.price_changed", {"price": 5, "title": "Lamp"}),
        ("item.price_changed", {"price": 5, "in_stock": True, "brand": "Kori"}),
        ("item.stock_changed", {"in_stock": True, "quantity": 5}),
        ("catalog.rebuild_requested", {"why": "new"}),
    ],
)
def test_field_that_the_type_does_not_change_is_refused_once(
    kind: str, data: dict[str, object]
) -> None:
    needed = {} if kind.startswith("catalog.") else {"id": "1"}

    assert problems(make_body(kind, {**needed, **data})) == [("$.data", "unknown-field")]


@pytest.mark.parametrize("value", [{}, {"price": None}, {"currency": "EUR"}])
def test_change_of_price_without_one_says_nothing(value: dict[str, object]) -> None:
    assert wrong("item.price_changed", **value) == [("$.data.price", "required")]


@pytest.mark.parametrize("value", [{}, {"in_stock": None}])
def test_change_of_stock_without_it_says_nothing(value: dict[str, object]) -> None:
    assert wrong("item.stock_changed", **value) == [("$.data.in_stock", "required")]


def test_upserted_item_without_any_field_says_nothing() -> None:
    assert wrong("item.upserted", version=3) == [("$.data", "required")]


def test_fields_are_checked_by_the_contract_each_with_its_path() -> None:
    found = wrong(
        "item.upserted",
        title="",
        price=-1,
        colour="red",
        attributes={"size": ["M"]},
        categories=[""],
    )

    assert [path for path, _ in found] == [
        "$.data.title",
        "$.data.price",
        "$.data.colour",
        "$.data.attributes.size",
        "$.data.categories[0]",
    ]


def test_everything_that_is_wrong_is_told_at_once() -> None:
    body = json.dumps(
        {"type": "item.price_changed", "timestamp": "now", "data": {"version": -1, "price": "5"}}
    ).encode()

    assert problems(body) == [
        ("$.timestamp", "version"),
        ("$.data.version", "version"),
        ("$.data.id", "required"),
        ("$.data.price", "type"),
    ]


@pytest.mark.parametrize(
    "data",
    [
        {"reason": 5},
        {"reason": ["x"]},
        {"reason": "x" * 1_001},
        {"reason": "a\0b"},
        {"encoder": {}},
    ],
)
def test_rebuild_with_an_unusable_reason_or_encoder_is_refused(data: dict[str, object]) -> None:
    ((path, _),) = problems(make_body("catalog.rebuild_requested", data))

    assert path == f"$.data.{next(iter(data))}"


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[]",
        b"null",
        b'"item.deleted"',
        b"NaN",
        b"\xff",
        b'{"type":"\xff"}',
        b'{"type":"\\ud800"}',
        b'\xef\xbb\xbf{"type":"item.deleted"}',
        b'{"a":1}{"b":2}',
        b"[" * 100_000,
        b'{"data":' * 100_000,
        b'{"a":' + b"1" * 5_000 + b"}",
    ],
    ids=lambda body: repr(body[:20]),
)
def test_body_that_is_no_json_object_is_one_problem_of_the_whole(body: bytes) -> None:
    ((path, rule),) = problems(body)

    assert path == "$"
    assert rule in {"unreadable", "type"}


@pytest.mark.parametrize("depth", [50, 200, 900, 940, 960, 980, 990])
def test_nesting_that_can_just_be_read_never_falls_over(depth: int) -> None:
    nested = b"[" * depth + b"]" * depth
    for field in (b"price", b"attributes", b"title", b"version", b"id", b"categories"):
        body = b'{"type":"item.upserted","timestamp":"2026-01-01T00:00:00Z","data":{"id":"1",'
        assert problems(body + b'"' + field + b'":' + nested + b"}}")


def test_ten_thousand_attributes_are_one_problem() -> None:
    attributes = {f"a{number}": number for number in range(10_000)}

    assert wrong("item.upserted", attributes=attributes) == [("$.data.attributes", "too-many")]


def test_ten_thousand_unknown_fields_are_told_in_few_lines() -> None:
    found = wrong("item.upserted", **{f"a{number}": number for number in range(10_000)})

    assert len(found) < 100


json_values: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=9),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=9), inner, max_size=3)
    ),
    max_leaves=6,
)
fields = st.sampled_from(
    ["id", "version", "title", "price", "currency", "in_stock", "attributes", "categories", "x"]
)


@settings(deadline=None, max_examples=300, suppress_health_check=[HealthCheck.too_slow])
@given(
    kind=st.sampled_from([*MESSAGE_TYPES, "x"]) | json_values,
    timestamp=st.just(AT) | json_values,
    data=st.dictionaries(fields, json_values, max_size=4) | json_values,
)
def test_any_json_is_a_change_or_a_list_of_problems_with_their_paths(
    kind: object, timestamp: object, data: object
) -> None:
    body = json.dumps({"type": kind, "timestamp": timestamp, "data": data}).encode()
    message: Change | RebuildRequested | None = None
    told: list[str] = []
    try:
        message = read_message(body)
    except InvalidMessage as error:
        told = [problem.path for problem in error.problems]

    assert bool(told) == (message is None)
    assert all(path.startswith("$") for path in told)
    assert not isinstance(message, Change) or message.version is not None
