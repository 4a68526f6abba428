"""`/v1/search` over HTTP."""

from typing import Annotated, Any

from litestar import Controller, get, post
from litestar.di import NamedDependency
from litestar.params import FromQuery, JSONBody, QueryParameter

from app.errors import INVALID_REQUEST
from app.search.pipeline import SearchPipeline
from app.search.schemas import SearchRequest, SearchResponse
from indexing.filter_parser import parse_filter
from indexing.queries import MAX_PER_PAGE, MAX_QUERY_LENGTH, SearchQuery

Text = Annotated[str, QueryParameter(max_length=MAX_QUERY_LENGTH)]
Names = list[str] | None


class SearchController(Controller):
    path = "/v1/search"
    tags = ("search",)

    @post(status_code=200, sync_to_thread=True, responses=INVALID_REQUEST)
    def search(
        self, data: JSONBody[SearchRequest], search: NamedDependency[SearchPipeline]
    ) -> SearchResponse:
        """Search the catalogue. An empty query browses by popularity."""
        return search.search(
            SearchQuery(
                text=data.query,
                filter=None if data.filter is None else parse_filter(data.filter, "$.filter"),
                page=data.page,
                per_page=data.per_page,
                explain=data.explain,
            )
        )

    @get(sync_to_thread=True, responses=INVALID_REQUEST)
    def simple_search(
        self,
        search: NamedDependency[SearchPipeline],
        q: Text = "",
        page: Annotated[int, QueryParameter(ge=1)] = 1,
        per_page: Annotated[int, QueryParameter(ge=1, le=MAX_PER_PAGE)] = 20,
        explain: FromQuery[bool] = False,
        brand: FromQuery[Names] = None,
        category: FromQuery[Names] = None,
        in_stock: FromQuery[bool | None] = None,
        price_min: FromQuery[float | None] = None,
        price_max: FromQuery[float | None] = None,
    ) -> SearchResponse:
        """The simple cases of `POST /v1/search`; `brand` and `category` may be repeated."""
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
                filter=parse_filter({"all": conditions}) if conditions else None,
                page=page,
                per_page=per_page,
                explain=explain,
            )
        )
