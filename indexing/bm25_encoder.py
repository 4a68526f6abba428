"""BM25 term weights from Qdrant Edge's own model, for the embedded and the server backend alike."""

from collections.abc import Callable
from functools import lru_cache

import qdrant_edge as edge

from indexing.index import SparseVector

# BM25's length normalisation compares with a stated average length, not a measured one, so that
# a document's weights never depend on the rest of the catalogue. These are the orders of a
# product's texts: all of them with the attributes, and title, brand and description alone.
AVERAGE_LENGTH = 60.0
AVERAGE_CORE_LENGTH = 20.0

CACHED_WORDS = 50_000


class Bm25Encoder:
    """English stemming and stop words, accents folded; k = 1.2 and b = 0.75 as is usual."""

    revision = f"bm25-english-k1.2-b0.75-len{AVERAGE_LENGTH:g}-core{AVERAGE_CORE_LENGTH:g}"

    def __init__(self) -> None:
        self._all = _model(AVERAGE_LENGTH)
        self._core = _model(AVERAGE_CORE_LENGTH)
        self.terms: Callable[[str], tuple[int, ...]] = lru_cache(CACHED_WORDS)(self._look_up)
        """What a word is to a query: one term as a rule, none for a stop word. Kept, since pages of
        hits have much the same words."""

    def encode_query(self, text: str) -> SparseVector:
        return _sparse(self._all.embed_query(text))

    def encode_document(self, text: str) -> SparseVector:
        return _sparse(self._all.embed_document(text))

    def encode_core(self, text: str) -> SparseVector:
        return _sparse(self._core.embed_document(text))

    def _look_up(self, word: str) -> tuple[int, ...]:
        return tuple(self._all.embed_query(word).indices)


def _model(average_length: float) -> edge.Bm25:
    return edge.Bm25(
        edge.Bm25Config(
            k=1.2, b=0.75, avg_len=average_length, language="english", ascii_folding=True
        )
    )


def _sparse(vector: edge.SparseVector) -> SparseVector:
    return SparseVector(tuple(vector.indices), tuple(vector.values))
