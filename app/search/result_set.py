"""The one frozen set of items that a request is answered from: its total, its facets and its pages
all come from it, and so agree."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from app.catalogue.columns import CatalogueColumns
from app.catalogue.counting import Groups, among, count_groups, first_of_each
from app.catalogue.labels import Flags, Rows
from app.search.selections import Selection
from indexing.candidates import Keys
from indexing.queries import Sort

_SORT_COLUMNS = {"newest": "released_at", "reviews": "review_count"}
"""By sort, the column that it reads where that has another name."""


class ResultSet(NamedTuple):
    """`rows` are all items that the query finds before the shopper's filter, best first; every
    array has their length."""

    columns: CatalogueColumns
    rows: Rows
    groups: Groups
    selections: Sequence[Selection]
    passing: Sequence[Flags]
    """For each selection, which rows pass it."""
    selected: Flags
    """Which rows pass the whole filter."""
    capped: bool
    """Whether more may match than are in it."""
    grouped: bool = True
    """Whether product groups are counted; else each item is a group of its own."""

    def passing_all(self, chosen: Sequence[int]) -> Flags:
        """Which rows pass those selections, by their places."""
        return _all([self.passing[n] for n in chosen], len(self.rows))

    @property
    def total(self) -> int:
        """Product groups that pass the whole filter."""
        return count_groups(self.groups[self.selected])

    def all_but(self, field: str) -> Flags:
        """Which rows pass what was chosen for other fields."""
        others = [
            flags
            for selection, flags in zip(self.selections, self.passing, strict=True)
            if selection.field != field
        ]
        return _all(others, len(self.rows))

    def holds(self, rows: Rows) -> Flags:
        """By row, whether it belongs to the set and passes the whole filter."""
        return among(rows, self.rows[self.selected])

    def behind(self, placed: Rows) -> Keys:
        """One item for each group that passes and that none of `placed` belongs to."""
        taken = among(self.groups, _groups(self.columns, placed, self.grouped))
        rest = np.flatnonzero(self.selected & ~taken)
        return self.columns.keys(self.rows[rest[first_of_each(self.groups[rest])]])

    def with_rows(self, rows: Rows) -> "ResultSet":
        """With those, too."""
        if among(rows, self.rows).all():
            return self
        together = np.concatenate([self.rows, rows])
        return result_set(self.columns, together, self.selections, self.capped, self.grouped)

    @property
    def has_variants(self) -> bool:
        """Whether any group has several rows that pass."""
        return int(np.bincount(self.groups[self.selected]).max(initial=0)) > 1

    def variants_of(self, key: int) -> Keys:
        """The other items of its group that pass."""
        rows = self.columns.rows_of(np.array([key], np.int64))
        if not len(rows):
            return np.empty(0, np.int64)
        own = self.groups == _groups(self.columns, rows, self.grouped)[0]
        return self.columns.keys(self.rows[own & self.selected & (self.rows != rows[0])])


def result_set(
    columns: CatalogueColumns,
    rows: Rows,
    selections: Sequence[Selection],
    capped: bool,
    grouped: bool,
) -> ResultSet:
    """Of rows best first, of which the first of equal ones counts."""
    _, first = np.unique(rows, return_index=True)
    rows = rows[np.sort(first)]
    with columns.lock:
        passing = [columns.passing(selection.condition, rows) for selection in selections]
        groups = _groups(columns, rows, grouped)
        selected = _all(passing, len(rows))
        return ResultSet(columns, rows, groups, selections, passing, selected, capped, grouped)


def _groups(columns: CatalogueColumns, rows: Rows, grouped: bool) -> Groups:
    return columns.groups(rows) if grouped else rows.astype(np.int32)


def sort_column(sort: Sort) -> str:
    """The column that a sort reads."""
    return _SORT_COLUMNS.get(sort.field, sort.field)


def sorted_rows(columns: CatalogueColumns, rows: Rows, sort: Sort | None) -> Rows:
    """By what the sort says, by popularity where nothing does; what is not known comes last, and
    equal ones by popularity and then by age in the catalogue."""
    # The last of them counts most; NaN sorts behind every number, in either direction.
    by = [columns.keys(rows), -columns.numbers("popularity", rows)]
    if sort is not None:
        values = columns.numbers(sort_column(sort), rows)
        by.append(-values if sort.descending else values)
    ordered: Rows = rows[np.lexsort(by)]
    return ordered


def _all(flags: Sequence[Flags], length: int) -> Flags:
    if not flags:
        return np.ones(length, np.bool_)
    together: Flags = np.logical_and.reduce(flags)
    return together
