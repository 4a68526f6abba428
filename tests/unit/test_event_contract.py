"""The event's data contract, its shape and its checks say the same thing, or a test here fails."""

import json
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from types import UnionType
from typing import Annotated, Any, Union, get_args, get_origin, get_type_hints

import msgspec
import pytest

from app.events.contract import EVENT_CONTRACT_FILE, event_contract, retention_days
from app.events.moments import AHEAD
from app.events.problems import EventRule, RefusedEvent
from app.events.reading import MAX_EVENT_BYTES, MAX_REVENUE, ReadEvent, read_event
from app.events.schemas import UbiEvent
from indexing.contract import Contract, ContractField, read_contract
from ranking.events import ACTIONS

NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)
CONTRACT = event_contract()
TEXT = EVENT_CONTRACT_FILE.read_text(encoding="utf-8")
TYPES = {str: "string", int: "integer", float: "number"}
BOUNDS = ("min_length", "max_length", "minimum", "maximum")


def read(**fields: Any) -> ReadEvent:
    return read_event(json.dumps({"action_name": "click", **fields}).encode(), NOW)


def rules(raw: bytes | Mapping[str, Any]) -> list[tuple[str, EventRule]]:
    """The problems of an event, by path and rule."""
    content = raw if isinstance(raw, bytes) else json.dumps(raw).encode()
    with pytest.raises(RefusedEvent) as caught:
        read_event(content, NOW)
    return [(problem.path, problem.rule) for problem in caught.value.problems]


def described(fields: tuple[ContractField, ...]) -> dict[str, Any]:
    """What the contract says of each field that a check can know."""
    told: dict[str, Any] = {}
    for field in fields:
        # A time is a text, or one of the others, to the check that comes first.
        types = {"string" if field.type == "timestamp" else field.type, *field.also_as}
        bounds = {name: getattr(field.bounds, name) for name in BOUNDS}
        if field.type == "timestamp":
            bounds["minimum"] = None
        told[field.name] = (types, field.required, bounds, described(field.fields))
        assert field.default is None
    return told


def shaped(shape: type[msgspec.Struct]) -> dict[str, Any]:
    """The same of the shape that events are read into."""
    told: dict[str, Any] = {}
    hints = get_type_hints(shape, include_extras=True)
    for field in msgspec.structs.fields(shape):
        parts = list(alternatives(hints[field.name]))
        bounds = dict.fromkeys(BOUNDS)
        types, inner = set(), {}
        for kind, meta in parts:
            if isinstance(kind, type) and issubclass(kind, msgspec.Struct):
                types.add("object")
                inner = shaped(kind)
            elif kind is not type(None):
                types.add(TYPES[kind])
            if meta is not None:
                bounds = {
                    "min_length": meta.min_length,
                    "max_length": meta.max_length,
                    "minimum": meta.ge,
                    "maximum": meta.le,
                }
        assert field.required or type(None) in [kind for kind, _ in parts]
        told[field.name] = (types, field.required, bounds, inner)
    return told


def alternatives(hint: Any) -> Iterator[tuple[Any, msgspec.Meta | None]]:
    if get_origin(hint) in (Union, UnionType):
        for part in get_args(hint):
            yield from alternatives(part)
    elif get_origin(hint) is Annotated:
        kind, meta = get_args(hint)
        yield kind, meta
    else:
        yield hint, None


def drifted(before: str, after: str) -> Contract:
    assert before in TEXT
    return read_contract(TEXT.replace(before, after, 1))


def test_event_has_the_fields_types_and_bounds_of_the_contract() -> None:
    assert shaped(UbiEvent) == described(CONTRACT.fields)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("- name: client_id\n", "- name: visitor_id\n"),
        ("maxLength: 512\n", "maxLength: 511\n"),
        ("maximum: 1000000000\n", "maximum: 10\n"),
        ("minimum: 1\n", "minimum: 0\n"),
        ("- name: ordinal\n", "- name: rank\n"),
        ("value: [integer]\n", "value: [number]\n"),
        ("required: true\n", "required: false\n"),
    ],
)
def test_drift_of_the_contract_is_seen(before: str, after: str) -> None:
    assert shaped(UbiEvent) != described(drifted(before, after).fields)


def test_every_rule_of_the_contract_is_one_that_problems_carry_and_one_that_refuses() -> None:
    broken: dict[EventRule, bytes | Mapping[str, Any]] = {
        "required": {},
        "type": {"action_name": 1},
        "range": {"action_name": "x", "event_attributes": {"position": {"ordinal": 0}}},
        "finite": b'{"action_name": "x", "a": 1e999}',
        "length": {"action_name": ""},
        "characters": b'{"action_name": "\xff"}',
        "date": {"action_name": "x", "timestamp": "soon"},
        "future": {"action_name": "x", "timestamp": "2100-01-01"},
        "unreadable": b"{",
    }

    assert get_args(EventRule) == CONTRACT.errors
    # Only a list to be imported can hold too many.
    assert broken.keys() == set(CONTRACT.errors) - {"too-many"}
    for rule, raw in broken.items():
        assert [found for _, found in rules(raw)] == [rule]


def test_words_of_the_contract_name_the_bounds_of_the_code() -> None:
    told = {rule.name: rule for rule in CONTRACT.rules}

    assert f"{AHEAD.seconds // 60} minutes" in told["future"].description
    assert f"{MAX_EVENT_BYTES:,} bytes" in TEXT
    assert f"price times quantity <= {MAX_REVENUE:.0f}" in TEXT
    assert ", ".join(ACTIONS[:-1]) in " ".join(CONTRACT.fields[0].description.split())


def test_examples_of_the_contract_keep_to_it() -> None:
    for field in CONTRACT.fields:
        assert field.examples
        assert field.description
        for example in field.examples:
            assert read(**{field.name: example})


def test_contract_promises_how_soon_events_count_and_how_long_they_are_kept() -> None:
    soon, kept = CONTRACT.promise("event-to-feature"), CONTRACT.promise("retention")

    assert (soon.property, soon.value, soon.unit, soon.percentile) == ("latency", 10, "s", 99)
    assert (kept.property, kept.value, kept.unit) == ("retention", 90, "d")
    assert retention_days() == 90
