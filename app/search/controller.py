"""`/v1/search` over HTTP."""

from typing import Annotated, Any

import msgspec
from litestar import Controller, get, post
from litestar.di import NamedDependency
from litestar.params import FromQuery, JSONBody, QueryParameter

from app.admin.authentication import needs_unless_public
from app.errors import INVALID_REQUEST
from app.search.errors import InvalidFacet
from app.search.facets import check_facets
from app.search.pipeline import SearchPipeline
from app.search.schemas import Circumstances, SearchRequest, SearchResponse
from indexing.filter_parser import parse_filter
from indexing.filter_text import parse_filter_text
from indexing.filters import Filter, both
from indexing.queries import (
    MAX_PER_PAGE,
    MAX_QUERY_LENGTH,
    FacetSearch,
    SearchQuery,
    parse_sort,
)

Text = Annotated[str, QueryParameter(max_length=MAX_QUERY_LENGTH)]
Identity = Annotated[str, QueryParameter(max_length=200)]
Names = list[str] | None


def make_query(
    given: Circumstances, text: str, raw_filter: dict[str, Any] | str | None
) -> SearchQuery:
    """Raises `InvalidFilter` and `InvalidSort`."""
    return SearchQuery(
        text=text,
        filter=_read_filter(raw_filter),
        sort=parse_sort(given.sort),
        segments=given.segments,
        locale=given.locale,
        context=given.context,
        experiments=given.experiments,
        client_id=given.client_id,
        session_id=given.session_id,
    )


def read_request(data: SearchRequest) -> SearchQuery:
    """Raises `InvalidFilter`, `InvalidSort` and `InvalidFacet`."""
    sought = data.facet_query
    if sought is not None and sought.field not in data.facets:
        raise InvalidFacet("$.facet_query.field", f"{sought.field!r:.60} is not among the facets")
    return msgspec.structs.replace(
        make_query(data, data.query, data.filter),
        page=data.page,
        per_page=data.per_page,
        explain=data.explain,
        facets=check_facets(data.facets),
        max_facet_values=data.max_facet_values,
        facet_query=None if sought is None else FacetSearch(sought.field, sought.query),
        disjunctive=data.disjunctive,
        highlight=data.highlight,
        correct=data.correct,
        relax=data.relax,
        group=data.group,
        personalize=data.personalize,
        final=data.final,
    )


def _read_filter(raw: dict[str, Any] | str | None) -> Filter | None:
    if raw is None:
        return None
    if isinstance(raw, str):
        return parse_filter_text(raw, "$.filter") if raw.strip() else None
    return parse_filter(raw, "$.filter")


class SearchController(Controller):
    path = "/v1/search"
    tags = ("search",)
    guards = (needs_unless_public("search"),)

    @post(status_code=200, sync_to_thread=True, responses=INVALID_REQUEST)
    def search(
        self,
        data: JSONBody[SearchRequest],
        search: NamedDependency[SearchPipeline],
        accepted: NamedDependency[float],
    ) -> SearchResponse:
        """Search the catalogue. An empty query browses by popularity."""
        return search.search(read_request(data), accepted)

    @get(sync_to_thread=True, responses=INVALID_REQUEST)
    def simple_search(
        self,
        search: NamedDependency[SearchPipeline],
        accepted: NamedDependency[float],
        q: Text = "",
        page: Annotated[int, QueryParameter(ge=1)] = 1,
        per_page: Annotated[int, QueryParameter(ge=1, le=MAX_PER_PAGE)] = 20,
        explain: FromQuery[bool] = False,
        sort: FromQuery[str] = "",
        segment: FromQuery[Names] = None,
        locale: FromQuery[str] = "",
        brand: FromQuery[Names] = None,
        category: FromQuery[Names] = None,
        in_stock: FromQuery[bool | None] = None,
        price_min: FromQuery[float | None] = None,
        price_max: FromQuery[float | None] = None,
        facet: FromQuery[Names] = None,
        chosen: Annotated[str, QueryParameter(name="filter", max_length=10_000)] = "",
        client_id: Identity = "",
        session_id: Identity = "",
        final: FromQuery[bool] = False,
    ) -> SearchResponse:
        """The simple cases of `POST /v1/search`; `brand`, `category`, `segment` and `facet` may be
        repeated, and `filter` takes the filter as text."""
        conditions: list[dict[str, Any]] = []
        if brand:
            conditions.append({"field": "brand", "any_of": brand})
        if category:
            conditions.append({"field": "categories", "any_of": category})
        if in_stock is not None:
            conditions.append({"field": "in_stock", "any_of": [in_stock]})
        if price_min is not None:
            conditions.append({"field": "price", "gte": price_min})
        if price_max is not None:
            conditions.append({"field": "price", "lte": price_max})
        return search.search(
            SearchQuery(
                text=q,
                filter=both(
                    parse_filter({"all": conditions}) if conditions else None, _read_filter(chosen)
                ),
                facets=check_facets(tuple(facet or ())),
                sort=parse_sort(sort),
                page=page,
                per_page=per_page,
                explain=explain,
                segments=tuple(segment or ()),
                locale=locale,
                client_id=client_id,
                session_id=session_id,
                final=final,
            ),
            accepted,
        )
