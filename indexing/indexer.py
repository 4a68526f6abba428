"""Turns documents into points: vectors from the cache where their text is known, else embedded."""

from collections.abc import Mapping, Sequence
from typing import Protocol

import numpy as np

from indexing.candidates import Floats
from indexing.composition import text_hash
from indexing.documents import Document
from indexing.encoder import Encoder, LexicalEncoder
from indexing.index import ItemIndex
from indexing.points import point_of


class VectorCache(Protocol):
    """Keeps dense vectors by encoder revision and text hash, so that nothing is embedded twice."""

    def get(self, revision: str, hashes: Sequence[bytes]) -> Mapping[bytes, Floats]: ...

    def put(self, revision: str, vectors: Mapping[bytes, Floats]) -> None: ...


class Indexer:
    """Writes batches of documents to the index; a price change embeds nothing."""

    def __init__(
        self, index: ItemIndex, encoder: Encoder, lexical: LexicalEncoder, cache: VectorCache
    ) -> None:
        self._index = index
        self._encoder = encoder
        self._lexical = lexical
        self._cache = cache

    def write(self, documents: Sequence[Document]) -> None:
        """Embed what is new and store all, as durably as `ItemIndex.upsert` does."""
        vectors = self._dense_vectors([document.dense_text for document in documents])
        self._index.upsert(
            [
                point_of(document, vectors[text_hash(document.dense_text)], self._lexical)
                for document in documents
            ]
        )

    def _dense_vectors(self, texts: Sequence[str]) -> dict[bytes, Floats]:
        by_hash = {text_hash(text): text for text in texts}
        revision = self._encoder.revision
        vectors = dict(self._cache.get(revision, list(by_hash)))
        missing = [name for name in by_hash if name not in vectors]
        # Texts of like length in one batch waste the least padding.
        missing.sort(key=lambda name: len(by_hash[name]))
        if missing:
            encoded = self._encoder.encode_documents([by_hash[name] for name in missing])
            fresh = dict(zip(missing, np.asarray(encoded, dtype=np.float32), strict=True))
            self._cache.put(revision, fresh)
            vectors |= fresh
        return vectors
