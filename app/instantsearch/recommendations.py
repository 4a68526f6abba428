"""Algolia's models of recommendations as kinds of ours."""

from collections.abc import Callable, Mapping, Sequence
from typing import Annotated, Any

import msgspec

from app.instantsearch.errors import BadParameter
from app.instantsearch.hits import records_of
from app.instantsearch.parameters import Parameters, read_parameters
from app.instantsearch.queries import base_query
from app.instantsearch.results import EXHAUSTIVE, HitsResult
from app.recommend.errors import ItemsNotFound
from app.recommend.recommender import Wanted
from app.recommend.rules import CONTEXT_KEY
from app.recommend.schemas import Kind, RecommendResponse
from app.search.schemas import Hit

KINDS: Mapping[str, Kind] = {
    "bought-together": "bought_together",
    "looking-similar": "similar",
    "recommended-for-you": "session",
    "related-products": "viewed_together",
}
MOST = 30
"""Where a request does not say how many, as Algolia has it."""

Recommend = Callable[[Wanted], RecommendResponse]


class _Sent(msgspec.Struct, frozen=True, rename="camel"):
    index_name: str
    model: str
    object_id: str | int | None = msgspec.field(name="objectID", default=None)
    max_recommendations: Annotated[int, msgspec.Meta(ge=0, le=MOST)] = 0
    """0 is as many as there are."""
    query_parameters: dict[str, Any] = {}


class RecommendationRequest(msgspec.Struct, frozen=True):
    index_name: str
    kind: Kind
    object_id: str
    """Empty for what needs none."""
    most: int
    parameters: Parameters


def read_recommendation_request(given: Mapping[str, Any]) -> RecommendationRequest:
    """Raises `BadParameter`."""
    try:
        sent = msgspec.convert(given, _Sent)
    except msgspec.ValidationError as error:
        raise BadParameter("requests", str(error)) from None
    kind = KINDS.get(sent.model)
    if kind is None:
        raise BadParameter("model", f"{sent.model!r:.60} is not offered; {', '.join(KINDS)} are")
    if (sent.object_id in (None, "")) != (kind == "session"):
        raise BadParameter(
            "objectID", f"{sent.model} is for one item, recommended-for-you for none"
        )
    return RecommendationRequest(
        sent.index_name,
        kind,
        "" if sent.object_id is None else str(sent.object_id),
        sent.max_recommendations or MOST,
        read_parameters(sent.query_parameters),
    )


def recommendations(request: RecommendationRequest, recommend: Recommend) -> HitsResult:
    """Nothing for an item that is not there, as it may just have been taken out of the shop. Raises
    `UnknownIndex` and `BadParameter`."""
    asked = base_query(request.index_name, request.parameters)
    query = msgspec.structs.replace(
        asked, text="", sort=None, per_page=request.most, context={CONTEXT_KEY: request.kind}
    )
    seeds = [request.object_id] if request.object_id else []
    wanted = Wanted(
        kind=request.kind,
        weights=dict.fromkeys(seeds, 1.0),
        places=dict.fromkeys(seeds, "objectID"),
        query=query,
    )
    try:
        found = recommend(wanted)
    except ItemsNotFound:
        return _result(request, (), 0.0, None)
    query_id = found.query_id if request.parameters.click_analytics else None
    return _result(request, found.hits, found.timings_ms.total, query_id)


def _result(
    request: RecommendationRequest,
    hits: Sequence[Hit],
    milliseconds: float,
    query_id: str | None,
) -> HitsResult:
    return HitsResult(
        hits=records_of(hits, request.parameters, query_id),
        nb_hits=len(hits),
        page=0,
        nb_pages=1,
        hits_per_page=request.most,
        processing_time=round(milliseconds),
        query="",
        params="",
        index=request.index_name,
        exhaustive=EXHAUSTIVE,
        exhaustive_nb_hits=True,
        exhaustive_facets_count=True,
        exhaustive_typo=True,
        rendering_content={},
        query_id=query_id or msgspec.UNSET,
    )
