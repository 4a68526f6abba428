"""`facetFilters` and `numericFilters`, which InstantSearch's widgets send: lists in which what
stands side by side holds together, what stands in a list inside is any of them, and in a list
inside that again all of them."""

import re
from collections.abc import Callable, Sequence

import msgspec

from app.instantsearch.conditions import (
    NUMBER,
    Comparison,
    all_of,
    any_of,
    compares,
    has_value,
    lies_between,
)
from app.instantsearch.errors import BadParameter
from indexing.filters import Filter, Not

MAX_NESTING = 3
Leaf = Callable[[str], Filter]
Join = Callable[[Sequence[Filter]], Filter | None]

_OPERATOR = re.compile(r"<=|>=|!=|=|<|>")
_BETWEEN = re.compile(rf"({NUMBER})\s+TO\s+({NUMBER})")


def facet_filters(raw: object) -> Filter | None:
    """Raises `BadParameter`."""
    return _nested(raw, "facetFilters", _facet_filter)


def numeric_filters(raw: object) -> Filter | None:
    """Raises `BadParameter`."""
    return _nested(raw, "numericFilters", _numeric_filter)


def _facet_filter(text: str) -> Filter:
    """`brand:HP`; `brand:-HP` for any other; `brand:\\-HP` where the value begins with a dash."""
    name, colon, value = text.partition(":")
    if not colon:
        raise BadParameter("facetFilters", f"expected attribute:value, got {text!r:.60}")
    if value.startswith("-"):
        return Not(has_value(name.strip(), value[1:], "facetFilters"))
    return has_value(name.strip(), value.removeprefix("\\"), "facetFilters")


def _numeric_filter(text: str) -> Filter:
    """`price >= 10`, `price:10`, `price:10 TO 20`."""
    parameter = "numericFilters"
    if found := _OPERATOR.search(text):
        name, number = text[: found.start()].strip(), text[found.end() :].strip()
        return compares(Comparison(name, found[0], number), parameter)
    before, colon, after = text.rpartition(":")
    if not colon:
        raise BadParameter(parameter, f"expected attribute, operator and number, got {text!r:.60}")
    name, numbers = before.strip(), after.strip()
    if between := _BETWEEN.fullmatch(numbers):
        return lies_between(name, between[1], between[2], parameter)
    return compares(Comparison(name, "=", numbers), parameter)


def _nested(raw: object, parameter: str, leaf: Leaf) -> Filter | None:
    if isinstance(raw, str):
        raw = _decoded(raw, parameter)
    return _joined(raw, parameter, leaf, (all_of, any_of, all_of))


def _joined(raw: object, parameter: str, leaf: Leaf, joins: Sequence[Join]) -> Filter | None:
    if isinstance(raw, str):
        return leaf(raw)
    if not isinstance(raw, list):
        raise BadParameter(parameter, "expected a list of texts, or of lists of texts")
    if not joins:
        raise BadParameter(parameter, f"lists nest at most {MAX_NESTING} deep")
    parts = [_joined(part, parameter, leaf, joins[1:]) for part in raw]
    return joins[0]([part for part in parts if part is not None])


def _decoded(text: str, parameter: str) -> object:
    """A list as JSON, as it stands in an address; else the text is one condition."""
    if not text.strip():
        return []
    if not text.lstrip().startswith("["):
        return [text]
    try:
        return msgspec.json.decode(text)
    except msgspec.DecodeError as error:
        raise BadParameter(parameter, f"is no JSON: {error}") from None
