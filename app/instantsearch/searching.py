"""Answers requests in Algolia's protocol, one by one, by searches of ours."""

from sqlalchemy import Engine

from app.instantsearch.errors import BadParameter
from app.instantsearch.hits import Record, record_of
from app.instantsearch.names import SUGGESTIONS_INDEX, sort_of
from app.instantsearch.queries import facet_of, facet_query, hits_query, paging_of
from app.instantsearch.recommendations import (
    Recommend,
    read_recommendation_request,
    recommendations,
)
from app.instantsearch.rendering import facet_hits_result, hits_result
from app.instantsearch.requests import (
    FacetRequest,
    HitsRequest,
    Request,
    listed,
    read_body,
    read_facet_request,
    read_object_requests,
    read_request,
    read_requests,
)
from app.instantsearch.results import FacetHitsResult, HitsResult, Result
from app.instantsearch.suggestions import Suggest, suggestions_result
from app.items.repository import read_item
from app.search.pipeline import SearchPipeline
from app.search.render import hit_item
from app.search.schemas import SearchResponse
from indexing.queries import SearchQuery


class AlgoliaSearch:
    """Takes bodies as they came. Every method may block, and raises what is in `errors.py`."""

    def __init__(
        self,
        search: SearchPipeline,
        suggest: Suggest,
        recommend: Recommend,
        engine: Engine,
        accepted: float,
    ) -> None:
        """`accepted` is when the request was, by `perf_counter`."""
        self._search = search
        self._suggest = suggest
        self._recommend = recommend
        self._engine = engine
        self._accepted = accepted

    def queries(self, body: bytes) -> list[Result]:
        """All are read before the first is answered."""
        return [self._answer(request) for request in read_requests(read_body(body))]

    def query(self, body: bytes, index_name: str) -> Result:
        return self._answer(read_request(read_body(body), index_name))

    def facet_values(self, body: bytes, index_name: str, facet: str) -> FacetHitsResult:
        return self._facet_values(read_facet_request(read_body(body), index_name, facet))

    def objects(self, body: bytes) -> list[Record | None]:
        """None for what is not there."""
        requests = read_object_requests(read_body(body))
        with self._engine.connect() as connection:
            found: list[Record | None] = []
            for request in requests:
                sort_of(request.index_name)
                stored = read_item(connection, str(request.object_id))
                wanted = request.attributes_to_retrieve or ("*",)
                found.append(None if stored is None else record_of(hit_item(stored.item), wanted))
        return found

    def recommendations(self, body: bytes) -> list[HitsResult]:
        requests = [read_recommendation_request(given) for given in listed(read_body(body))]
        return [recommendations(request, self._recommend) for request in requests]

    def _answer(self, request: Request) -> Result:
        if isinstance(request, FacetRequest):
            return self._facet_values(request)
        return self._hits(request)

    def _hits(self, request: HitsRequest) -> HitsResult:
        if request.index_name == SUGGESTIONS_INDEX:
            return suggestions_result(request, self._suggest, self._accepted)
        query = hits_query(request.index_name, request.parameters)
        paging = paging_of(request.parameters)
        # What only counts was shown to nobody, so it is no list that a click could belong to.
        shown = paging.size > 0 and request.parameters.analytics
        found = self._search.search(query, self._accepted) if shown else self._count(query)
        return hits_result(request, found, with_hits=paging.size > 0)

    def _facet_values(self, request: FacetRequest) -> FacetHitsResult:
        if request.index_name == SUGGESTIONS_INDEX:
            raise BadParameter("facet", "query suggestions have no facets")
        attribute = facet_of(request.facet, "facet")
        query = facet_query(
            request.index_name, request.parameters, attribute, request.text, request.most
        )
        return facet_hits_result(request, attribute, self._count(query))

    def _count(self, query: SearchQuery) -> SearchResponse:
        return self._search.show(query, accepted=self._accepted).response
