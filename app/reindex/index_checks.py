"""Whether an index finds what it holds: filters agree with the payloads, and points are found by
their own vectors. `audit.py` asks it of a copy."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import cast

from indexing.candidates import DENSE
from indexing.collection import PAYLOAD_INDEXES, WORDS
from indexing.edge_index import EdgeItemIndex
from indexing.index import IndexedPoint, QueryVectors
from indexing.queries import ExpandedQuery

VALUES = 20
"""Of each field, so many are asked for, taken from points all over the index."""

FOUND_SHARE = 0.9
"""Of the points that are looked for by their own vectors; an approximate search may miss some."""

_NEAREST = 10
_SAME = 0.999
Value = str | int
_LOOKED_FOR = 100


class IndexChecks:
    """Is shown all points page by page, and then asks the index about them."""

    def __init__(self) -> None:
        self._wanted: dict[tuple[str, Value], set[int]] = {}
        self._chosen: Counter[str] = Counter()
        self._numbers: dict[str, dict[int, float]] = {
            field: {} for field, kind in PAYLOAD_INDEXES.items() if kind in ("float", "integer")
        }
        self._looked_for: list[IndexedPoint] = []

    def add(self, page: Sequence[IndexedPoint]) -> None:
        """The first page says which values are asked for, every page how often they occur."""
        first = not self._looked_for
        for point in page:
            for field in PAYLOAD_INDEXES:
                for value in _values(point, field):
                    if field in self._numbers and field != WORDS:
                        self._numbers[field][point.key] = float(value)
                    elif (field, value) in self._wanted:
                        self._wanted[field, value].add(point.key)
                    elif first and self._chosen[field] < VALUES:
                        self._wanted[field, value] = {point.key}
                        self._chosen[field] += 1
        if len(self._looked_for) < _LOOKED_FOR:
            self._looked_for += page[:: max(1, len(page) // _NEAREST)]

    def problems(self, index: EdgeItemIndex, points: int) -> Iterator[str]:
        """What does not agree, each as a line for the log."""
        for (field, value), keys in self._wanted.items():
            if set(index.keys_with(field, value, points + 1)) != keys:
                yield f"the payload index of {field} is damaged"
        for field, numbers in self._numbers.items():
            for bound in _quartiles(numbers):
                found = set(index.keys_up_to(field, bound, points + 1))
                if found != {key for key, number in numbers.items() if number <= bound}:
                    yield f"the payload index of {field} is damaged"
        missed = sum(not _finds(index, point) for point in self._looked_for)
        if missed > (1 - FOUND_SHARE) * len(self._looked_for):
            yield f"{missed} of {len(self._looked_for)} points are not found by their own vectors"


def _finds(index: EdgeItemIndex, point: IndexedPoint) -> bool:
    """By meaning: it, or another with the same vector; by words: anything at all."""
    by_meaning = index.retrieve(ExpandedQuery(text=""), QueryVectors(dense=point.dense), _NEAREST)
    if not len(by_meaning.keys) or by_meaning.scores[DENSE].max() < _SAME:
        return False
    if not point.lexical.indices:
        return True
    by_words = index.retrieve(ExpandedQuery(text=""), QueryVectors(lexical=point.lexical), _NEAREST)
    return bool(len(by_words.keys))


def _values(point: IndexedPoint, field: str) -> Sequence[Value]:
    if field == WORDS:
        return point.core.indices
    value = point.payload.get(field)
    if value is None:
        return ()
    # A flag is stored as 0 or 1.
    return cast(Sequence[Value], value if isinstance(value, list | tuple) else (value,))


def _quartiles(numbers: Mapping[int, float]) -> list[float]:
    ordered = sorted(numbers.values())
    return [ordered[len(ordered) * n // 4] for n in (1, 2, 3)] if ordered else []
