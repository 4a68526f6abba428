"""The index's in-memory twin: exact, small, and the reference of the contract suite."""

import threading
from collections.abc import Callable, Mapping, Sequence

import numpy as np

from indexing.candidates import CORE, DENSE, LEXICAL, Candidates, Floats, Keys, no_candidates
from indexing.collection import CODES
from indexing.documents import ItemKey
from indexing.filters import Filter, matches
from indexing.index import RRF_K, IndexedPoint, PointRef, QueryVectors, SparseVector
from indexing.matching import MATCHED_AT_MOST, SEMANTIC_AT_MOST, Matches, Terms, matches_of
from indexing.neighbours import weighted_sum
from indexing.queries import ExpandedQuery


class MemoryItemIndex:
    """Scores every point for every query; for tests and for thinking with."""

    def __init__(self) -> None:
        self._points: dict[int, IndexedPoint] = {}
        self._writing = threading.Lock()

    def upsert(self, points: Sequence[IndexedPoint]) -> None:
        with self._writing:
            for point in points:
                stored = self._points.get(point.key)
                if stored is None or stored.version <= point.version:
                    self._points[point.key] = point

    def delete(self, keys: Sequence[ItemKey]) -> None:
        for key in keys:
            self._points.pop(key, None)

    def retrieve(self, query: ExpandedQuery, vectors: QueryVectors, limit: int) -> Candidates:
        passing = self._passing(query.effective_filter)
        fused: dict[int, float] = {}
        found_by = self._score(passing, vectors)
        for scores in (found_by[name] for name in (DENSE, LEXICAL) if name in found_by):
            found = [(key, score) for key, score in zip(passing, scores, strict=True) if score > 0]
            found.sort(key=lambda pair: -pair[1])
            for rank, (key, _) in enumerate(found[:limit]):
                fused[key] = fused.get(key, 0.0) + 1.0 / (RRF_K + rank)
        ordered = sorted(fused, key=lambda key: (-fused[key], key))[:limit]
        return self._candidates(query, vectors, ordered, fused, capped=len(fused) > limit)

    def browse(self, query: ExpandedQuery, limit: int) -> Candidates:
        def popularity(key: int) -> float:
            value = self._points[key].payload["popularity"]
            return value if isinstance(value, float) else 0.0

        ordered = sorted(self._passing(query.effective_filter), key=popularity, reverse=True)
        scores = {key: 1.0 / (RRF_K + n) for n, key in enumerate(ordered)}
        return self._candidates(
            query, QueryVectors(), ordered[:limit], scores, capped=len(ordered) > limit
        )

    def match(self, query: ExpandedQuery, vectors: QueryVectors, texts: Sequence[Terms]) -> Matches:
        passing = self._passing(query.base_filter)
        scores = self._score(passing, vectors)
        found: dict[str, list[tuple[int, float]]] = {
            name: [(key, float(score)) for key, score in zip(passing, column, strict=True)]
            for name, column in scores.items()
        }
        lexical = [
            (key, score)
            for key, score in found.get(CORE, ())
            if any(terms and set(terms) <= set(self._points[key].core.indices) for terms in texts)
        ]
        semantic = sorted(found.get(DENSE, ()), key=lambda pair: (-pair[1], pair[0]))
        return matches_of(lexical[:MATCHED_AT_MOST], semantic[:SEMANTIC_AT_MOST])

    def codes_starting(self, prefix: str, limit: int) -> Sequence[str]:
        codes = {code for point in self._points.values() for code in _codes(point)}
        found = [code for code in codes if code.startswith(prefix)]
        return sorted(found, key=lambda code: (len(code), code))[:limit]

    def similar(self, query: ExpandedQuery, weights: Mapping[int, float], limit: int) -> Candidates:
        known = {key: self._points[key].dense for key in weights if key in self._points}
        vectors = QueryVectors(dense=weighted_sum(known, weights))
        passing = self._passing(query.effective_filter) if vectors.dense is not None else []
        scores = self._score(passing, vectors).get(DENSE, ())
        found = sorted(zip(passing, scores, strict=True), key=lambda pair: (-pair[1], pair[0]))
        ordered = [key for key, _ in found[:limit]]
        fused = {key: 1.0 / (RRF_K + n) for n, key in enumerate(ordered)}
        return self._candidates(query, vectors, ordered, fused, capped=len(ordered) >= limit)

    def matching(self, keys: Keys, condition: Filter) -> frozenset[int]:
        return frozenset(set(keys.tolist()) & set(self._passing(condition)))

    def count(self) -> int:
        return len(self._points)

    def point_versions(self, keys: Sequence[ItemKey]) -> Mapping[int, int]:
        return {key: self._points[key].version for key in keys if key in self._points}

    def scroll_points(self, after: int | None, limit: int) -> Sequence[IndexedPoint]:
        keys = sorted(key for key in self._points if after is None or key > after)
        return [self._points[key] for key in keys[:limit]]

    def scroll_refs(self, after: int | None, limit: int) -> Sequence[PointRef]:
        return [
            PointRef(point.key, point.version, str(point.payload["id"]))
            for point in self.scroll_points(after, limit)
        ]

    def optimize(self) -> None:
        pass

    def close(self) -> None:
        pass

    def _passing(self, condition: Filter | None) -> list[int]:
        return [
            key
            for key, point in self._points.items()
            if condition is None or matches(condition, point.payload)
        ]

    def _score(self, keys: list[int], vectors: QueryVectors) -> dict[str, Floats]:
        scores: dict[str, Floats] = {}
        points = [self._points[key] for key in keys]
        if vectors.dense is not None:
            cosines = [float(point.dense @ vectors.dense) for point in points]
            scores[DENSE] = np.array(cosines, np.float32)
        if vectors.lexical is not None:
            scores[LEXICAL] = self._bm25(points, vectors.lexical, lambda point: point.lexical)
            scores[CORE] = self._bm25(points, vectors.lexical, lambda point: point.core)
        return scores

    def _bm25(
        self,
        points: list[IndexedPoint],
        query: SparseVector,
        text: Callable[[IndexedPoint], SparseVector],
    ) -> Floats:
        """Qdrant's IDF modifier: idf = ln((N - df + 0.5) / (df + 0.5) + 1) times the weights."""
        total = len(self._points)
        scores = np.zeros(len(points), dtype=np.float32)
        for term, weight in zip(query.indices, query.values, strict=True):
            df = sum(term in text(point).indices for point in self._points.values())
            idf = np.log((total - df + 0.5) / (df + 0.5) + 1.0)
            for n, point in enumerate(points):
                stored = dict(zip(text(point).indices, text(point).values, strict=True))
                scores[n] += weight * idf * stored.get(term, 0.0)
        return scores

    def _candidates(
        self,
        query: ExpandedQuery,
        vectors: QueryVectors,
        ordered: list[int],
        fused: dict[int, float],
        capped: bool,
    ) -> Candidates:
        for wanted in query.included_filters:
            ordered = ordered + [key for key in self._passing(wanted) if key not in set(ordered)]
        if not ordered:
            return no_candidates()
        return Candidates(
            keys=np.array(ordered, dtype=np.int64),
            fused=np.array([fused.get(key, 0.0) for key in ordered], dtype=np.float32),
            scores=self._score(ordered, vectors),
            capped=capped,
        )


def _codes(point: IndexedPoint) -> list[str]:
    codes = point.payload.get(CODES)
    return [str(code) for code in codes] if isinstance(codes, list) else []
