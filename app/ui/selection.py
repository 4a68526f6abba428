"""What was chosen on the page as a filter of the search, and as chips that take it back."""

import math
from collections.abc import Iterable, Sequence

import msgspec

from app.ui.addresses import Address
from app.ui.labels import attribute_label, value_label
from app.ui.money import format_price
from app.ui.spans import Span, read_span
from indexing.composition import PATH_SEPARATOR
from indexing.filters import AnyOf, Either, Filter, Range, Value, attribute_name, both

FIELDS = {
    "category": "categories",
    "brand": "brand",
    "price": "price",
    "rating": "rating",
    "in_stock": "in_stock",
}
"""By facet, the field that it looks at; an attribute's has the same name."""


class Chip(msgspec.Struct, frozen=True):
    """`url` is the page without it."""

    label: str
    value: str
    address: Address


def filter_of(address: Address) -> Filter | None:
    """Values of one facet are alternatives, and every facet has to hold."""
    facets = dict.fromkeys(facet for facet, _ in address.chosen)
    return both(*(_condition(facet, address.values(facet)) for facet in facets))


def chips_of(address: Address, currency: str) -> tuple[Chip, ...]:
    return tuple(
        Chip(
            facet_label(facet),
            choice_label(facet, value, currency),
            address.without_choice(facet, value),
        )
        for facet, value in address.chosen
    )


def facet_label(facet: str) -> str:
    match facet:
        case "category" | "brand" | "price" | "rating":
            return facet.capitalize()
        case "in_stock":
            return "Availability"
        case _:
            return attribute_label(attribute_name(facet) or facet)


def choice_label(facet: str, value: str, currency: str) -> str:
    match facet:
        case "category":
            return value.rpartition(PATH_SEPARATOR)[2]
        case "price":
            return span_label(read_span(value), currency)
        case "rating":
            return f"{value} stars & up"
        case "in_stock":
            return "In stock"
        case "brand":
            return value
        case _:
            return value_label(value, attribute_name(facet) or "")


def span_label(span: Span | None, currency: str) -> str:
    if span is None:
        return ""
    low, high = (
        None if bound is None else short_price(bound, currency) for bound in (span.low, span.high)
    )
    if low is None:
        return f"Up to {high}" if span.typed else f"Under {high}"
    if high is None:
        return f"{low} & up"
    return f"{low} to {high}" if span.typed else f"{low} to under {high}"


def short_price(price: float, currency: str) -> str:
    """Whole amounts without their decimals."""
    shown = format_price(price, currency).strip()
    return shown.replace(".00", "", 1) if float(price).is_integer() else shown


def _condition(facet: str, values: Sequence[str]) -> Filter:
    match facet:
        case "price":
            spans = (read_span(value) for value in values)
            return _either(span.condition("price") for span in spans if span)
        case "rating":
            return Range("rating", gte=min(float(value) for value in values))
        case "in_stock":
            return AnyOf("in_stock", (True,))
        case "category" | "brand":
            return AnyOf(FIELDS[facet], tuple(values))
        case _:
            return AnyOf(facet, tuple(meant for value in values for meant in _meant(value)))


def _meant(value: str) -> tuple[Value, ...]:
    """An address has no types: `128` may be the number or the text, `true` the flag or the word."""
    if value in ("true", "false"):
        return value, value == "true"
    try:
        number = float(value) if value.isascii() else math.nan
    except ValueError:
        return (value,)
    return (value, number) if math.isfinite(number) else (value,)


def _either(conditions: Iterable[Filter]) -> Filter:
    parts = tuple(conditions)
    return parts[0] if len(parts) == 1 else Either(parts)
