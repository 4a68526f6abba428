"""Facets of a result set: how many product groups have each value, and the range of numbers."""

import math
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise

import numpy as np

from app.catalogue.columns import CATEGORY_PATHS
from app.catalogue.counting import count_by_code, count_groups
from app.catalogue.labels import Flags
from app.catalogue.ranges import round_bounds
from app.search.errors import InvalidFacet
from app.search.result_set import ResultSet
from app.search.schemas import Facet, NumberFacet, RangeCount, ValueCount
from indexing.composition import PATH_SEPARATOR
from indexing.filters import (
    DATE_FIELDS,
    FLAG_FIELDS,
    NUMBER_FIELDS,
    UNUSABLE_IN_NAMES,
    attribute_name,
    attribute_value,
)
from indexing.queries import FacetSearch

CATEGORIES = "categories"
VALUE_FACETS = frozenset({"brand", CATEGORIES, "currency"}) | FLAG_FIELDS
NUMBER_FACETS = NUMBER_FIELDS | DATE_FIELDS


def check_facets(fields: Sequence[str]) -> tuple[str, ...]:
    """Each once. Raises `InvalidFacet` for a field that has no counts."""
    for n, field in enumerate(fields):
        name = attribute_name(field)
        usable = name and not UNUSABLE_IN_NAMES.intersection(name)
        if field not in VALUE_FACETS | NUMBER_FACETS and not usable:
            known = ", ".join(sorted(VALUE_FACETS | NUMBER_FACETS))
            reason = f"{field!r:.60} is no facet; known are {known}, attributes.<name>"
            raise InvalidFacet(f"$.facets[{n}]", reason)
    return tuple(dict.fromkeys(fields))


class FacetCounter:
    """Counts one result set; `most` values at most are given of each facet."""

    def __init__(
        self,
        results: ResultSet,
        most: int,
        sought: FacetSearch | None = None,
        disjunctive: bool = True,
    ) -> None:
        self._results = results
        self._most = most
        self._sought = sought
        self._disjunctive = disjunctive

    def count(self, fields: Iterable[str]) -> dict[str, Facet]:
        with self._results.columns.lock:
            return {field: self._count(field) for field in fields}

    def _count(self, field: str) -> Facet:
        among = self._results.all_but(field) if self._disjunctive else self._results.selected
        if field == CATEGORIES:
            return self._tree(among)
        if field in FLAG_FIELDS:
            return self._flags(field, among)
        if field in NUMBER_FACETS:
            return self._range(field, among, ())
        counts = self._by_label(field, among)
        if attribute_name(field) is None:
            named = [ValueCount(label, count) for label, count in counts.items() if label]
            return self._best(field, named)
        values = [ValueCount(attribute_value(term), count) for term, count in counts.items()]
        numeric = [isinstance(value.value, float) for value in values]
        if values and all(numeric):
            return self._range(field, among, self._best(field, values))
        return self._best(field, values)

    def _by_label(self, field: str, among: Flags) -> Mapping[str, int]:
        """Every label with the number of groups that have it."""
        results = self._results
        labels = results.columns.labels(field)
        places, codes = labels.pairs(results.rows[among])
        counts = count_by_code(results.groups[among], places, codes)
        return {labels.labels[code]: count for code, count in counts.items()}

    def _flags(self, field: str, among: Flags) -> tuple[ValueCount, ...]:
        results = self._results
        flags = results.columns.numbers(field, results.rows[among]) > 0
        groups = results.groups[among]
        counted = [(True, count_groups(groups[flags])), (False, count_groups(groups[~flags]))]
        return tuple(ValueCount(value, count) for value, count in counted if count)

    def _range(self, field: str, among: Flags, values: Sequence[ValueCount]) -> NumberFacet:
        results = self._results
        numbers = results.columns.numbers(field, results.rows[among])
        known = ~np.isnan(numbers)
        numbers, groups = numbers[known], results.groups[among][known]
        if not len(numbers):
            return NumberFacet(count=0)
        bounds = [-math.inf, *round_bounds(numbers), math.inf]
        ranges = [
            RangeCount(
                count=count_groups(groups[(numbers >= low) & (numbers < high)]),
                gte=None if low == -math.inf else low,
                lt=None if high == math.inf else high,
            )
            for low, high in pairwise(bounds)
        ]
        return NumberFacet(
            count=count_groups(groups),
            min=float(numbers.min()),
            max=float(numbers.max()),
            avg=round(float(numbers.mean()), 6),
            sum=round(float(numbers.sum()), 6),
            ranges=tuple(ranges),
            values=tuple(values),
        )

    def _best(self, field: str, values: Sequence[ValueCount]) -> tuple[ValueCount, ...]:
        """The most frequent first; of those that a facet search asks for, only they."""
        wanted = [value for value in values if self._wanted(field, str(value.value))]
        wanted.sort(key=lambda value: (-value.count, folded(str(value.value)), str(value.value)))
        return tuple(wanted[: self._most])

    def _tree(self, among: Flags) -> tuple[ValueCount, ...]:
        """Categories by their place under each other, the most frequent first; counted as a filter
        by the path would find them."""
        counts = self._by_label(CATEGORIES, among)
        paths = self._by_label(CATEGORY_PATHS, among)
        kept = [
            path
            for path in sorted(paths, key=lambda path: (-counts[path], path))
            if self._wanted(CATEGORIES, path.rpartition(PATH_SEPARATOR)[2])
        ][: self._most]
        shown = {
            PATH_SEPARATOR.join(names[: n + 1])
            for names in (path.split(PATH_SEPARATOR) for path in kept)
            for n in range(len(names))
        }
        return _under("", shown, counts)

    def _wanted(self, field: str, value: str) -> bool:
        if self._sought is None or self._sought.field != field:
            return True
        words = folded(value).split()
        asked = folded(self._sought.text).split()
        return all(any(word.startswith(start) for word in words) for start in asked)


def _under(parent: str, shown: set[str], counts: Mapping[str, int]) -> tuple[ValueCount, ...]:
    level = [path for path in shown if path.rpartition(PATH_SEPARATOR)[0] == parent]
    level.sort(key=lambda path: (-counts.get(path, 0), path))
    return tuple(
        ValueCount(path, counts.get(path, 0), _under(path, shown, counts)) for path in level
    )


def folded(text: str) -> str:
    """As values are compared with what was typed: without case and accents."""
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    return "".join(c for c in decomposed if not unicodedata.combining(c))
