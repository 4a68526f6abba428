"""`/v1/multi-search`: several searches in one call, each with its own answer or its own problem."""

from typing import Annotated, Any

import msgspec
from litestar import Controller, post
from litestar.di import NamedDependency
from litestar.params import JSONBody

from app.admin.authentication import needs_unless_public
from app.errors import INVALID_REQUEST, MEANINGS, Problem, problem_of
from app.search.controller import read_request
from app.search.pipeline import SearchPipeline
from app.search.schemas import SearchRequest, SearchResponse

MAX_SEARCHES = 20
_PATH = "/v1/multi-search"


class MultiSearchRequest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The body of `POST /v1/multi-search`."""

    searches: Annotated[list[dict[str, Any]], msgspec.Meta(min_length=1, max_length=MAX_SEARCHES)]
    """Each as the body of `POST /v1/search`."""


class OneAnswer(msgspec.Struct, frozen=True):
    """Either what was found or why it could not be looked for; the other is null."""

    response: SearchResponse | None = None
    problem: Problem | None = None


class MultiSearchResponse(msgspec.Struct, frozen=True):
    results: tuple[OneAnswer, ...]
    """In the order of the searches."""


class MultiSearchController(Controller):
    path = _PATH
    tags = ("search",)
    guards = (needs_unless_public("search"),)

    @post(status_code=200, sync_to_thread=True, responses=INVALID_REQUEST)
    def search_all(
        self,
        data: JSONBody[MultiSearchRequest],
        search: NamedDependency[SearchPipeline],
        accepted: NamedDependency[float],
    ) -> MultiSearchResponse:
        """Answer up to twenty searches. One that is wrong costs the others nothing."""
        return MultiSearchResponse(
            tuple(_answered(raw, n, search, accepted) for n, raw in enumerate(data.searches))
        )


def _answered(raw: dict[str, Any], n: int, search: SearchPipeline, accepted: float) -> OneAnswer:
    try:
        query = read_request(msgspec.convert(raw, SearchRequest))
        return OneAnswer(response=search.search(query, accepted))
    except tuple(MEANINGS) as error:
        return OneAnswer(problem=problem_of(error, f"{_PATH}#/searches/{n}"))
