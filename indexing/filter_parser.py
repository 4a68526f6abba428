"""The filter language's JSON form: read once at the edge, with the path of what is wrong."""

import math
from datetime import UTC, datetime

from indexing.errors import InvalidFilter
from indexing.filters import (
    DATE_FIELDS,
    FIELDS,
    FLAG_FIELDS,
    NUMBER_FIELDS,
    TEXT_FIELDS,
    UNUSABLE_IN_NAMES,
    All,
    AnyOf,
    Either,
    Filter,
    Not,
    Range,
    Value,
    attribute_name,
)

MAX_DEPTH = 8
MAX_CONDITIONS = 100
MAX_VALUES = 1_000


def parse_filter(raw: object, path: str = "$") -> Filter:
    """Read the JSON form; raises `InvalidFilter` naming the JSON path of the part at fault."""
    return _Parser().parse(raw, path, depth=1)


class _Parser:
    """Counts the conditions of one filter while it walks it, so that the bound covers the whole."""

    def __init__(self) -> None:
        self.conditions = 0

    def parse(self, raw: object, path: str, depth: int) -> Filter:
        if depth > MAX_DEPTH:
            raise InvalidFilter(path, f"filters nest at most {MAX_DEPTH} deep")
        if not isinstance(raw, dict):
            raise InvalidFilter(path, f"expected an object, got {_kind(raw)}")
        keys = set(raw)
        if keys == {"all"}:
            parts = self._parts(raw["all"], f"{path}.all", depth)
            if not parts:
                self._count(path)  # else a list of a million empty ones would be no condition
            return All(parts)
        if keys == {"any"}:
            parts = self._parts(raw["any"], f"{path}.any", depth)
            if not parts:
                raise InvalidFilter(f"{path}.any", "needs at least one part")
            return Either(parts)
        if keys == {"not"}:
            return Not(self.parse(raw["not"], f"{path}.not", depth + 1))
        if "field" in raw:
            return self._condition(raw, path)
        raise InvalidFilter(
            path, 'expected one of {"all": […]}, {"any": […]}, {"not": {…}} or {"field": …}'
        )

    def _parts(self, raw: object, path: str, depth: int) -> tuple[Filter, ...]:
        if not isinstance(raw, list):
            raise InvalidFilter(path, f"expected a list, got {_kind(raw)}")
        return tuple(self.parse(part, f"{path}[{n}]", depth + 1) for n, part in enumerate(raw))

    def _condition(self, raw: dict[str, object], path: str) -> Filter:
        self._count(path)
        field = _field(raw["field"], f"{path}.field")
        bounds = {"gt", "gte", "lt", "lte"} & set(raw)
        unknown = set(raw) - {"field", "any_of", "gt", "gte", "lt", "lte"}
        if unknown:
            raise InvalidFilter(
                f"{path}.{min(unknown)}", "unknown; a condition takes any_of, or gt, gte, lt, lte"
            )
        if ("any_of" in raw) == bool(bounds):
            raise InvalidFilter(
                path, "a condition takes either any_of, or some of gt, gte, lt, lte"
            )
        if bounds:
            if field in TEXT_FIELDS or field in FLAG_FIELDS:
                raise InvalidFilter(path, f"{field} has no order; use any_of")
            return Range(
                field, **{name: _bound(field, raw[name], f"{path}.{name}") for name in bounds}
            )
        return AnyOf(field, _values(field, raw["any_of"], f"{path}.any_of"))

    def _count(self, path: str) -> None:
        self.conditions += 1
        if self.conditions > MAX_CONDITIONS:
            raise InvalidFilter(path, f"a filter holds at most {MAX_CONDITIONS} conditions")


def _field(raw: object, path: str) -> str:
    if not isinstance(raw, str):
        raise InvalidFilter(path, f"expected a field's name, got {_kind(raw)}")
    if raw in FIELDS:
        return raw
    name = attribute_name(raw)
    if not name:
        known = ", ".join(sorted(FIELDS))
        raise InvalidFilter(
            path, f"unknown field {raw!r:.60}; fields are {known} and attributes.<name>"
        )
    if UNUSABLE_IN_NAMES.intersection(name):
        raise InvalidFilter(
            path, "an attribute's name holds no quotes, backslashes or control characters"
        )
    return raw


def _values(field: str, raw: object, path: str) -> tuple[Value, ...]:
    if not isinstance(raw, list) or not raw:
        raise InvalidFilter(path, "expected a list of at least one value")
    if len(raw) > MAX_VALUES:
        raise InvalidFilter(path, f"at most {MAX_VALUES} values")
    return tuple(_value(field, value, f"{path}[{n}]") for n, value in enumerate(raw))


def _value(field: str, raw: object, path: str) -> Value:
    if field in DATE_FIELDS:
        raise InvalidFilter(path, f"{field} is a date; use gt, gte, lt, lte")
    if field in TEXT_FIELDS and not isinstance(raw, str):
        raise InvalidFilter(path, f"{field} holds text, got {_kind(raw)}")
    if field in FLAG_FIELDS and not isinstance(raw, bool):
        raise InvalidFilter(path, f"{field} is true or false, got {_kind(raw)}")
    if field in NUMBER_FIELDS:
        return _number(field, raw, path)
    if isinstance(raw, str) and "\x00" in raw:
        raise InvalidFilter(path, "holds a NUL character")
    if isinstance(raw, (str, bool)):
        return raw
    return _number(field, raw, path)


def _bound(field: str, raw: object, path: str) -> float:
    if field in DATE_FIELDS:
        if isinstance(raw, str):
            try:
                moment = datetime.fromisoformat(raw)
            except ValueError:
                raise InvalidFilter(path, f"{raw!r} is not an ISO 8601 date") from None
            return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()
        raise InvalidFilter(path, f"{field} takes an ISO 8601 date, got {_kind(raw)}")
    return _number(field, raw, path)


def _number(field: str, raw: object, path: str) -> float:
    if isinstance(raw, bool) or not isinstance(raw, (int, float)):
        raise InvalidFilter(path, f"{field} holds numbers, got {_kind(raw)}")
    try:
        number = float(raw)
    except OverflowError:  # a whole number of hundreds of digits, which JSON allows
        number = math.inf
    if not math.isfinite(number):
        raise InvalidFilter(path, "expected a finite number")
    return number


def _kind(raw: object) -> str:
    names = {dict: "an object", list: "a list", str: "text", bool: "a boolean", type(None): "null"}
    return names.get(type(raw), "a number")
