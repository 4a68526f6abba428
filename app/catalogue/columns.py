"""The live catalogue column by column, in this process: which items pass a filter, how many have
each value, and in which order a sort puts them. Qdrant says what matches a query; these say what
the matches have in common. Kept by `FeatureStore`, which follows the changes in Postgres."""

import threading
from collections.abc import Callable, Iterable, Mapping, Sequence

import numpy as np
import numpy.typing as npt
from cachetools import LRUCache

from app.catalogue.labels import Flags, Labels, Numbers, Rows
from indexing.candidates import Keys
from indexing.composition import MAX_TERM_LENGTH, category_labels, category_paths
from indexing.documents import AttributeValue, Item
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
    attribute_name,
    attribute_term,
)

CATEGORY_PATHS = "category_paths"
"""The column of an item's category paths without the single names, which filters may use, too."""

MAX_ATTRIBUTES_HELD = 300
"""The attributes that were asked for last; others are read again when they are."""

Values = npt.NDArray[np.float64]
ReadAttribute = Callable[[str], Iterable[tuple[int, AttributeValue]]]
"""From an attribute's name to the keys and values of all live items that have it."""


def no_attributes(name: str) -> Iterable[tuple[int, AttributeValue]]:
    return ()


class Attribute:
    """One attribute of all items: as labels, which keep its kinds apart, and as numbers."""

    def __init__(self) -> None:
        self.terms = Labels()
        self.numbers = Numbers()

    def put(self, row: int, name: str, value: AttributeValue | None) -> None:
        numeric = isinstance(value, (int, float)) and not isinstance(value, bool)
        # What is too long to be a term is found by no filter, so it is no value of a facet.
        long = isinstance(value, str) and len(value) > MAX_TERM_LENGTH
        self.terms.put(row, () if value is None or long else (attribute_term(name, value),))
        self.numbers.put(row, float(value) if numeric and value is not None else None)


class CatalogueColumns:
    """Every method may be called from several threads. A row is an item's place in the columns; it
    stays the same as long as the process runs."""

    def __init__(self, read_attribute: ReadAttribute = no_attributes) -> None:
        self._read_attribute = read_attribute
        self.lock = threading.RLock()
        """Held by whoever reads several columns that must agree."""
        self._row_of: dict[int, int] = {}
        self._keys = np.empty(0, np.int64)
        self._by_key = np.empty(0, np.intp)
        self._sorted_keys = np.empty(0, np.int64)
        self._versions: list[int] = []
        self._live = np.zeros(0, np.bool_)
        self._labels = {name: Labels() for name in (*TEXT_FIELDS, CATEGORY_PATHS)}
        self._numbers = {name: Numbers() for name in NUMBER_FIELDS | FLAG_FIELDS | DATE_FIELDS}
        self._attributes: LRUCache[str, Attribute] = LRUCache(MAX_ATTRIBUTES_HELD)

    def put(self, key: int, version: int, item: Item | None) -> None:
        """Unless a newer version is there; None for an item that is gone."""
        with self.lock:
            row = self._row(key)
            if self._versions[row] > version:
                return
            self._versions[row] = version
            self._live[row] = item is not None
            if item is None:
                return
            for name, labels in _labels_of(item).items():
                self._labels[name].put(row, labels)
            for name, number in _numbers_of(item).items():
                self._numbers[name].put(row, number)
            for name, attribute in self._attributes.items():
                attribute.put(row, name, item.attributes.get(name))

    def places(self, keys: Keys) -> Rows:
        """By key, its row; -1 for one that is not there, or no longer."""
        with self.lock:
            rows = self._places(keys)
            if len(self._live):
                # A row of -1 reads the last flag, and stays what it is.
                rows = np.where(self._live[rows], rows, -1)
            return rows

    def rows_of(self, keys: Keys) -> Rows:
        """In the order of the keys; those that are not there, or no longer, are left out."""
        rows = self.places(keys)
        return rows[rows >= 0]

    def missing(self, keys: Keys) -> list[int]:
        """Those of which nothing is known."""
        with self.lock:
            unknown: list[int] = keys[self._places(keys) < 0].tolist()
            return unknown

    def live_rows(self) -> Rows:
        """The whole catalogue."""
        with self.lock:
            return np.flatnonzero(self._live)

    def keys(self, rows: Rows) -> Keys:
        return self._keys[rows]

    def groups(self, rows: Rows) -> npt.NDArray[np.int32]:
        """A number for the product group of each row."""
        with self.lock:
            return self._labels["group_id"].pairs(rows)[1]

    def labels(self, field: str) -> Labels:
        """Of a field of text or an attribute; an attribute that nothing has asked for yet is read
        from Postgres."""
        name = attribute_name(field)
        return self._labels[field] if name is None else self._attribute(name).terms

    def numbers(self, field: str, rows: Rows) -> Values:
        """NaN where an item has no such number."""
        name = attribute_name(field)
        with self.lock:
            held = self._numbers[field] if name is None else self._attribute(name).numbers
            return held.at(rows)

    def numbers_of(self, field: str, keys: Keys) -> Values:
        """The same by key; NaN also for an item that is not there."""
        with self.lock:
            rows = self._places(keys)
            values = np.full(len(rows), np.nan)
            known = rows >= 0
            values[known] = self.numbers(field, rows[known])
            return values

    def passing_keys(self, condition: Filter, keys: Keys) -> Flags:
        """By key, whether it passes; an item that is not there does not."""
        with self.lock:
            rows = self._places(keys)
            flags = np.zeros(len(rows), np.bool_)
            known = rows >= 0
            flags[known] = self.passing(condition, rows[known]) & self._live[rows[known]]
            return flags

    def _places(self, keys: Keys) -> Rows:
        """The rows of the keys, -1 for one that is not there."""
        if len(self._by_key) != len(self._row_of):
            # Sorted anew only where an item has come, which few changes of a catalogue are.
            self._by_key = np.argsort(self._keys[: len(self._row_of)])
            self._sorted_keys = self._keys[self._by_key]
        if not len(self._by_key):
            return np.full(len(keys), -1, np.intp)
        found = np.minimum(np.searchsorted(self._sorted_keys, keys), len(self._by_key) - 1)
        places: Rows = np.where(self._sorted_keys[found] == keys, self._by_key[found], -1)
        return places

    def passing(self, condition: Filter, rows: Rows) -> Flags:
        """By row, whether it passes; as `indexing.filters.matches` would say of its payload."""
        match condition:
            case All(parts):
                return self._together(parts, rows, np.logical_and, np.ones(len(rows), np.bool_))
            case Either(parts):
                return self._together(parts, rows, np.logical_or, np.zeros(len(rows), np.bool_))
            case Not(part):
                return ~self.passing(part, rows)
            case AnyOf(field, values):
                with self.lock:
                    return self._any_of(field, values, rows)
            case Range():
                return _within(condition, self.numbers(condition.field, rows))

    def _together(self, parts: Sequence[Filter], rows: Rows, join: np.ufunc, flags: Flags) -> Flags:
        for part in parts:
            flags = join(flags, self.passing(part, rows))
        return flags

    def _any_of(self, field: str, values: Sequence[AttributeValue], rows: Rows) -> Flags:
        name = attribute_name(field)
        if name is not None:
            terms = [attribute_term(name, value) for value in values]
            return self._attribute(name).terms.any_of(rows, terms)
        if field in self._labels:
            return self._labels[field].any_of(rows, [str(value) for value in values])
        wanted = [float(value) for value in values]
        return np.isin(self._numbers[field].at(rows), wanted)

    def _attribute(self, name: str) -> Attribute:
        with self.lock:
            known = self._attributes.get(name)
            if known is None:
                known = Attribute()
                for key, value in self._read_attribute(name):
                    row = self._row_of.get(key)
                    if row is not None:
                        known.put(row, name, value)
                self._attributes[name] = known
            return known

    def _row(self, key: int) -> int:
        row = self._row_of.get(key)
        if row is not None:
            return row
        row = self._row_of[key] = len(self._versions)
        self._versions.append(-1)
        if row >= len(self._keys):
            room = max(1_024, 2 * row)
            self._keys = np.concatenate([self._keys, np.zeros(room - row, np.int64)])
            self._live = np.concatenate([self._live, np.zeros(room - row, np.bool_)])
        self._keys[row] = key
        return row


def _labels_of(item: Item) -> Mapping[str, Sequence[str]]:
    return {
        "id": (item.id,),
        "brand": (item.brand,),
        "categories": category_labels(item),
        CATEGORY_PATHS: category_paths(item),
        "currency": (item.currency,),
        "group_id": (item.group_id or item.id,),
    }


def _numbers_of(item: Item) -> Mapping[str, float | None]:
    """Moments by whole seconds, as the index has them."""
    released = item.released_at
    return {
        "price": item.price,
        "rating": item.rating,
        "review_count": item.review_count,
        "popularity": item.popularity,
        "in_stock": float(item.in_stock),
        "released_at": None if released is None else int(released.timestamp()),
    }


def _within(bounds: Range, values: Values) -> Flags:
    flags = ~np.isnan(values)
    checks: Mapping[np.ufunc, float | None] = {
        np.greater: bounds.gt,
        np.greater_equal: bounds.gte,
        np.less: bounds.lt,
        np.less_equal: bounds.lte,
    }
    for compare, bound in checks.items():
        if bound is not None:
            flags &= compare(values, bound)
    return flags
