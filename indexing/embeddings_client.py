"""Asks a service for embeddings over HTTP, in the shape of OpenAI's API, which vLLM, Ollama, Text
Embeddings Inference and Endcap itself speak; the home of httpx in `indexing`."""

from collections.abc import Mapping, Sequence

import httpx
import msgspec
import numpy as np

from indexing.candidates import Floats
from indexing.errors import EncoderAway, TextRefused

_SHOWN = 300
_OVERLOADED = frozenset({408, 425, 429, 502, 503, 504, 529})
_OF_THE_TEXT = frozenset({400, 413, 422, 500})
"""500 is among them since a text can make a service fail; whether it is the service itself, the
indexer finds out with another text."""


class ServedModel(msgspec.Struct, frozen=True):
    id: str
    owned_by: str = ""


class _Models(msgspec.Struct, frozen=True):
    data: tuple[ServedModel, ...]


class _Entry(msgspec.Struct, frozen=True):
    embedding: tuple[float, ...]
    index: int


class _Answer(msgspec.Struct, frozen=True):
    data: tuple[_Entry, ...]
    model: str = ""


class Embedded(msgspec.Struct, frozen=True):
    """`vectors` has shape `(texts, size)`, each of length 1; `model` is what the service calls the
    model that made them, empty where it does not say."""

    vectors: Floats
    model: str


class EmbeddingsClient:
    """One service under one address, which ends before `/embeddings`: `http://encoder:8000/v1`.
    May be used by several threads."""

    def __init__(self, url: str, key: str | None = None) -> None:
        headers = {} if key is None else {"Authorization": f"Bearer {key}"}
        self._url = url.rstrip("/")
        self._client = httpx.Client(headers=headers, follow_redirects=False)

    def models(self, timeout: float) -> tuple[ServedModel, ...] | None:
        """None where the service does not list them. Raises `EncoderAway`."""
        response = self._send("GET", "/models", None, timeout)
        if response.status_code in (404, 405, 501):
            return None
        self._check(response)
        try:
            return msgspec.json.decode(response.content, type=_Models).data
        except msgspec.DecodeError:
            return None

    def embed(self, model: str, texts: Sequence[str], timeout: float) -> Embedded:
        """`timeout` in seconds, for connecting and for each wait for data. Raises `EncoderAway`,
        and `TextRefused` where the request itself is refused."""
        body = {"model": model, "input": list(texts), "encoding_format": "float"}
        response = self._send("POST", "/embeddings", msgspec.json.encode(body), timeout)
        self._check(response)
        try:
            answer = msgspec.json.decode(response.content, type=_Answer)
        except msgspec.DecodeError as error:
            raise EncoderAway(f"{self._url} answers with something else: {error}") from error
        return Embedded(self._vectors(answer, len(texts)), answer.model)

    def close(self) -> None:
        self._client.close()

    def _send(self, method: str, path: str, body: bytes | None, timeout: float) -> httpx.Response:
        headers = {} if body is None else {"Content-Type": "application/json"}
        try:
            return self._client.request(
                method, self._url + path, content=body, headers=headers, timeout=timeout
            )
        except httpx.HTTPError as error:
            # Its text is empty where a time limit was reached.
            reason = str(error) or type(error).__name__
            raise EncoderAway(f"{self._url} does not answer: {reason}") from error

    def _check(self, response: httpx.Response) -> None:
        status = response.status_code
        if status == 200:
            return
        reason = f"{self._url} answers {status}: {_message(response.content)}"
        if status in _OF_THE_TEXT:
            raise TextRefused(reason)
        # All else, such as a wrong key or address, is no text's fault either: items wait for it.
        after = _retry_after(response.headers) if status in _OVERLOADED else None
        raise EncoderAway(reason, after)

    def _vectors(self, answer: _Answer, expected: int) -> Floats:
        entries = sorted(answer.data, key=lambda entry: entry.index)
        if [entry.index for entry in entries] != list(range(expected)):
            raise EncoderAway(f"{self._url} answers {len(entries)} vectors to {expected} texts")
        if len({len(entry.embedding) for entry in entries}) != 1:
            raise EncoderAway(f"{self._url} answers vectors of different lengths")
        vectors = np.array([entry.embedding for entry in entries], np.float64)
        lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
        if not (np.isfinite(lengths).all() and lengths.all()):
            raise TextRefused(f"{self._url} answers a vector without direction")
        unit: Floats = (vectors / lengths).astype(np.float32)
        return unit


def _message(content: bytes) -> str:
    """Of an error as OpenAI has it, else the body's beginning."""
    try:
        raw = msgspec.json.decode(content)
        message = raw["error"]["message"]
    except (msgspec.DecodeError, KeyError, TypeError):
        message = content[: 4 * _SHOWN].decode(errors="replace")
    return str(message)[:_SHOWN].strip() or "nothing more"


def _retry_after(headers: Mapping[str, str]) -> float | None:
    """Seconds; the form with a date is taken for none."""
    try:
        seconds = float(headers.get("retry-after", ""))
    except ValueError:
        return None
    return seconds if seconds >= 0 else None
