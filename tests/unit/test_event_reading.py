"""What was sent, read into events or into what is wrong with each."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.events.bodies import split_body
from app.events.errors import UnreadableEvents
from app.events.log_lines import kind_of
from app.events.objects import CODE_NAMES, ObjectRef
from app.events.problems import EventRule, RefusedEvent
from app.events.reading import EventReading, ReadEvent, read_event
from app.events.reading_queries import read_query
from app.items.lines import Line
from ranking.events import normal_query
from tests.unit.test_packages import ROOT

NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)


def read(**fields: Any) -> ReadEvent:
    return read_event(json.dumps({"action_name": "click", **fields}).encode(), NOW)


def refusal(**fields: Any) -> RefusedEvent:
    with pytest.raises(RefusedEvent) as caught:
        read(**fields)
    return caught.value


def outcome(raw: bytes) -> ReadEvent | RefusedEvent:
    """Nothing else may come of it, and what is refused is refused by a rule of the contract."""
    try:
        return read_event(raw, NOW)
    except RefusedEvent as error:
        refused = error
    assert {problem.rule for problem in refused.problems} & set(get_args(EventRule))
    return refused


def test_same_event_has_the_same_name_in_whatever_order_its_fields_come() -> None:
    first = b'{"action_name": "click", "timestamp": 1764072000000, "client_id": "ann"}'
    turned = b'{"client_id":"ann","timestamp":1764072000000,"action_name":"click"}'

    assert read_event(first, NOW).id == read_event(turned, NOW + timedelta(hours=1)).id


@pytest.mark.parametrize(
    "other",
    [
        {"client_id": "bob"},
        {"action_name": "view"},
        {"timestamp": 1764072000001},
        {"event_attributes": {"object": {"object_id": "red"}}},
        {"message": "another"},
    ],
)
def test_any_difference_makes_another_event(other: dict[str, Any]) -> None:
    one = {"client_id": "ann", "timestamp": 1764072000000}

    assert read(**one).id != read(**one | other).id


@pytest.mark.parametrize(
    ("fields", "name"),
    [
        ({"event_id": "a", "event_attributes": {"event_id": "b", "id": "c"}}, "a"),
        ({"event_attributes": {"event_id": "b", "id": "c"}}, "b"),
        ({"event_attributes": {"id": "c"}}, "c"),
        ({"event_id": "", "event_attributes": {"id": "c"}}, "c"),
    ],
)
def test_given_name_is_taken_wherever_it_stands(fields: dict[str, Any], name: str) -> None:
    assert read(**fields).id == name


def test_session_is_taken_from_where_it_was_before_it_had_a_field_of_its_own() -> None:
    inner = {"event_attributes": {"session_id": "old"}}

    assert read(**inner).session_id == "old"
    assert read(session_id="new", **inner).session_id == "new"


def test_object_is_known_by_each_of_its_names_in_turn() -> None:
    thing = {"object_id": 17, "object_id_field": "ean", "internal_id": "red"}

    event = read(event_attributes={"object": thing})

    assert event.refs == (ObjectRef("ean", "17"), ObjectRef("", "red"))
    assert event.object_id == "17"
    assert read(event_attributes={"object": {"object_id": ""}}).refs == ()


@pytest.mark.parametrize(
    ("fields", "query"),
    [
        ({"user_query": " Red\t KETTLE\n"}, "red kettle"),
        ({"message_type": "QUERY", "message": "Kettle"}, "kettle"),
        ({"message_type": "INFO", "message": "Kettle"}, ""),
        ({"user_query": "", "message_type": "QUERY", "message": "Kettle"}, ""),
        ({"message_type": "QUERY", "message": "x" * 2_000}, "x" * 512),
        ({}, ""),
    ],
)
def test_query_is_read_where_it_stands(fields: dict[str, Any], query: str) -> None:
    assert read(**fields).query == query


def test_queries_are_told_apart_by_their_words_alone() -> None:
    assert normal_query("  Red \u00a0 KETTLE\x00 ") == normal_query("red kettle") == "red kettle"


def test_what_is_null_counts_as_absent() -> None:
    names = ("timestamp", "client_id", "session_id", "query_id", "user_query", "event_attributes")

    event = read(**dict.fromkeys(names))

    assert (event.client_id, event.session_id, event.query_id, event.at) == ("", "", None, NOW)
    assert read(event_attributes={"object": None, "position": {"ordinal": None}}).position is None


@pytest.mark.parametrize(
    "timestamp",
    [
        "2026-11-25T10:00:00Z",
        "2026-11-25T10:00:00",
        "2026-11-25T11:00:00+01:00",
        "2026-11-25 10:00:00.000",
        1_795_600_800_000,
        1_795_600_800_000.0,
        "1795600800000",
    ],
)
def test_time_is_read_in_each_way_that_logs_write_it(timestamp: object) -> None:
    assert read(timestamp=timestamp).at == datetime(2026, 11, 25, 10, tzinfo=UTC)


def test_log_may_have_words_and_prices_of_its_own() -> None:
    thing = {"object_id": "red", "object_detail": {"price": 1_999, "quantity": 2}}
    sent = {"action_name": "sold", "event_attributes": {"object": thing}}

    event = read_event(json.dumps(sent).encode(), NOW, EventReading({"sold": "purchase"}, 0.01))

    assert (event.action, event.quantity, event.revenue) == ("purchase", 2, 39_980_000)


def test_every_problem_is_told_with_its_place_and_the_event_it_is_of() -> None:
    thing = {"object_id": [], "object_detail": {"price": "x", "quantity": 1.5}}

    refused = refusal(
        event_id="e1",
        client_id=1,
        user_query="x" * 513,
        event_attributes={"object": thing, "position": {"ordinal": -2}},
    )

    assert refused.event_id == "e1"
    assert [(problem.path, problem.rule) for problem in refused.problems] == [
        ("$.client_id", "type"),
        ("$.user_query", "length"),
        ("$.event_attributes.object.object_id", "type"),
        ("$.event_attributes.object.object_detail.price", "type"),
        ("$.event_attributes.object.object_detail.quantity", "type"),
        ("$.event_attributes.position.ordinal", "range"),
    ]


def test_backslash_before_a_nul_is_no_nul() -> None:
    assert read(message="\\u0000").document
    with pytest.raises(RefusedEvent, match="NUL"):
        read(message="\\\x00")


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)
NAMES = st.sampled_from(
    ["action_name", "timestamp", "event_id", "client_id", "query_id", "event_attributes", "other"]
)
INNER = st.dictionaries(
    st.sampled_from(["object", "position", "id", "session_id"]),
    JSON
    | st.dictionaries(
        st.sampled_from(["object_id", "object_id_field", "object_detail", "ordinal"]), JSON
    ),
)


@given(st.dictionaries(NAMES, JSON | INNER) | JSON)
def test_anything_at_all_is_an_event_or_refused_by_a_rule_of_the_contract(document: Any) -> None:
    event = outcome(json.dumps(document).encode())

    if isinstance(event, ReadEvent):
        assert event.id
        assert event.action
        assert event.at <= NOW
        assert 0 <= event.revenue < 2**63


@given(st.binary(max_size=200))
def test_any_bytes_are_cut_into_pieces_that_are_refused_or_events(body: bytes) -> None:
    try:
        pieces = split_body(body, lines=False)
    except UnreadableEvents:
        assert not body.strip()
        return
    for piece in pieces:
        outcome(piece)


@pytest.mark.parametrize(
    ("body", "pieces"),
    [
        (b'{"a": 1}', [b'{"a": 1}']),
        (b'{\n"a": 1\n}', [b'{\n"a": 1\n}']),
        (b'{"a": 1}\n\n{"a": 2}\r\n', [b'{"a": 1}', b'{"a": 2}']),
        (b' [ {"a": 1} , {"a": 2} ] ', [b'{"a": 1}', b'{"a": 2}']),
        (b"[]", []),
        (b'[{"a": NaN}, {"a": 2}]', [b'{"a": NaN}', b'{"a": 2}']),
        (b'[{"a": 1}, {"a" 2}, {"a": 3}]', [b'{"a": 1}', b'{"a" 2}, {"a": 3}]']),
        (b'[{"a": 1} {"a": 2}]', [b'{"a": 1}', b'{"a": 2}]']),
        (b'[{"a": 1}', [b'{"a": 1}', b""]),
    ],
)
def test_body_is_cut_into_its_events(body: bytes, pieces: list[bytes]) -> None:
    assert [piece.strip() for piece in split_body(body, lines=False)] == pieces


@pytest.mark.parametrize(
    ("line", "kind"),
    [
        (b'ubi_events\t{"action_name": "click"}', "events"),
        (b'ubi_queries\t{"query_id": "q"}', "queries"),
        (b'{"action_name": "click", "query_id": "q"}', "events"),
        (b'{"query_id": "q", "user_query": "kettle"}', "queries"),
        (b'{"user_query": "kettle"}', "queries"),
        (b'{"anything": 1}', "events"),
        (b"{broken", "events"),
        (b"timestamp,action", "other lines"),
        (b"[1]", "other lines"),
    ],
)
def test_line_of_a_log_is_known_by_its_name_or_by_what_it_holds(line: bytes, kind: str) -> None:
    assert kind_of(Line(1, line))[0] == kind


def test_list_that_is_longer_than_any_page_is_refused() -> None:
    document = {"query_id": "q", "query_response_hit_ids": ["x"] * 1_001}

    with pytest.raises(RefusedEvent) as caught:
        read_query(json.dumps(document).encode(), NOW)

    (problem,) = caught.value.problems
    assert (problem.path, problem.rule) == ("$.query_response_hit_ids", "too-many")


def test_database_indexes_the_codes_that_objects_are_looked_for_by() -> None:
    migration = (ROOT / "migrations" / "versions" / "0005_events.py").read_text()

    assert f"'{CODE_NAMES}'" in migration
