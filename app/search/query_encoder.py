"""A query's vectors for every retriever, kept by text: shoppers ask the same things all day."""

from collections.abc import Sequence
from threading import Lock

import numpy as np
from cachetools import LRUCache

from indexing.encoder import Encoder, LexicalEncoder
from indexing.index import QueryVectors, SparseVector
from indexing.matching import Terms
from indexing.queries import ExpandedQuery
from indexing.query_text import lexical_query
from indexing.units import spelled_alike

CACHED_QUERIES = 20_000


class QueryEncoder:
    """About 1.6 kB per cached query."""

    def __init__(
        self, dense: Encoder, lexical: LexicalEncoder, cached: int = CACHED_QUERIES
    ) -> None:
        self._dense = dense
        self._lexical = lexical
        self._cache: LRUCache[str, QueryVectors] = LRUCache(max(cached, 1))
        self._enabled = cached > 0
        self._lock = Lock()

    def encode_expanded(self, expanded: ExpandedQuery) -> QueryVectors:
        """The query and its variants in one vector for each retriever."""
        vectors = self.encode(expanded.text)
        others = [(self.encode(other.text), other.weight) for other in expanded.variants]
        return blend(vectors, others) if others else vectors

    def encode(self, text: str) -> QueryVectors:
        with self._lock:
            known = self._cache.get(text)
        if known is not None:
            return known
        vectors = QueryVectors(self._dense.encode_query(spelled_alike(text)), self._by_words(text))
        if self._enabled:
            with self._lock:
                self._cache[text] = vectors
        return vectors

    def terms(self, text: str) -> Terms:
        """Of a text's words, as the lexical retriever knows them."""
        return self._by_words(text).indices

    def encode_lexical(self, expanded: ExpandedQuery) -> QueryVectors:
        """The fallback where the dense encoder fails: words still match words."""
        vectors = QueryVectors(lexical=self._by_words(expanded.text))
        others = [
            (QueryVectors(lexical=self._by_words(other.text)), other.weight)
            for other in expanded.variants
        ]
        return blend(vectors, others)

    def _by_words(self, text: str) -> SparseVector:
        return self._lexical.encode_query(lexical_query(text))


def blend(vectors: QueryVectors, others: Sequence[tuple[QueryVectors, float]]) -> QueryVectors:
    """The weighted mean of the meanings, and of each word the largest weight that any gives it."""
    dense = vectors.dense
    terms: dict[int, float] = {}
    for part, weight in ((vectors, 1.0), *others):
        if part.lexical is not None:
            for term, value in zip(part.lexical.indices, part.lexical.values, strict=True):
                terms[term] = max(terms.get(term, 0.0), weight * value)
    if dense is not None:
        parts = [weight * part.dense for part, weight in others if part.dense is not None]
        mean = np.sum([dense, *parts], axis=0)
        length = float(np.linalg.norm(mean))
        dense = (mean / length).astype(np.float32) if length else dense
    return QueryVectors(dense, SparseVector(tuple(terms), tuple(terms.values())))
