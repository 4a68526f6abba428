"""Whether an index finds what it holds: filters agree with the payloads, and points are found by
their own vectors. `audit.py` asks it of a copy."""

import math
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import cast

from indexing.candidates import DENSE, LEXICAL
from indexing.collection import PAYLOAD_INDEXES, WORDS
from indexing.edge_index import EdgeItemIndex
from indexing.filters import AnyOf
from indexing.index import IndexedPoint, QueryVectors
from indexing.queries import ExpandedQuery

VALUES = 20
"""Of each field, so many are asked for, taken from points all over the index."""

FOUND_SHARE = 0.9
"""Of the points that are looked for by their own vectors; an approximate search may miss some."""

_NEAREST = 10
_SAME = 0.999
_WEIGHED = 10
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
        self._occurrences: Counter[int] = Counter()
        self._points = self._without_words = 0

    def add(self, page: Sequence[IndexedPoint]) -> None:
        """The first page says which values are asked for, every page how often they occur."""
        first = not self._looked_for
        if first:
            weighed = page[:: max(1, len(page) // _WEIGHED)]
            self._occurrences.update(dict.fromkeys(_terms(weighed), 0))
        for point in page:
            self._points += 1
            self._without_words += not point.lexical.indices
            self._occurrences.update(t for t in point.lexical.indices if t in self._occurrences)
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
        if any(not self._weighs_rightly(index, point) for point in self._looked_for):
            yield "the statistics of words are damaged"
        missed = sum(not _finds(index, point) for point in self._looked_for)
        if missed > (1 - FOUND_SHARE) * len(self._looked_for):
            yield f"{missed} of {len(self._looked_for)} points are not found by their own vectors"

    def _weighs_rightly(self, index: EdgeItemIndex, point: IndexedPoint) -> bool:
        """Whether its score by its own words is that of the formula: each term by its inverse
        document frequency, ln((N - n + 0.5) / (n + 0.5) + 1), as Qdrant's IDF modifier has it.
        Vectors that are left over from points that are lost would count, too."""
        terms = point.lexical.indices
        if self._without_words or not terms or any(t not in self._occurrences for t in terms):
            return True
        expected = 0.0
        for term, weight in zip(terms, point.lexical.values, strict=True):
            count = self._occurrences[term]
            expected += weight**2 * math.log((self._points - count + 0.5) / (count + 0.5) + 1.0)
        itself = AnyOf("id", (str(point.payload["id"]),))
        asked = QueryVectors(lexical=point.lexical)
        found = index.retrieve(ExpandedQuery(text="", forced=itself), asked, _NEAREST)
        scores = found.scores[LEXICAL][found.keys == point.key]
        return len(scores) == 1 and math.isclose(float(scores[0]), expected, rel_tol=1e-3)


def _terms(points: Sequence[IndexedPoint]) -> Iterator[int]:
    for point in points:
        yield from point.lexical.indices


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
