"""Checks a raw item against the item's shape and reports every problem, not only the first."""

import math
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, get_type_hints

import msgspec

from indexing.documents import MAX_ATTRIBUTES, AttributeValue, Item
from indexing.errors import InvalidItem
from indexing.filters import UNUSABLE_IN_NAMES

_TYPES: dict[str, Any] = get_type_hints(Item, include_extras=True)
_REQUIRED = tuple(field.name for field in msgspec.structs.fields(Item) if field.required)
MAX_ATTRIBUTE_NAME = 200
MAX_ATTRIBUTE_TEXT = 20_000
# The item's own patterns, said in words, and without their leave for a line's end at the end.
_SHAPES = {
    "id": (re.compile(r"\S{1,128}"), "expected 1 to 128 characters without blanks"),
    "currency": (re.compile(r"[A-Z]{3}"), "expected three capital letters such as EUR"),
}


def parse_item(raw: Mapping[str, object]) -> Item:
    """The item, with dates and numbers in their types; raises `InvalidItem` with all reasons."""
    reasons = [f"{name}: missing" for name in _REQUIRED if raw.get(name) is None]
    fields: dict[str, Any] = {}
    for name, value in raw.items():
        if name not in _TYPES:
            reasons.append(f"{name}: not a field of an item")
        elif value is not None:
            try:
                fields[name] = _field(name, value)
            except ValueError as error:
                reasons.append(f"{name}: {error}")
    if reasons:
        raise InvalidItem(tuple(reasons))
    return Item(**fields)


def _field(name: str, value: object) -> Any:
    if isinstance(value, float) and not math.isfinite(value):
        raise ValueError(f"expected a finite number, got {value}")
    if name == "attributes":
        return _attributes(value)
    texts = value if isinstance(value, (list, tuple)) else (value,)
    if any(isinstance(text, str) and "\x00" in text for text in texts):
        raise ValueError("holds a NUL character")
    if name in _SHAPES and isinstance(value, str):
        pattern, expected = _SHAPES[name]
        if not pattern.fullmatch(value):
            raise ValueError(f"{expected}, got {value!r:.60}")
    if name == "title" and isinstance(value, str) and not value.strip():
        raise ValueError("missing")
    try:
        converted = msgspec.convert(value, _TYPES[name], strict=True)
    except msgspec.ValidationError as error:
        raise ValueError(str(error).removesuffix(" - at `$`")) from None
    return _in_utc(converted) if isinstance(converted, datetime) else converted


def _in_utc(moment: datetime) -> datetime:
    try:
        return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
    except OverflowError:  # an empty date of .NET with a zone: 0001-01-01T00:00:00+01:00
        raise ValueError(f"expected a date from the year 1 to 9999, got {moment}") from None


def _attributes(value: object) -> dict[str, AttributeValue]:
    if not isinstance(value, Mapping):
        raise ValueError("expected an object of names and values")
    if len(value) > MAX_ATTRIBUTES:
        raise ValueError(f"at most {MAX_ATTRIBUTES} attributes, got {len(value)}")
    attributes: dict[str, AttributeValue] = {}
    for name, held in value.items():
        if not isinstance(name, str) or not 0 < len(name) <= MAX_ATTRIBUTE_NAME:
            raise ValueError(f"a name has 1 to {MAX_ATTRIBUTE_NAME} characters, got {name!r:.60}")
        if UNUSABLE_IN_NAMES.intersection(name):
            raise ValueError(
                f"a name holds no quotes, backslashes or control characters: {name!r:.60}"
            )
        if isinstance(held, bool):
            attributes[name] = held
        elif isinstance(held, (int, float)):
            attributes[name] = _finite(name, held)
        elif isinstance(held, str):
            if len(held) > MAX_ATTRIBUTE_TEXT or "\x00" in held:
                raise ValueError(f"{name}: at most {MAX_ATTRIBUTE_TEXT} characters and no NUL")
            attributes[name] = held
        else:
            raise ValueError(f"{name}: holds text, a number or a boolean")
    return attributes


def _finite(name: str, value: float) -> float:
    try:
        number = float(value)
    except OverflowError:  # a whole number of hundreds of digits, which JSON allows
        number = math.inf
    if not math.isfinite(number):
        raise ValueError(f"{name}: expected a finite number")
    return number
