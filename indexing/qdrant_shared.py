"""What the embedded and the server backend do alike: guard newer points, ask for included items,
for those that pass a filter, and for exact scores, and make candidates of what was found."""

from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from indexing.candidates import CORE, DENSE, LEXICAL, Candidates, Keys
from indexing.documents import ItemKey
from indexing.errors import IndexUnavailable
from indexing.filter_translation import Dialect, translate
from indexing.filters import Filter
from indexing.index import IndexedPoint, SparseVector, newest
from indexing.pool import Scored, assemble, point_key
from indexing.queries import ExpandedQuery

MAX_INCLUDED = 1_000
"""More than all variants of all groups that the pins of one request can name."""

OVERSAMPLING = 2.0
"""Where vectors are quantized, the coarse ones find this many times the limit, and the original
ones choose among them."""

WRITTEN_AT_ONCE = 256
"""Points of one write: the condition that guards newer points grows with their versions, is held
against each of them, and a server takes no message above 32 MB."""

VERSION = "version"

# Qdrant compares numbers as doubles, which tell whole numbers apart up to 2**53 only: too few for
# a sender that counts nanoseconds. Each half of a version is compared exactly.
_HIGH, _LOW = "version_high", "version_low"
_HALF = 31
_OWN = frozenset({VERSION, _HIGH, _LOW})

Searches = dict[str, Any]
"""By retriever, what the library takes as a search."""


class QdrantBackend(ABC):
    """`Any` stands for the parts of one library; the other has its own of the same names."""

    def __init__(self, dialect: Dialect) -> None:
        self._dialect = dialect

    @abstractmethod
    def _scroll(self, condition: Any, limit: int) -> list[int]:
        """The keys of the points that pass; raises `IndexUnavailable`."""

    @abstractmethod
    def _exact_scores(self, keys: Sequence[int], searches: Searches) -> Scored:
        """Every score of every candidate, so that ranking never meets a missing value."""

    @abstractmethod
    def _records(self, keys: Sequence[int]) -> Sequence[Any]:
        """The stored points of those keys with nothing but their versions."""

    def matching(self, keys: Keys, condition: Filter) -> frozenset[int]:
        wanted = self._dialect.filter(
            must=[self._dialect.has_id(keys.tolist()), translate(condition, self._dialect)]
        )
        return frozenset(self._scroll(wanted, len(keys)))

    def point_versions(self, keys: Sequence[ItemKey]) -> Mapping[int, int]:
        records = self._records([int(key) for key in keys]) if keys else []
        return {point_key(record.id): _version(record) for record in records}

    def _writes(self, points: Sequence[IndexedPoint]) -> Iterator[tuple[list[IndexedPoint], Any]]:
        """Points to be written at once, with the condition on those that they would replace."""
        distinct = newest(points)
        for start in range(0, len(distinct), WRITTEN_AT_ONCE):
            together = distinct[start : start + WRITTEN_AT_ONCE]
            yield together, self._not_newer(together)

    def _not_newer(self, points: Sequence[IndexedPoint]) -> Any:
        """Passed by stored points that are not newer than these, and by points of a release that
        stored no halves, which are older than whatever is written today."""
        keys_by_version: dict[int, list[int]] = {}
        for point in points:
            keys_by_version.setdefault(point.version, []).append(int(point.key))
        newer: list[Any] = []
        for version, keys in keys_by_version.items():
            high, low = _halves(version)
            newer.append(self._all_of(keys, self._above(_HIGH, high)))
            newer.append(self._all_of(keys, self._equal(_HIGH, high), self._above(_LOW, low)))
        return self._dialect.filter(must_not=newer)

    def _all_of(self, keys: Sequence[int], *conditions: Any) -> Any:
        return self._dialect.filter(must=[self._dialect.has_id(keys), *conditions])

    def _above(self, field: str, value: int) -> Any:
        bounds = self._dialect.range(gt=float(value))
        return self._dialect.field_condition(key=field, range=bounds)

    def _equal(self, field: str, value: int) -> Any:
        bounds = self._dialect.range(gte=float(value), lte=float(value))
        return self._dialect.field_condition(key=field, range=bounds)

    def _candidates(
        self, query: ExpandedQuery, searches: Searches, found: Sequence[Any], limit: int
    ) -> Candidates:
        """`found` are the library's scored points; without searches they were only browsed."""
        return assemble(
            keys=[point_key(point.id) for point in found],
            fused=[point.score for point in found] if searches else None,
            included=self._included(query),
            limit=limit,
            exact_scores=lambda keys: self._exact_scores(keys, searches),
        )

    def _included(self, query: ExpandedQuery) -> list[int]:
        return [
            key
            for wanted in query.included_filters
            for key in self._scroll(translate(wanted, self._dialect), MAX_INCLUDED)
        ]


def stored_payload(point: IndexedPoint) -> dict[str, object]:
    high, low = _halves(point.version)
    return point.payload | {VERSION: point.version, _HIGH: high, _LOW: low}


def read_point(record: Any) -> IndexedPoint:
    """From either library's record with payload and vectors."""
    return IndexedPoint(
        key=ItemKey(point_key(record.id)),
        version=_version(record),
        dense=np.array(record.vector[DENSE], np.float32),
        lexical=_read_sparse(record.vector.get(LEXICAL)),
        core=_read_sparse(record.vector.get(CORE)),
        payload={name: value for name, value in record.payload.items() if name not in _OWN},
    )


def _read_sparse(vector: Any) -> SparseVector:
    if vector is None:
        return SparseVector((), ())
    return SparseVector(tuple(vector.indices), tuple(vector.values))


def _version(record: Any) -> int:
    version = record.payload.get(VERSION)
    if not isinstance(version, int):
        raise IndexUnavailable(f"the collection holds a point without a version: {record.id}")
    return version


def _halves(version: int) -> tuple[int, int]:
    return version >> _HALF, version & ((1 << _HALF) - 1)
