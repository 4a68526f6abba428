"""Encodes what is asked for with the encoder of the live collection, beside the searches; called
by the API."""

import asyncio
import base64
import os
import sys
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, suppress
from typing import Any, Protocol, runtime_checkable

import msgspec
import numpy as np
from litestar.concurrency import sync_to_thread

from app.embeddings.errors import EmbeddingsRefused
from app.embeddings.schemas import (
    Embedding,
    EmbeddingList,
    EmbeddingsRequest,
    Model,
    ModelList,
    Usage,
)
from indexing.candidates import Floats
from indexing.collections import CollectionInfo
from indexing.encoder import Encoder

CHUNK = 8
"""Texts encoded at once, so that lists of several clients take turns."""

NICE = 10
"""By so much the thread that encodes lists stands back from those of searches: it gets a tenth of
a processor that both want, and all of one that nobody wants."""

MAX_BATCHES = 4
"""Lists that are worked on at one time; who comes beyond that is told to try again."""

LIVE = "endcap"
"""The name under which any encoder is asked for that is live."""


class Encoding(Protocol):
    """What embeddings need of the collection that is searched."""

    @property
    def info(self) -> CollectionInfo: ...

    @property
    def encoder(self) -> Encoder: ...


@runtime_checkable
class CountsTokens(Protocol):
    """An encoder that can say how much of a text it reads."""

    def count_tokens(self, texts: Sequence[str]) -> int: ...


class EmbeddingService:
    """Lists go through one thread of their own, one small chunk at a time, so that neither the
    searches nor the intake of items wait for them."""

    def __init__(self, lease: Callable[[], AbstractContextManager[Encoding]]) -> None:
        self._lease = lease
        self._thread = ThreadPoolExecutor(1, "embed", initializer=_stand_back)
        self._running = 0

    def close(self) -> None:
        self._thread.shutdown(cancel_futures=True)

    def models(self) -> ModelList:
        with self._lease() as serving:
            created = int(serving.info.created_at.timestamp())
            encoder = serving.encoder
        return ModelList((Model(encoder.revision, created, encoder.size),))

    def model(self, name: str) -> Model:
        """Raises `EmbeddingsRefused`."""
        (model,) = self.models().data
        _check_model(name, model.id)
        return model

    async def embed(self, wanted: EmbeddingsRequest) -> bytes:
        """The answer as JSON. Raises `EmbeddingsRefused`, and `EncoderUnavailable`."""
        with self._lease() as serving:
            encoder = serving.encoder
        _check_model(wanted.model, encoder.revision)
        if wanted.dimensions is not None and wanted.dimensions > encoder.size:
            raise EmbeddingsRefused(
                f"dimensions is {wanted.dimensions}; this encoder has {encoder.size}",
                code="invalid_value",
                param="dimensions",
            )
        if isinstance(wanted.input, str):
            # Like a shopper's query: by the fast way for single texts, on a thread of the searches.
            return await sync_to_thread(_single, encoder, wanted, wanted.input)
        if self._running >= MAX_BATCHES:
            raise EmbeddingsRefused(
                f"{self._running} lists are being embedded; try again in a second",
                status=429,
                code="rate_limit_exceeded",
            )
        self._running += 1
        try:
            vectors = await self._vectors(encoder, wanted.input)
        finally:
            self._running -= 1
        answer: bytes = await self._in_thread(_answer, encoder, wanted, wanted.input, vectors)
        return answer

    async def _vectors(self, encoder: Encoder, texts: Sequence[str]) -> Floats:
        """Texts of like length go together, since they waste the least padding."""
        order = sorted(range(len(texts)), key=lambda n: len(texts[n]))
        vectors = np.empty((len(texts), encoder.size), np.float32)
        for start in range(0, len(order), CHUNK):
            chunk = order[start : start + CHUNK]
            vectors[chunk] = await self._in_thread(
                encoder.encode_documents, [texts[n] for n in chunk]
            )
        return vectors

    async def _in_thread(self, work: Callable[..., Any], *arguments: object) -> Any:
        return await asyncio.get_running_loop().run_in_executor(self._thread, work, *arguments)


def _stand_back() -> None:
    """Linux counts priorities by thread, and threads that torch starts from this one inherit it."""
    if sys.platform == "linux":
        with suppress(OSError):
            os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), NICE)


def _check_model(asked: str, revision: str) -> None:
    """A revision is a name with a digest of the weights behind it; the name alone is understood,
    too."""
    if asked not in (LIVE, revision, revision.rpartition("-")[0]):
        raise EmbeddingsRefused(
            f"there is no model {asked!r:.100}; {revision!r} is live, and {LIVE!r} means whichever "
            "is live",
            status=404,
            code="model_not_found",
            param="model",
        )


def _single(encoder: Encoder, wanted: EmbeddingsRequest, text: str) -> bytes:
    return _answer(encoder, wanted, [text], encoder.encode_query(text)[None])


def _answer(
    encoder: Encoder, wanted: EmbeddingsRequest, texts: Sequence[str], vectors: Floats
) -> bytes:
    if wanted.dimensions is not None and wanted.dimensions < encoder.size:
        vectors = vectors[:, : wanted.dimensions]
        lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
        vectors = np.where(lengths > 0, vectors / np.where(lengths > 0, lengths, 1.0), vectors)
    tokens = _count(encoder, texts)
    return msgspec.json.encode(
        EmbeddingList(
            data=tuple(
                Embedding(n, _shown(vector, wanted.encoding_format))
                for n, vector in enumerate(vectors)
            ),
            model=encoder.revision,
            usage=Usage(tokens, tokens),
        )
    )


def _shown(vector: Floats, encoding_format: str) -> tuple[float, ...] | str:
    if encoding_format == "base64":
        return base64.b64encode(vector.astype("<f4").tobytes()).decode()
    return tuple(vector.tolist())


def _count(encoder: Encoder, texts: Sequence[str]) -> int:
    if isinstance(encoder, CountsTokens):
        return encoder.count_tokens(texts)
    return sum(len(text.split()) for text in texts)
