"""What can go wrong with embeddings, in the shape that OpenAI's clients read, which is not that of
our other routes."""

import logging
from typing import Any

import msgspec
from litestar import Request, Response
from litestar.exceptions import HTTPException

from indexing.errors import EncoderUnavailable, TextRefused

logger = logging.getLogger(__name__)


class EmbeddingsRefused(Exception):
    """A request that cannot be answered; `code` names the reason for programs, `param` the field
    at fault."""

    def __init__(self, message: str, *, status: int = 400, code: str, param: str = "") -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.param = param


class ErrorBody(msgspec.Struct, frozen=True):
    message: str
    type: str
    code: str | None
    param: str | None


class ErrorAnswer(msgspec.Struct, frozen=True):
    """What OpenAI's clients expect under every status from 400 on."""

    error: ErrorBody


_CODES = {401: "invalid_api_key", 403: "insufficient_permissions", 413: "request_too_large"}


def _refused(_: Request[Any, Any, Any], error: EmbeddingsRefused) -> Response[bytes]:
    headers = {"Retry-After": "1"} if error.status == 429 else {}
    return _answer(error.status, str(error), error.code, error.param or None, headers)


def _http_error(_: Request[Any, Any, Any], error: HTTPException) -> Response[bytes]:
    code = _CODES.get(error.status_code)
    return _answer(error.status_code, error.detail, code, None, dict(error.headers or {}))


def _away(_: Request[Any, Any, Any], error: EncoderUnavailable) -> Response[bytes]:
    logger.error("cannot embed: %s", error)
    return _answer(503, f"the encoder does not answer: {error}", "encoder_unavailable", None)


def _text_refused(_: Request[Any, Any, Any], error: TextRefused) -> Response[bytes]:
    return _answer(400, str(error), "invalid_input", "input")


def _unknown(request: Request[Any, Any, Any], error: Exception) -> Response[bytes]:
    logger.error("%s %s failed", request.method, request.url.path, exc_info=error)
    return _answer(500, "Endcap met an error that it does not know", None, None)


OPENAI_ERRORS: dict[type[Exception] | int, Any] = {
    EmbeddingsRefused: _refused,
    HTTPException: _http_error,
    EncoderUnavailable: _away,
    TextRefused: _text_refused,
    Exception: _unknown,
}


def _answer(
    status: int,
    message: str,
    code: str | None,
    param: str | None,
    headers: dict[str, str] | None = None,
) -> Response[bytes]:
    kind = {429: "rate_limit_error"}.get(status, "invalid_request_error")
    if status >= 500:
        kind = "server_error"
    return Response(
        msgspec.json.encode(ErrorAnswer(ErrorBody(message, kind, code, param))),
        status_code=status,
        media_type="application/json",
        headers=headers or {},
    )
