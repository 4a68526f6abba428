"""Sums over sliding windows by item, brand, category, query and (query, item), kept in memory: by
the service from what Postgres has counted, by the offline replay from the log."""

from collections.abc import Hashable, Iterable, Sequence
from typing import Generic, NamedTuple, TypeVar

import numpy as np
import numpy.typing as npt

from ranking.behaviour import Ints, Sums

Rows = npt.NDArray[np.intp]
MAX_PAIRS = 2_000_000
"""Of some 120 bytes each."""

Key = TypeVar("Key", bound=Hashable)


class Traits(NamedTuple):
    """What the catalogue says of an item, as tokens; 0 for none."""

    brand: int = 0
    category: int = 0


class Group(NamedTuple):
    """The pairs of one query among many, and where they begin and end."""

    query: str
    first: int
    end: int


class _Table(Generic[Key]):
    """A row of sums for each key. Row 0 stays zero and stands for all keys that are not there."""

    def __init__(self, columns: int) -> None:
        self.rows: dict[Key, int] = {}
        self.sums = np.zeros((64, columns), np.int64)

    def find(self, keys: Sequence[Key]) -> Rows:
        get = self.rows.get
        return np.array([get(key, 0) for key in keys], np.intp)

    def add(self, keys: Sequence[Key], deltas: Ints) -> None:
        """To the row of each key, made where it is missing; a key may come more than once."""
        rows = self.rows
        for key in keys:
            if key not in rows:
                rows[key] = len(rows) + 1
        while len(rows) >= len(self.sums):
            self.sums = np.concatenate([self.sums, np.zeros_like(self.sums)])
        np.add.at(self.sums, self.find(keys), deltas)


class _Pairs(NamedTuple):
    """The items of one query, their keys in ascending order."""

    keys: Ints
    sums: Ints

    def find(self, keys: Ints) -> tuple[Rows, npt.NDArray[np.bool_]]:
        """Where each key is or would be, and whether it is there."""
        places = np.searchsorted(self.keys, keys)
        inside = np.minimum(places, len(self.keys) - 1)
        return places, self.keys[inside] == keys if len(self.keys) else np.zeros(len(keys), bool)


class BehaviourSums:
    """Not safe to use from several threads; whoever shares it holds a lock around each call."""

    def __init__(self, columns: int, most_pairs: int = MAX_PAIRS) -> None:
        self._columns = columns
        self._most = most_pairs
        self._none = np.zeros(columns, np.int64)
        self._everything = np.zeros(columns, np.int64)
        self._items: _Table[int] = _Table(columns)
        self._brands: _Table[int] = _Table(columns)
        self._categories: _Table[int] = _Table(columns)
        self._queries: dict[str, Ints] = {}
        self._pairs: dict[str, _Pairs] = {}
        self._traits: dict[int, Traits] = {}
        self.pairs = 0
        """How many (query, item) are held."""

    def load(self, groups: Sequence[Group], keys: Ints, sums: Ints, weights: Ints) -> None:
        """Fill what is empty. Of more pairs than there is room for, those of the highest weight are
        held, and the rest only adds to what stands above pairs."""
        if not len(keys):
            return
        by_item = np.argsort(keys, kind="stable")
        changes = np.flatnonzero(np.diff(keys[by_item], prepend=-1))
        items = keys[by_item][changes].tolist()
        of_items = np.add.reduceat(sums[by_item], changes)
        self._items.add(items, of_items)
        self._add_traits(items, of_items)
        self._everything += of_items.sum(axis=0)
        held = sums.any(axis=1)
        if held.sum() > self._most:
            held = np.zeros(len(keys), bool)
            held[np.argpartition(-weights, self._most)[: self._most]] = True
        for query, first, end in groups:
            part = sums[first:end]
            self._queries[query] = part.sum(axis=0)
            mine = np.flatnonzero(held[first:end])
            if len(mine):
                mine = mine[np.argsort(keys[first:end][mine])]
                self._pairs[query] = _Pairs(keys[first:end][mine], part[mine])
                self.pairs += len(mine)

    def known(self, keys: Iterable[int]) -> list[int]:
        """Those items that were classified."""
        return [key for key in keys if key in self._traits]

    def unknown(self, keys: Iterable[int]) -> list[int]:
        return [key for key in keys if key not in self._traits]

    @property
    def full(self) -> bool:
        """Whether there is no room for another pair."""
        return self.pairs >= self._most

    def shift(self, query: str, keys: Ints, deltas: Ints) -> None:
        """Add to the sums of a query's items, each named once; a pair that comes to nothing is let
        go. `deltas` has the shape `(len(keys), columns)`."""
        self._shift_pairs(query, keys, deltas)
        total = deltas.sum(axis=0)
        self._everything += total
        asked = self._queries.get(query)
        if query in self._pairs:
            self._queries[query] = total if asked is None else asked + total
        else:
            self._queries.pop(query, None)
        items = keys.tolist()
        self._items.add(items, deltas)
        self._add_traits(items, deltas)

    def replace(self, query: str, keys: Ints, sums: Ints) -> None:
        """The same, given what the sums are to be. Where there is no room for more pairs, those
        that are not held stay as they were when all was loaded: what they counted is not known."""
        if self.full:
            held = self._held(query, keys)
            keys, sums = keys[held], sums[held]
        if len(keys):
            self.shift(query, keys, sums - self.pair_sums(query, keys))

    def classify(self, key: int, traits: Traits) -> None:
        """Say of what brand and category an item is; what it counts goes along."""
        before = self._traits.get(key, Traits())
        self._traits[key] = traits
        row = self._items.rows.get(key)
        if row is None or before == traits:
            return
        counted = self._items.sums[row : row + 1]
        self._traits[key] = before
        self._add_traits([key], -counted)
        self._traits[key] = traits
        self._add_traits([key], counted)

    def traits(self, key: int) -> Traits:
        return self._traits.get(key, Traits())

    def pair_sums(self, query: str, keys: Ints) -> Ints:
        """Shape `(len(keys), columns)`; zeros where nothing was counted."""
        made = np.zeros((len(keys), self._columns), np.int64)
        pairs = self._pairs.get(query)
        if pairs is not None:
            places, there = pairs.find(keys)
            made[there] = pairs.sums[places[there]]
        return made

    def gather(
        self, query: str, keys: Ints, brands: Sequence[int], categories: Sequence[int]
    ) -> Sums:
        """A copy of what is known now about `n` candidates; brands and categories as tokens."""
        return Sums(
            everything=self._everything.copy(),
            query=self._queries.get(query, self._none),
            item=self._items.sums[self._items.find(keys.tolist())],
            brand=self._brands.sums[self._brands.find(brands)],
            category=self._categories.sums[self._categories.find(categories)],
            query_item=self.pair_sums(query, keys),
        )

    def _add_traits(self, items: Sequence[int], deltas: Ints) -> None:
        traits = [self._traits.get(key, Traits()) for key in items]
        for table, tokens in (
            (self._brands, [trait.brand for trait in traits]),
            (self._categories, [trait.category for trait in traits]),
        ):
            named = [n for n, token in enumerate(tokens) if token]
            table.add([tokens[n] for n in named], deltas[named])

    def _held(self, query: str, keys: Ints) -> npt.NDArray[np.bool_]:
        pairs = self._pairs.get(query)
        return np.zeros(len(keys), bool) if pairs is None else pairs.find(keys)[1]

    def _shift_pairs(self, query: str, keys: Ints, deltas: Ints) -> None:
        order = np.argsort(keys)
        keys, deltas = keys[order], deltas[order]
        pairs = self._pairs.get(query)
        if pairs is None:
            pairs = _Pairs(np.empty(0, np.int64), np.empty((0, self._columns), np.int64))
        before = len(pairs.keys)
        places, there = pairs.find(keys)
        if there.all():
            sums = pairs.sums.copy()
            sums[places] += deltas
            pairs = _Pairs(pairs.keys, sums)
        else:
            new = ~there
            sums = pairs.sums.copy()
            sums[places[there]] += deltas[there]
            pairs = _Pairs(
                np.insert(pairs.keys, places[new], keys[new]),
                np.insert(sums, places[new], deltas[new], axis=0),
            )
        kept = pairs.sums.any(axis=1)
        if not kept.all():
            pairs = _Pairs(pairs.keys[kept], pairs.sums[kept])
        self.pairs += len(pairs.keys) - before
        if len(pairs.keys):
            self._pairs[query] = pairs
        else:
            self._pairs.pop(query, None)
