"""A query's vectors for every retriever, kept by text: shoppers ask the same things all day."""

from threading import Lock

from cachetools import LRUCache

from indexing.encoder import Encoder, LexicalEncoder
from indexing.index import QueryVectors

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

    def encode(self, text: str, alone: bool = False) -> QueryVectors:
        """`alone` as in `Encoder.encode_query`."""
        with self._lock:
            known = self._cache.get(text)
        if known is not None:
            return known
        vectors = QueryVectors(
            self._dense.encode_query(text, alone), self._lexical.encode_query(text)
        )
        if self._enabled:
            with self._lock:
                self._cache[text] = vectors
        return vectors

    def encode_lexical(self, text: str) -> QueryVectors:
        """The fallback where the dense encoder fails: words still match words."""
        return QueryVectors(lexical=self._lexical.encode_query(text))
