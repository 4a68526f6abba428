"""The ports that turn text into vectors, and the dense one's twin for tests."""

import hashlib
import re
from collections.abc import Sequence
from functools import lru_cache
from typing import Protocol

import numpy as np

from indexing.candidates import Floats
from indexing.index import SparseVector


class Encoder(Protocol):
    """Text into dense vectors of unit length, so that a dot product is the cosine."""

    @property
    def revision(self) -> str:
        """Names model and settings; stored vectors of another revision are never reused."""

    @property
    def size(self) -> int:
        """How many numbers a vector has."""

    def encode_query(self, text: str) -> Floats:
        """Shape `(size,)`."""

    def encode_documents(self, texts: Sequence[str]) -> Floats:
        """Shape `(len(texts), size)`."""

    def knows_word(self, word: str) -> bool:
        """Whether the model has learned the word as a whole, which it has of common words and names
        and never of typos; false where it cannot be told."""


class LexicalEncoder(Protocol):
    """Text into term weights for BM25; the index multiplies in the inverse document frequency."""

    @property
    def revision(self) -> str: ...

    def encode_query(self, text: str) -> SparseVector: ...

    def encode_document(self, text: str) -> SparseVector:
        """Of all texts of an item."""

    def encode_core(self, text: str) -> SparseVector:
        """Of the texts that say what an item is."""


class HashEncoder:
    """The encoder's twin for tests: each word adds a direction fixed by its hash, so texts that
    share words are near each other. It knows nothing of meaning."""

    revision = "hash-1"
    size = 64

    def encode_query(self, text: str) -> Floats:
        vector = np.zeros(self.size, dtype=np.float32)
        for word in re.findall(r"\w+", text.lower()):
            vector += _direction(word, self.size)
        length = float(np.linalg.norm(vector))
        return vector / length if length else vector

    def knows_word(self, word: str) -> bool:
        return False

    def encode_documents(self, texts: Sequence[str]) -> Floats:
        if not texts:
            return np.empty((0, self.size), dtype=np.float32)
        return np.stack([self.encode_query(text) for text in texts])


@lru_cache(maxsize=50_000)
def _direction(word: str, size: int) -> Floats:
    seed = int.from_bytes(hashlib.blake2b(word.encode(), digest_size=8).digest(), "big")
    return np.random.default_rng(seed).standard_normal(size).astype(np.float32)
