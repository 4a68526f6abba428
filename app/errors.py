"""The one table from our errors to HTTP: a status, a title, and problem+json (RFC 9457)."""

import logging
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

import msgspec
from litestar import Request, Response
from litestar.enums import ParamType
from litestar.exceptions import HTTPException, ValidationException
from litestar.openapi.datastructures import ResponseSpec
from litestar.status_codes import HTTP_500_INTERNAL_SERVER_ERROR
from sqlalchemy.exc import OperationalError

from app.admin.errors import KeyNotFound, UnreadableImport
from app.db.postgres import DatabaseUnavailable
from app.db.texts import storable
from app.events.errors import TooManyEvents, UnreadableEvents
from app.experiments.errors import (
    ExperimentChanged,
    ExperimentExists,
    ExperimentNotFound,
    ExperimentsConflict,
    InvalidExperiment,
    WrongState,
)
from app.items.errors import BadFilter, DeadLetterNotFound, ItemNotFound, ItemRefused
from app.recommend.errors import InvalidRecommendation, ItemsNotFound
from app.rules.errors import (
    CannotPreview,
    CannotPublish,
    DraftChanged,
    RevisionNeeded,
    RuleChanged,
    RuleExists,
    RuleNotFound,
    VersionNotFound,
    WouldUndo,
)
from app.search.errors import InvalidFacet, InvalidSearch
from app.tasks.errors import (
    CannotCancel,
    HookNotFound,
    InvalidHook,
    TaskNotFound,
    TooManyHooks,
)
from app.training.errors import CannotCompare, GateRefused, ModelNotFound
from app.webhooks.errors import SignatureRefused
from indexing.errors import IndexUnavailable, InvalidFilter, InvalidSort
from ranking.errors import ModelRefused
from rules.errors import InvalidRules

logger = logging.getLogger(__name__)


INDEX_REPAIR = "index_repair"
"""In the application's state: a function that tells how far a repair of the index is, if one is."""

RETRY_SECONDS = 2
"""What `Retry-After` says while the index or the whole service is not there yet."""

MAX_PROBLEMS = 200
"""Of a body with more mistakes than anyone reads at once."""

_PROBLEMS_IN_DETAIL = 5


def _nothing_more(_: Any) -> dict[str, Any]:
    return {}


def _of_rules(error: InvalidRules) -> dict[str, Any]:
    return {
        "detail": "; ".join(str(problem) for problem in error.problems[:_PROBLEMS_IN_DETAIL]),
        "errors": tuple(
            {"path": problem.path, "reason": problem.reason}
            for problem in error.problems[:MAX_PROBLEMS]
        ),
    }


def _of_change(error: RuleChanged | ExperimentChanged) -> dict[str, Any]:
    return {"current": error.current}


def _of_undone(error: WouldUndo) -> dict[str, Any]:
    return {"undone": error.undone}


def _of_item(error: ItemRefused) -> dict[str, Any]:
    return {
        "detail": str(error)[:1_000],
        "errors": tuple(msgspec.to_builtins(problem) for problem in error.problems),
        "dead_letter": error.letter_id,
    }


def _of_missing(error: ItemsNotFound) -> dict[str, Any]:
    return {
        "detail": str(error)[:1_000],
        "errors": tuple(
            {"path": place, "reason": f"there is no item {item_id!r}"}
            for place, item_id in error.missing.items()
        ),
    }


class Meaning(NamedTuple):
    """What a kind of error is to a client."""

    status: int
    title: str
    detail: str = ""
    """Said instead of the error's own text, where that is for the log alone."""
    members: Callable[[Any], dict[str, Any]] = _nothing_more
    """What else of the problem the error knows."""


MEANINGS: Mapping[type[Exception], Meaning] = {
    InvalidFilter: Meaning(422, "The filter cannot be understood"),
    InvalidFacet: Meaning(422, "There is no such facet"),
    InvalidSort: Meaning(422, "The results cannot be sorted so"),
    InvalidRules: Meaning(422, "The rules cannot be used", members=_of_rules),
    RuleNotFound: Meaning(404, "There is no such rule"),
    RuleExists: Meaning(409, "The id is taken"),
    RevisionNeeded: Meaning(428, "Say what you changed"),
    RuleChanged: Meaning(412, "Someone else has saved since", members=_of_change),
    VersionNotFound: Meaning(404, "There is no such version"),
    CannotPublish: Meaning(409, "The version cannot be published"),
    WouldUndo: Meaning(409, "Newer rules would be taken back", members=_of_undone),
    DraftChanged: Meaning(412, "Someone else has changed the rules since"),
    CannotPreview: Meaning(400, "The preview is not clear"),
    ExperimentNotFound: Meaning(404, "There is no such experiment"),
    ExperimentExists: Meaning(409, "The key is taken"),
    InvalidExperiment: Meaning(422, "The experiment cannot be run"),
    ExperimentChanged: Meaning(412, "Someone else has saved since", members=_of_change),
    ExperimentsConflict: Meaning(409, "Another experiment is in the way"),
    WrongState: Meaning(409, "The experiment is not in that state"),
    ItemNotFound: Meaning(404, "There is no such item"),
    ItemRefused: Meaning(422, "The item breaks the contract", members=_of_item),
    DeadLetterNotFound: Meaning(404, "There is no such dead letter"),
    BadFilter: Meaning(400, "It is not said which items"),
    SignatureRefused: Meaning(401, "The webhook's signature is refused"),
    UnreadableEvents: Meaning(400, "The events cannot be read"),
    TooManyEvents: Meaning(413, "There are too many events"),
    ModelNotFound: Meaning(404, "There is no such model"),
    GateRefused: Meaning(409, "The gate has refused the model"),
    ModelRefused: Meaning(409, "The model cannot be served"),
    CannotCompare: Meaning(422, "There is nothing to compare on"),
    TaskNotFound: Meaning(404, "There is no such task"),
    CannotCancel: Meaning(409, "The task cannot be canceled"),
    HookNotFound: Meaning(404, "There is no such webhook"),
    InvalidHook: Meaning(422, "The webhook cannot be used"),
    TooManyHooks: Meaning(409, "There are too many webhooks"),
    KeyNotFound: Meaning(404, "There is no such key"),
    UnreadableImport: Meaning(400, "The import cannot be read"),
    msgspec.DecodeError: Meaning(400, "The request is not valid"),
    UnicodeDecodeError: Meaning(400, "The request is not valid", "the body is not UTF-8"),
    InvalidRecommendation: Meaning(422, "There is nothing to recommend by"),
    ItemsNotFound: Meaning(404, "There is no such item", members=_of_missing),
    InvalidSearch: Meaning(422, "The search cannot be answered"),
    IndexUnavailable: Meaning(503, "The index does not answer"),
    DatabaseUnavailable: Meaning(503, "The database does not answer"),
    OperationalError: Meaning(503, "The database does not answer", "The database does not answer"),
    RecursionError: Meaning(
        400,
        "The request is nested too deep",
        "the body is nested deeper than can be read; filters need a few levels at most",
    ),
}


class Problem(msgspec.Struct, frozen=True, omit_defaults=True):
    """The body of every error, as RFC 9457 has it; `errors` lists each problem with its place."""

    title: str
    status: int
    detail: str
    type: str = "about:blank"
    instance: str = ""
    errors: tuple[dict[str, str], ...] = ()
    current: Any = None
    """What stands where someone wanted to save, saved by someone else."""
    dead_letter: int | None = None
    """Where what was refused is kept."""
    undone: tuple[str, ...] = ()
    """The rules that would be taken back."""


AnyRequest = Request[Any, Any, Any]


def known_error(request: AnyRequest, error: Exception) -> Response[bytes]:
    problem = problem_of(error, request.url.path)
    headers = {}
    if isinstance(error, IndexUnavailable):
        headers["Retry-After"] = str(RETRY_SECONDS)
        repairing = request.app.state.get(INDEX_REPAIR, _no_repair)()
        if repairing is not None:
            problem = msgspec.structs.replace(problem, detail=f"{problem.detail}; {repairing}")
    if problem.status >= 500:
        logger.error("%s %s: %s", request.method, request.url.path, error)
    return _answer(problem, headers)


def _no_repair() -> str | None:
    return None


def problem_of(error: Exception, instance: str) -> Problem:
    """Of an error that `MEANINGS` knows."""
    meaning = next(entry for kind, entry in MEANINGS.items() if isinstance(error, kind))
    detail = meaning.detail or str(error)
    problem = Problem(meaning.title, meaning.status, detail, instance=instance)
    return msgspec.structs.replace(problem, **meaning.members(error))


async def refuse_unusable_address(request: AnyRequest) -> Response[bytes] | None:
    """Called before every route: no text in Postgres holds U+0000, so that an address with one
    would fail wherever it is looked up. A coroutine, though it waits for nothing: a plain function
    would wait for one of the threads that search."""
    address = request.scope["path"] + request.scope["query_string"].decode("latin-1")
    if "\x00" not in address and "%00" not in address:
        return None
    detail = "the address holds the character U+0000, which nothing here is named by"
    return _answer(Problem(_TITLES[400], 400, detail, instance=storable(request.url.path)))


def http_error(request: AnyRequest, error: HTTPException) -> Response[bytes]:
    """Litestar's own: unknown routes, bodies that are no JSON, parameters out of bounds."""
    errors: tuple[dict[str, str], ...] = ()
    detail, status = error.detail, error.status_code
    if isinstance(error, ValidationException) and isinstance(error.extra, list):
        parts = [part for part in error.extra if isinstance(part, dict)]
        errors = tuple(
            _MISSING_BODY
            if part.get("message") == "'data'"
            else {"path": str(part.get("key", "")), "reason": str(part.get("message", ""))}
            for part in parts
        )
        reasons = [f"{part['path']}: {part['reason']}".removeprefix(": ") for part in errors]
        detail = "; ".join(reasons) or detail
        # An address with a number that no row can have is that of nothing.
        if any(part.get("source") == ParamType.PATH for part in parts):
            status = 404
    title = _TITLES.get(status, "The request cannot be answered")
    problem = Problem(title, status, detail, instance=request.url.path, errors=errors)
    return _answer(problem, dict(error.headers or {}))


def unknown_error(request: AnyRequest, error: Exception) -> Response[bytes]:
    logger.error("%s %s failed", request.method, request.url.path, exc_info=error)
    detail = "Endcap met an error that it does not know; the service's log has it"
    return _answer(
        Problem("Internal error", HTTP_500_INTERNAL_SERVER_ERROR, detail, instance=request.url.path)
    )


# Litestar's words for it are the name of the parameter that it found nothing for.
_MISSING_BODY = {"path": "$", "reason": "the body is missing; send a JSON object"}

_TITLES = {
    400: "The request is not valid",
    401: "An API key is needed",
    403: "The API key may not do this",
    404: "Not found",
    405: "Method not allowed",
    413: "The request is too large",
    415: "Unsupported media type",
}

PROBLEM_JSON = "application/problem+json"
INVALID_REQUEST = {400: ResponseSpec(Problem, description=_TITLES[400], media_type=PROBLEM_JSON)}
"""For the OpenAPI text of every route that takes something."""

EXCEPTION_HANDLERS: dict[type[Exception] | int, Any] = {
    **dict.fromkeys(MEANINGS, known_error),
    HTTPException: http_error,
    Exception: unknown_error,
}


def _answer(problem: Problem, headers: dict[str, str] | None = None) -> Response[bytes]:
    return Response(
        msgspec.json.encode(problem),
        status_code=problem.status,
        media_type=PROBLEM_JSON,
        headers=headers or {},
    )
