"""What the embedded and the server backend do alike: guard newer points, ask for included items,
for those that pass a filter, and for exact scores, and make candidates of what was found."""

from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from indexing.candidates import CORE, DENSE, LEXICAL, Candidates, Floats, Keys
from indexing.collection import CODES, WORDS
from indexing.documents import ItemKey
from indexing.errors import IndexUnavailable
from indexing.filter_translation import Dialect, translate
from indexing.filters import Filter
from indexing.index import RRF_K, IndexedPoint, PointRef, QueryVectors, SparseVector, newest
from indexing.matching import MATCHED_AT_MOST, SEMANTIC_AT_MOST, Matches, Terms, matches_of
from indexing.neighbours import weighted_sum
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
REF = ("id", VERSION)
"""The fields of the payload that say what a point is of."""

# Qdrant compares numbers as doubles, which tell whole numbers apart up to 2**53 only: too few for
# a sender that counts nanoseconds. Each half of a version is compared exactly.
_HIGH, _LOW = "version_high", "version_low"
_HALF = 31
_OWN = frozenset({VERSION, _HIGH, _LOW, WORDS})

Searches = dict[str, Any]
"""By retriever, what the library takes as a search."""


class Search(NamedTuple):
    """The points nearest to a vector, among those that pass."""

    using: str
    vector: Floats | SparseVector
    condition: Any
    limit: int


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
    def _near(self, searches: Sequence[Search]) -> Sequence[Sequence[tuple[int, float]]]:
        """For each search its keys with their scores, best first."""

    @abstractmethod
    def _records(self, keys: Sequence[int]) -> Sequence[Any]:
        """The stored points of those keys with nothing but their versions."""

    @abstractmethod
    def _dense_records(self, keys: Sequence[int]) -> Sequence[Any]:
        """The stored points of those keys with nothing but their dense vectors."""

    def match(self, query: ExpandedQuery, vectors: QueryVectors, texts: Sequence[Terms]) -> Matches:
        base = translate(query.base_filter, self._dialect)
        by_words, by_meaning = [], []
        if vectors.lexical is not None and vectors.lexical.indices and any(texts):
            parts = [self._has_words(texts), *([base] if base else [])]
            condition = self._dialect.filter(must=parts)
            by_words.append(Search(CORE, vectors.lexical, condition, MATCHED_AT_MOST))
        if vectors.dense is not None:
            by_meaning.append(Search(DENSE, vectors.dense, base, SEMANTIC_AT_MOST))
        found = self._near([*by_words, *by_meaning])
        return matches_of(found[0] if by_words else (), found[-1] if by_meaning else ())

    def _has_words(self, texts: Sequence[Terms]) -> Any:
        return self._dialect.filter(
            should=[
                self._dialect.filter(
                    must=[
                        self._dialect.field_condition(
                            key=WORDS, match=self._dialect.match_any(any=[term])
                        )
                        for term in terms
                    ]
                )
                for terms in texts
                if terms
            ]
        )

    def similar(self, query: ExpandedQuery, weights: Mapping[int, float], limit: int) -> Candidates:
        records = self._dense_records(list(weights)) if weights else []
        known = {
            point_key(record.id): np.array(record.vector[DENSE], np.float32) for record in records
        }
        target = weighted_sum(known, weights)
        found: Sequence[tuple[int, float]] = ()
        if target is not None:
            condition = translate(query.effective_filter, self._dialect)
            found = self._near([Search(DENSE, target, condition, limit)])[0]
        # Equal scores come in any order, and the answer must not change from call to call.
        cosines = dict(sorted(found, key=lambda pair: (-pair[1], pair[0])))

        def exact_scores(keys: Sequence[int]) -> Scored:
            if target is None:
                return {}
            others = [key for key in keys if key not in cosines]
            if not others:
                return {DENSE: cosines}
            among = self._dialect.filter(must=[self._dialect.has_id(others)])
            return {
                DENSE: cosines | dict(self._near([Search(DENSE, target, among, len(others))])[0])
            }

        return assemble(
            keys=list(cosines),
            fused=[1.0 / (RRF_K + n) for n in range(len(cosines))],
            included=self._included(query),
            limit=limit,
            exact_scores=exact_scores,
        )

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
    return point.payload | {
        VERSION: point.version,
        _HIGH: high,
        _LOW: low,
        WORDS: list(point.core.indices),
    }


def codes_in(records: Sequence[Any], prefix: str, limit: int) -> Sequence[str]:
    """Of the records' payloads those codes that begin so, the shortest first."""
    found = {
        code for record in records for code in record.payload[CODES] if code.startswith(prefix)
    }
    return sorted(found, key=lambda code: (len(code), code))[:limit]


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


def read_ref(record: Any) -> PointRef:
    item_id = str(record.payload.get("id", ""))
    return PointRef(ItemKey(point_key(record.id)), _version(record), item_id)


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
