"""Vectors of many texts, from the cache where they are known there."""

from collections.abc import Callable, Sequence

import numpy as np

from indexing.candidates import Floats
from indexing.composition import text_hash
from indexing.encoder import Encoder
from indexing.indexer import VectorCache

CHUNK = 64


def encode_all(
    encoder: Encoder,
    texts: Sequence[str],
    progress: Callable[[int], None],
    cache: VectorCache | None = None,
) -> Floats:
    """Shape `(texts, size)`; nothing is added to the cache."""
    hashes = [text_hash(text) for text in texts]
    known = {} if cache is None else dict(cache.get(encoder.revision, hashes))
    missing = {name: text for name, text in zip(hashes, texts, strict=True) if name not in known}
    progress(len(texts) - len(missing))
    # Texts of like length in one batch waste the least padding.
    ordered = sorted(missing, key=lambda name: len(missing[name]))
    for start in range(0, len(ordered), CHUNK):
        part = ordered[start : start + CHUNK]
        vectors = encoder.encode_documents([missing[name] for name in part])
        known.update(zip(part, vectors, strict=True))
        progress(len(part))
    return np.stack([known[name] for name in hashes])
