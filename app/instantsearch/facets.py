"""Facets of ours in Algolia's form: by attribute as it was asked for, counts by value as text, and
beside them the statistics of numbers."""

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

import msgspec

from app.instantsearch.marking import Marking, begins_with, mark_beginnings
from app.instantsearch.names import Attribute
from app.instantsearch.parameters import Parameters
from app.instantsearch.queries import AskedFacet
from app.search.schemas import Facet, NumberFacet, ValueCount
from indexing.composition import PATH_SEPARATOR
from indexing.documents import AttributeValue


class FacetStats(msgspec.Struct, frozen=True):
    min: float
    max: float
    avg: float
    sum: float


class FacetHit(msgspec.Struct, frozen=True):
    value: str
    highlighted: str
    count: int


class Counted(NamedTuple):
    counts: dict[str, dict[str, int]]
    stats: dict[str, FacetStats]


def counted(
    asked: Sequence[AskedFacet], found: Mapping[str, Facet], parameters: Parameters
) -> Counted:
    """A facet without any value is left out, as Algolia does; one with statistics stays."""
    result = Counted({}, {})
    for name, attribute in asked:
        facet = found[attribute.field]
        values = _values(facet, attribute, parameters)
        stats = _stats(facet)
        if values or stats is not None:
            most = parameters.max_values_per_facet
            result.counts[name] = {_text(value.value): value.count for value in values[:most]}
        if stats is not None:
            result.stats[name] = stats
    return result


def facet_hits(
    attribute: Attribute, facet: Facet, text: str, most: int, parameters: Parameters
) -> tuple[FacetHit, ...]:
    """The values that a search inside a facet has found."""
    values = _values(facet, attribute, parameters)
    if attribute.field == "categories":
        # Of a tree, the levels above what was found are there, too.
        values = [value for value in values if begins_with(_last_name(value), text)]
    marking = Marking.of(parameters)
    return tuple(
        FacetHit(
            _text(value.value),
            marking.write(mark_beginnings(_text(value.value), text)),
            value.count,
        )
        for value in values[:most]
    )


def _values(facet: Facet, attribute: Attribute, parameters: Parameters) -> list[ValueCount]:
    """The most frequent first, unless they are wanted by name."""
    values = list(facet.values if isinstance(facet, NumberFacet) else facet)
    if attribute.field == "categories":
        levels = list(_tree(values, 0))
        values = [value for level, value in levels if attribute.level in (None, level)]
        values.sort(key=lambda value: -value.count)
    if parameters.sort_facet_values_by == "alpha":
        values.sort(key=lambda value: _text(value.value).casefold())
    return values


def _tree(values: Sequence[ValueCount], level: int) -> Iterator[tuple[int, ValueCount]]:
    for value in values:
        yield level, value
        yield from _tree(value.children, level + 1)


def _last_name(value: ValueCount) -> str:
    return str(value.value).rpartition(PATH_SEPARATOR)[2]


def _stats(facet: Facet) -> FacetStats | None:
    if not isinstance(facet, NumberFacet) or facet.min is None or facet.max is None:
        return None
    return FacetStats(facet.min, facet.max, facet.avg or 0.0, facet.sum or 0.0)


def _text(value: AttributeValue) -> str:
    """As a filter takes it again."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
    return str(value)
