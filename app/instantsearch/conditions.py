"""One comparison of an attribute with a value as a condition of ours, and several of them joined;
what the three ways in which Algolia's filters are written have in common."""

import math
import re
from collections.abc import Sequence
from typing import NamedTuple

from app.instantsearch.errors import BadParameter
from app.instantsearch.names import attribute_of
from indexing.filter_parser import MAX_CONDITIONS, MAX_VALUES
from indexing.filters import (
    DATE_FIELDS,
    FLAG_FIELDS,
    NUMBER_FIELDS,
    TEXT_FIELDS,
    All,
    AnyOf,
    Either,
    Filter,
    Not,
    Range,
    Value,
)

NUMBER = r"[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?"
_NUMBER = re.compile(NUMBER)
_FLAGS = {"true": True, "1": True, "false": False, "0": False}


class Comparison(NamedTuple):
    """An order of numbers, as `price >= 10`."""

    attribute: str
    operator: str
    number: str


def has_value(attribute: str, text: str, parameter: str) -> Filter:
    """`brand:HP`. What an attribute of the shop's own holds is not declared, so that `42` is looked
    for as a number and as a text. Raises `BadParameter`."""
    field = attribute_of(attribute, parameter).field
    if "\x00" in text:
        raise BadParameter(parameter, "holds a NUL character")
    if field in TEXT_FIELDS:
        return AnyOf(field, (text,))
    if field in FLAG_FIELDS:
        if text.lower() not in _FLAGS:
            raise BadParameter(parameter, f"{attribute} is true or false, got {text!r:.60}")
        return AnyOf(field, (_FLAGS[text.lower()],))
    if field in NUMBER_FIELDS | DATE_FIELDS:
        return _equals(field, read_number(text, parameter))
    values: list[Value] = [text]
    if text in ("true", "false"):
        values.append(text == "true")
    elif _NUMBER.fullmatch(text) and math.isfinite(float(text)):
        values.append(float(text))
    return AnyOf(field, tuple(values))


def compares(comparison: Comparison, parameter: str) -> Filter:
    """Raises `BadParameter`."""
    name, operator, text = comparison
    field = attribute_of(name, parameter).field
    number = read_number(text, parameter)
    if field in FLAG_FIELDS and operator in ("=", "!="):
        flag = AnyOf(field, (bool(number),))
        return flag if operator == "=" else Not(flag)
    _check_ordered(field, name, parameter)
    match operator:
        case "=":
            return _equals(field, number)
        case "!=":
            return Not(_equals(field, number))
        case "<":
            return Range(field, lt=number)
        case "<=":
            return Range(field, lte=number)
        case ">":
            return Range(field, gt=number)
        case _:
            return Range(field, gte=number)


def lies_between(attribute: str, low: str, high: str, parameter: str) -> Filter:
    """`price:10 TO 20`, both included. Raises `BadParameter`."""
    field = attribute_of(attribute, parameter).field
    _check_ordered(field, attribute, parameter)
    return Range(field, gte=read_number(low, parameter), lte=read_number(high, parameter))


def read_number(text: str, parameter: str) -> float:
    if not _NUMBER.fullmatch(text) or not math.isfinite(float(text)):
        raise BadParameter(parameter, f"expected a number, got {text!r:.60}")
    return float(text)


def all_of(parts: Sequence[Filter]) -> Filter | None:
    if not parts:
        return None
    return parts[0] if len(parts) == 1 else All(tuple(parts))


def any_of(parts: Sequence[Filter]) -> Filter | None:
    """Values of one field become one condition, however many a shopper has chosen."""
    merged: list[Filter] = []
    values: dict[str, dict[Value, None]] = {}
    for part in parts:
        if isinstance(part, AnyOf):
            # As keys, 1.0 and True would be one value.
            if any(isinstance(value, bool) for value in part.values):
                merged.append(part)
            else:
                values.setdefault(part.field, {}).update(dict.fromkeys(part.values))
        else:
            merged.append(part)
    merged += [AnyOf(field, tuple(held)) for field, held in values.items()]
    if not merged:
        return None
    return merged[0] if len(merged) == 1 else Either(tuple(merged))


def check_size(condition: Filter, parameter: str) -> None:
    """The same bounds as for filters of our own. Raises `BadParameter`."""
    sizes = list(_sizes(condition))
    if len(sizes) > MAX_CONDITIONS:
        raise BadParameter(parameter, f"a filter holds at most {MAX_CONDITIONS} conditions")
    if max(sizes, default=0) > MAX_VALUES:
        raise BadParameter(parameter, f"at most {MAX_VALUES} values of one attribute")


def _sizes(condition: Filter) -> list[int]:
    """For each condition in it, how many values it names."""
    match condition:
        case AnyOf(_, values):
            return [len(values)]
        case Range():
            return [1]
        case Not(part):
            return _sizes(part)
        case All(parts) | Either(parts):
            return [size for part in parts for size in _sizes(part)]


def _equals(field: str, number: float) -> Filter:
    if field in DATE_FIELDS:
        return Range(field, gte=number, lte=number)
    return AnyOf(field, (number,))


def _check_ordered(field: str, name: str, parameter: str) -> None:
    if field in TEXT_FIELDS | FLAG_FIELDS:
        raise BadParameter(parameter, f"{name} has no order; compare it by {name}:value")
