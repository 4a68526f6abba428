"""The public shapes of `POST /v1/embeddings` and `GET /v1/models`, as OpenAI has them."""

from typing import Annotated, Literal

import msgspec

MAX_TEXTS = 2_048
"""In one request; as many as OpenAI takes."""

MAX_TEXT_LENGTH = 32_000
"""Characters of one text. An encoder reads the beginning only, 256 tokens in the built-in one."""

EncodingFormat = Literal["float", "base64"]


class EmbeddingsRequest(msgspec.Struct, frozen=True, kw_only=True):
    """The body of `POST /v1/embeddings`; fields that are not named here are left alone."""

    model: str
    """As `GET /v1/models` lists it; `endcap` for whatever encoder is live."""
    input: str | Annotated[tuple[str, ...], msgspec.Meta(min_length=1, max_length=MAX_TEXTS)]
    encoding_format: EncodingFormat = "float"
    """`base64`: the vector's numbers as 32-bit floats, little-endian."""
    dimensions: Annotated[int, msgspec.Meta(ge=1)] | None = None
    """Only the first so many numbers of each vector, brought to the length 1 again. Vectors lose
    much by it unless the encoder was trained for it (Kusupati et al., "Matryoshka representation
    learning", NeurIPS 2022), which the built-in one was not."""


class Embedding(msgspec.Struct, frozen=True):
    index: int
    """The text's place in the request, from 0."""
    embedding: tuple[float, ...] | str
    """Of length 1, so that a dot product is the cosine; text where base64 was asked for."""
    object: Literal["embedding"] = "embedding"


class Usage(msgspec.Struct, frozen=True):
    prompt_tokens: int
    """What the encoder read; words instead of tokens where it cannot say."""
    total_tokens: int


class EmbeddingList(msgspec.Struct, frozen=True):
    data: tuple[Embedding, ...]
    model: str
    """Names the encoder's weights, so that vectors of two answers with the same name may be
    compared, and those of others may not."""
    usage: Usage
    object: Literal["list"] = "list"


class Model(msgspec.Struct, frozen=True):
    id: str
    created: int
    """When the collection was made that is searched with it, in seconds since 1970."""
    dimensions: int
    owned_by: Literal["endcap"] = "endcap"
    object: Literal["model"] = "model"


class ModelList(msgspec.Struct, frozen=True):
    data: tuple[Model, ...]
    object: Literal["list"] = "list"
