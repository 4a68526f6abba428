"""Errors in Algolia's form: `{"message": …, "status": …}`, which its clients show."""

import logging
from typing import Any

import msgspec
from litestar import Response
from litestar.exceptions import HTTPException

from app.errors import MEANINGS, AnyRequest
from app.instantsearch.errors import NotOffered, NotUnderstood, UnknownIndex

logger = logging.getLogger(__name__)
_STATUSES: dict[type[Exception], int] = {NotUnderstood: 400, UnknownIndex: 404, NotOffered: 400}


class AlgoliaError(msgspec.Struct, frozen=True):
    message: str
    status: int


def _refused(_: AnyRequest, error: Exception) -> Response[AlgoliaError]:
    status = next(status for kind, status in _STATUSES.items() if isinstance(error, kind))
    return _answer(str(error), status)


def _known(request: AnyRequest, error: Exception) -> Response[AlgoliaError]:
    """An error of ours. What the request could have said otherwise is 400 here; what may pass, such
    as an index that is away, keeps its status, upon which clients try again."""
    meaning = next(entry for kind, entry in MEANINGS.items() if isinstance(error, kind))
    if meaning.status >= 500:
        logger.error("%s %s: %s", request.method, request.url.path, error)
    status = 400 if meaning.status == 422 else meaning.status
    return _answer(meaning.detail or str(error), status)


def _http(request: AnyRequest, error: HTTPException) -> Response[AlgoliaError]:
    if error.status_code >= 500:
        return _unknown(request, error)
    answer = _answer(error.detail, error.status_code)
    for name, value in (error.headers or {}).items():
        answer.set_header(name, value)
    return answer


def _unknown(request: AnyRequest, error: Exception) -> Response[AlgoliaError]:
    logger.error("%s %s failed", request.method, request.url.path, exc_info=error)
    return _answer("Endcap met an error that it does not know; the service's log has it", 500)


def _answer(message: str, status: int) -> Response[AlgoliaError]:
    return Response(AlgoliaError(message, status), status_code=status)


ALGOLIA_EXCEPTION_HANDLERS: dict[type[Exception] | int, Any] = {
    **dict.fromkeys(MEANINGS, _known),
    **dict.fromkeys(_STATUSES, _refused),
    HTTPException: _http,
    Exception: _unknown,
}
