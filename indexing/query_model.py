"""A copy of a sentence-transformers model that encodes one query in the least time; made and
checked once, when `SentenceEncoder` loads the model."""

import copy
import warnings
from collections.abc import Callable
from typing import Any

import numpy as np

from indexing.candidates import Floats

AGREEMENT = 0.999
"""The least cosine between the copy's vectors and the model's own."""

_PROBES = ("laptop", "a wireless mouse with 2.4 ghz receiver, black")


def query_model(model: Any) -> Callable[[str], Floats] | None:
    """A callable from one query to its vector, or None where the model is not a plain transformer
    with mean pooling, or where the copy disagrees with it."""
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
    for states in (_fused_states, _original_states):
        try:
            encode = _traced(model, tokenizer, states)
        except Exception:  # noqa: S112 - fails in as many ways as there are architectures
            continue
        if all(_agreement(model, encode, probe) >= AGREEMENT for probe in _PROBES):
            return encode
    return None


def _agreement(model: Any, encode: Callable[[str], Floats], probe: str) -> float:
    reference = model.encode(probe, normalize_embeddings=True, show_progress_bar=False)
    return float(np.dot(reference, encode(probe)))


def _traced(
    model: Any, tokenizer: Any, make_states: Callable[[Any, Any], Any]
) -> Callable[[str], Floats]:
    import torch

    states = make_states(model[0].auto_model, _dtype()).eval()

    class MeanPooled(torch.nn.Module):  # type: ignore[misc]  # torch is untyped to mypy here
        def __init__(self) -> None:
            super().__init__()
            self.states = states

        def forward(self, ids: Any) -> Any:
            return torch.nn.functional.normalize(self.states(ids).float().mean(1), dim=1)

    example = torch.tensor([tokenizer.encode("wireless mouse").ids])
    with torch.inference_mode(), warnings.catch_warnings():
        # Tracing warns of every Python branch on a shape and that it is out of fashion; what it
        # gives is checked against the original by `query_model`.
        warnings.simplefilter("ignore")
        traced = torch.jit.trace(MeanPooled().eval(), example, check_trace=False)
        traced = torch.jit.freeze(traced)
    longest = int(model.max_seq_length or 512)

    def encode(text: str) -> Floats:
        ids = tokenizer.encode(text).ids
        if len(ids) > longest:
            ids = [*ids[: longest - 1], ids[-1]]
        with torch.inference_mode():
            return np.asarray(traced(torch.tensor([ids]))[0].numpy(), dtype=np.float32)

    return encode


def _dtype() -> Any:
    import torch

    supported = getattr(torch.cpu, "_is_avx512_bf16_supported", lambda: False)
    return torch.bfloat16 if supported() else torch.float32


def _original_states(transformer: Any, dtype: Any) -> Any:
    """The transformer's own layers, for any architecture."""
    import torch

    own = copy.deepcopy(transformer)
    own.config._attn_implementation = "eager"

    class Original(torch.nn.Module):  # type: ignore[misc]
        def __init__(self) -> None:
            super().__init__()
            self.own = own.to(dtype)

        def forward(self, ids: Any) -> Any:
            mask = torch.ones_like(ids)
            return self.own(input_ids=ids, attention_mask=mask).last_hidden_state

    return Original()


def _fused_states(transformer: Any, dtype: Any) -> Any:
    """BERT's weights in PyTorch's own encoder layer, which without gradients runs as one operation
    instead of some thirty. Raises `TypeError` for another architecture."""
    import torch

    if type(transformer).__name__ != "BertModel":
        raise TypeError(f"{type(transformer).__name__} has other layers than BERT")
    embeddings = transformer.embeddings
    words = embeddings.word_embeddings.weight.detach()
    # A query has one segment, so its type is part of every position.
    positions = embeddings.position_embeddings.weight + embeddings.token_type_embeddings.weight[0]
    positions = positions.detach()

    class Fused(torch.nn.Module):  # type: ignore[misc]
        def __init__(self) -> None:
            super().__init__()
            self.norm = copy.deepcopy(embeddings.LayerNorm)
            self.layers = torch.nn.ModuleList(
                _encoder_layer(layer, transformer.config).to(dtype)
                for layer in transformer.encoder.layer
            )

        def forward(self, ids: Any) -> Any:
            states = torch.nn.functional.embedding(ids, words) + positions[: ids.shape[1]]
            states = self.norm(states).to(dtype)
            for layer in self.layers:
                states = layer(states)
            return states

    return Fused()


def _encoder_layer(layer: Any, config: Any) -> Any:
    import torch

    fused = torch.nn.TransformerEncoderLayer(
        config.hidden_size,
        config.num_attention_heads,
        config.intermediate_size,
        dropout=0.0,
        activation=config.hidden_act,
        layer_norm_eps=config.layer_norm_eps,
        batch_first=True,
    ).eval()
    attention = layer.attention
    heads = (attention.self.query, attention.self.key, attention.self.value)
    with torch.no_grad():
        fused.self_attn.in_proj_weight.copy_(torch.cat([head.weight for head in heads]))
        fused.self_attn.in_proj_bias.copy_(torch.cat([head.bias for head in heads]))
    pairs = (
        (fused.self_attn.out_proj, attention.output.dense),
        (fused.norm1, attention.output.LayerNorm),
        (fused.linear1, layer.intermediate.dense),
        (fused.linear2, layer.output.dense),
        (fused.norm2, layer.output.LayerNorm),
    )
    for ours, theirs in pairs:
        ours.load_state_dict(theirs.state_dict())
    return fused
