"""Reads the body of `POST /v1/embeddings`, and says what is wrong with it in OpenAI's words."""

from collections.abc import Sequence
from typing import Any

import msgspec

from app.embeddings.errors import EmbeddingsRefused
from app.embeddings.schemas import MAX_TEXT_LENGTH, MAX_TEXTS, EmbeddingsRequest


def read_request(body: bytes) -> EmbeddingsRequest:
    """Raises `EmbeddingsRefused`."""
    try:
        raw = msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise EmbeddingsRefused(f"the body is not JSON: {error}", code="invalid_json") from error
    if not isinstance(raw, dict):
        raise EmbeddingsRefused("the body must be a JSON object", code="invalid_json")
    for field in ("model", "input"):
        if raw.get(field) is None:
            raise EmbeddingsRefused(f"{field} is missing", code="missing_parameter", param=field)
    _check_input(raw["input"])
    try:
        return msgspec.convert(raw, EmbeddingsRequest)
    except msgspec.ValidationError as error:
        raise _invalid(error) from error


def _check_input(given: Any) -> None:
    texts = given if isinstance(given, list) else [given]
    if not texts:
        raise _bad_input("an empty list; send at least one text")
    if len(texts) > MAX_TEXTS:
        raise _bad_input(f"{len(texts)} texts; at most {MAX_TEXTS} are taken at once")
    if any(_are_tokens(text) for text in (given, *texts)):
        raise EmbeddingsRefused(
            "input holds token numbers, which only the model's own tokenizer can make; send texts "
            "(in LangChain: check_embedding_ctx_length=False)",
            code="tokens_not_supported",
            param="input",
        )
    for n, text in enumerate(texts):
        if not isinstance(text, str):
            raise _bad_input(f"[{n}] is {type(text).__name__}, expected text")
        if not text:
            raise _bad_input(f"[{n}] is empty")
        if len(text) > MAX_TEXT_LENGTH:
            raise _bad_input(f"[{n}] has {len(text)} characters; at most {MAX_TEXT_LENGTH} are")


def _are_tokens(value: Any) -> bool:
    return isinstance(value, list) and any(
        isinstance(part, int) and not isinstance(part, bool) for part in value
    )


def _bad_input(reason: str) -> EmbeddingsRefused:
    return EmbeddingsRefused(f"input: {reason}", code="invalid_input", param="input")


def _invalid(error: msgspec.ValidationError) -> EmbeddingsRefused:
    text = str(error)
    names: Sequence[str] = EmbeddingsRequest.__struct_fields__
    param = next((name for name in names if f"$.{name}" in text), "")
    return EmbeddingsRefused(text, code="invalid_value", param=param)
