"""The filter language: a small tree of frozen values, and its meaning in Python.

Retrieval rules and shoppers' filters are the same values; `filter_parser` reads their JSON form,
`filter_translation` turns them into Qdrant's own, and `matches` is the reference that every
backend is tested against.
"""

from collections.abc import Mapping, Sequence

import msgspec

TEXT_FIELDS = frozenset({"id", "brand", "categories", "currency", "group_id"})
NUMBER_FIELDS = frozenset({"price", "rating", "review_count", "popularity"})
FLAG_FIELDS = frozenset({"in_stock"})
DATE_FIELDS = frozenset({"released_at"})
ATTRIBUTE_PREFIX = "attributes."
FIELDS = TEXT_FIELDS | NUMBER_FIELDS | FLAG_FIELDS | DATE_FIELDS

# Quotes and backslashes end a step of Qdrant's JSON paths, \x1f parts a name from its value in
# `terms`, and Postgres stores no NUL: an attribute may be called neither in items nor in filters.
UNUSABLE_IN_NAMES = frozenset('"\\\x00\x1f')

Value = str | float | bool


class AnyOf(msgspec.Struct, frozen=True, tag="any_of"):
    """The field holds at least one of the values, compared exactly."""

    field: str
    values: tuple[Value, ...]


class Range(msgspec.Struct, frozen=True, tag="range"):
    """The field holds a number within the bounds; dates are seconds since 1970 in UTC."""

    field: str
    gt: float | None = None
    gte: float | None = None
    lt: float | None = None
    lte: float | None = None


class All(msgspec.Struct, frozen=True, tag="all"):
    """Every part holds; with no part, everything passes."""

    parts: tuple["Filter", ...]


class Either(msgspec.Struct, frozen=True, tag="any"):
    """At least one part holds."""

    parts: tuple["Filter", ...]


class Not(msgspec.Struct, frozen=True, tag="not"):
    """The part does not hold."""

    part: "Filter"


Filter = AnyOf | Range | All | Either | Not


def both(*filters: Filter | None) -> Filter | None:
    """The conjunction of those given, None where nothing is asked."""
    parts = tuple(part for part in filters if part is not None)
    if not parts:
        return None
    return parts[0] if len(parts) == 1 else All(parts)


def attribute_term(name: str, value: Value) -> str:
    """How one attribute value is spelled in the payload's `terms`, so that one keyword index
    serves every attribute, however many a catalogue has."""
    match value:
        case bool():
            return f"{name}\x1fb{str(value).lower()}"
        case str():
            return f"{name}\x1ft{value}"
        case _:
            return f"{name}\x1fn{float(value) + 0.0!r}"  # -0.0 is 0.0


def attribute_value(term: str) -> Value:
    """What `attribute_term` has spelled."""
    kind, text = term.partition("\x1f")[2][:1], term.partition("\x1f")[2][1:]
    match kind:
        case "b":
            return text == "true"
        case "n":
            return float(text)
        case _:
            return text


def attribute_name(field: str) -> str | None:
    """The attribute that a field like `attributes.colour` names; None for an item's own field."""
    return field[len(ATTRIBUTE_PREFIX) :] if field.startswith(ATTRIBUTE_PREFIX) else None


def matches(condition: Filter, payload: Mapping[str, object]) -> bool:
    """Whether a document's payload (see `composition.payload_of`) passes; what every index
    backend must agree with."""
    match condition:
        case All(parts):
            return all(matches(part, payload) for part in parts)
        case Either(parts):
            return any(matches(part, payload) for part in parts)
        case Not(part):
            return not matches(part, payload)
        case AnyOf(field, values):
            name = attribute_name(field)
            if name is not None:
                terms = _held(payload, "terms")
                return any(attribute_term(name, value) in terms for value in values)
            held = _held(payload, field)
            return any(value in held for value in values)
        case Range():
            return any(
                _within(condition, value)
                for value in _numbers(payload, condition.field)
                if isinstance(value, (int, float))
            )


def _numbers(payload: Mapping[str, object], field: str) -> Sequence[object]:
    name = attribute_name(field)
    if name is None:
        return _held(payload, field)
    numbers = payload.get("numbers")
    return _held(numbers, name) if isinstance(numbers, Mapping) else ()


def _held(payload: Mapping[str, object], field: str) -> Sequence[object]:
    held = payload.get(field)
    if held is None:
        return ()
    return held if isinstance(held, (list, tuple)) else (held,)


def _within(bounds: Range, value: float) -> bool:
    return (
        (bounds.gt is None or value > bounds.gt)
        and (bounds.gte is None or value >= bounds.gte)
        and (bounds.lt is None or value < bounds.lt)
        and (bounds.lte is None or value <= bounds.lte)
    )
