"""`/v1/recommend` over HTTP."""

from collections.abc import Iterator
from itertools import chain

import msgspec
from litestar import Controller, post
from litestar.di import NamedDependency
from litestar.params import JSONBody

from app.admin.authentication import needs_unless_public
from app.db.texts import storable
from app.errors import INVALID_REQUEST
from app.live import Live
from app.recommend.errors import InvalidRecommendation
from app.recommend.recommender import Wanted
from app.recommend.rules import CONTEXT_KEY
from app.recommend.schemas import RecommendRequest, RecommendResponse
from app.search.controller import make_query
from app.search.schemas import Circumstances


def read_recommendation(data: RecommendRequest) -> Wanted:
    """Raises `InvalidFilter` and `InvalidRecommendation`."""
    given = list(_given(data))
    if data.kind == "session":
        if given:
            raise InvalidRecommendation(
                "$.items: `session` finds by itself what the recommendations are for; leave out "
                "`items` and `item_id`, or ask for another kind"
            )
    elif not given or (data.item_id is not None and data.items):
        raise InvalidRecommendation(
            f"$.items: {data.kind!r} needs either `items` or `item_id`, to say what the "
            "recommendations are for"
        )
    weights: dict[str, float] = {}
    for _, item_id, weight in given:
        weights[item_id] = weights.get(item_id, 0.0) + weight
    if given and max(weights.values()) <= 0:
        raise InvalidRecommendation(
            "$.items: no item has a weight above 0, so that it is said only what the "
            "recommendations should not be like"
        )
    circumstances = Circumstances(
        segments=data.segments,
        locale=data.locale,
        context={**data.context, CONTEXT_KEY: data.kind},
        client_id=storable(data.client_id),
        session_id=storable(data.session_id),
    )
    query = msgspec.structs.replace(
        make_query(circumstances, "", data.filter),
        per_page=data.limit,
        explain=data.explain,
        group=data.group,
    )
    places = {item_id: place for place, item_id, _ in reversed(given)}
    return Wanted(kind=data.kind, weights=weights, places=places, query=query)


def _given(data: RecommendRequest) -> Iterator[tuple[str, str, float]]:
    """Of each item where in the request it is, its id and its weight."""
    alone = [] if data.item_id is None else [("$.item_id", data.item_id, 1.0)]
    several = [(f"$.items[{n}].id", item.id, item.weight) for n, item in enumerate(data.items)]
    return chain(alone, several)


class RecommendController(Controller):
    path = "/v1/recommend"
    tags = ("search",)
    guards = (needs_unless_public("search"),)

    @post(status_code=200, sync_to_thread=True, responses=INVALID_REQUEST)
    def recommend(
        self,
        data: JSONBody[RecommendRequest],
        services: NamedDependency[Live],
        accepted: NamedDependency[float],
    ) -> RecommendResponse:
        """What is like some items, what others have bought or viewed together with them, or what
        fits what a shopper did lately. Filters and rules act as in a search."""
        return services.recommender.recommend(read_recommendation(data), accepted)
