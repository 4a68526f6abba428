"""`/1/…`: the routes that `algoliasearch`, InstantSearch and `search-insights` call. What a body
holds is read here and not by Litestar, since it comes under any content type."""

from functools import partial
from typing import Any

import msgspec
from litestar import Controller, HttpMethod, Request, Response, post, route
from litestar.concurrency import sync_to_thread
from litestar.di import NamedDependency, Provide
from litestar.params import FromPath

from app.admin.authentication import needs_unless_public
from app.events.bodies import MAX_BODY
from app.instantsearch.access import algolia_secret
from app.instantsearch.error_answers import ALGOLIA_EXCEPTION_HANDLERS
from app.instantsearch.errors import NotOffered
from app.instantsearch.hits import Record
from app.instantsearch.insights_intake import EventsAnswer, take_insights
from app.instantsearch.results import FacetHitsResult, HitsResult, Result
from app.instantsearch.searching import AlgoliaSearch
from app.live import Live

AnyRequest = Request[Any, Any, Any]


class Results(msgspec.Struct, frozen=True):
    results: list[Result]


class Recommendations(msgspec.Struct, frozen=True):
    results: list[HitsResult]


class Objects(msgspec.Struct, frozen=True):
    results: list[Record | None]


def algolia_search(
    services: NamedDependency[Live], accepted: NamedDependency[float]
) -> AlgoliaSearch:
    return AlgoliaSearch(
        services.search,
        services.suggester.suggest,
        partial(services.recommender.recommend, accepted=accepted),
        services.engine,
        accepted,
    )


class InstantSearchController(Controller):
    path = "/1/indexes"
    include_in_schema = False
    guards = (needs_unless_public("search", algolia_secret),)
    exception_handlers = ALGOLIA_EXCEPTION_HANDLERS
    dependencies = {"algolia": Provide(algolia_search, sync_to_thread=False)}  # noqa: RUF012

    @post("/*/queries", status_code=200)
    async def search(self, request: AnyRequest, algolia: NamedDependency[AlgoliaSearch]) -> Results:
        """Several searches at once, of hits or of facet values, as Algolia's multi-query."""
        return Results(await sync_to_thread(algolia.queries, await request.body()))

    @post("/*/objects", status_code=200)
    async def get_objects(
        self, request: AnyRequest, algolia: NamedDependency[AlgoliaSearch]
    ) -> Objects:
        """Items by their ids; null for one that is not there."""
        return Objects(await sync_to_thread(algolia.objects, await request.body()))

    @post("/*/recommendations", status_code=200)
    async def recommend(
        self, request: AnyRequest, algolia: NamedDependency[AlgoliaSearch]
    ) -> Recommendations:
        """Items that are like one, or that go with it, or that fit what a shopper did."""
        return Recommendations(await sync_to_thread(algolia.recommendations, await request.body()))

    @post("/{index:str}/query", status_code=200)
    async def search_one(
        self, request: AnyRequest, index: FromPath[str], algolia: NamedDependency[AlgoliaSearch]
    ) -> Result:
        """One search."""
        return await sync_to_thread(algolia.query, await request.body(), index)

    @post("/{index:str}/facets/{facet:str}/query", status_code=200)
    async def search_facet(
        self,
        request: AnyRequest,
        index: FromPath[str],
        facet: FromPath[str],
        algolia: NamedDependency[AlgoliaSearch],
    ) -> FacetHitsResult:
        """Values of one facet, by the beginnings of their words."""
        return await sync_to_thread(algolia.facet_values, await request.body(), index, facet)


class InsightsController(Controller):
    path = "/1/events"
    include_in_schema = False
    guards = (needs_unless_public("events", algolia_secret),)
    exception_handlers = ALGOLIA_EXCEPTION_HANDLERS

    @post(status_code=200, request_max_body_size=MAX_BODY)
    async def take(
        self, request: AnyRequest, services: NamedDependency[Live]
    ) -> Response[EventsAnswer]:
        """What shoppers did, as Algolia's Insights API has it."""
        answer = await take_insights(await request.body(), services.events)
        return Response(answer, status_code=answer.status)


@route(
    [
        "/1/{rest:path}",
        "/1/indexes",
        "/1/indexes/{index:str}",
        "/1/indexes/{index:str}/{rest:path}",
        "/1/indexes/*/{rest:path}",
    ],
    http_method=[HttpMethod.GET, HttpMethod.POST, HttpMethod.PUT, HttpMethod.DELETE],
    exception_handlers=ALGOLIA_EXCEPTION_HANDLERS,
    include_in_schema=False,
    status_code=400,
)
async def not_offered(request: AnyRequest) -> None:
    """Whatever else Algolia's clients may call."""
    raise NotOffered(
        f"Endcap does not offer {request.method} {request.url.path:.200}; it serves what searches "
        "and what tells of events, and is itself changed by /v1"
    )
