"""Shelves of recommendations on the pages, through the service's own recommender."""

import logging
from typing import Protocol

import msgspec

from app.recommend.controller import read_recommendation
from app.recommend.recommender import Wanted
from app.recommend.schemas import Kind, RecommendRequest, RecommendResponse
from app.ui.searching import MAX_IDENTITY
from app.ui.view import Card, view_cards

_log = logging.getLogger(__name__)
ON_A_SHELF = 6


class Recommending(Protocol):
    """Answers one request for recommendations, and may block while it does."""

    def recommend(self, wanted: Wanted) -> RecommendResponse: ...


class Shelf(msgspec.Struct, frozen=True, kw_only=True):
    """A row of items with what they have in common; `id` names its heading."""

    id: str
    title: str
    query_id: str
    """Goes with what is done with them."""
    cards: tuple[Card, ...]


def for_session(recommending: Recommending, client_id: str, session_id: str) -> Shelf:
    """Empty where nothing is known of the session: what sells best stands first on the start page
    as it is."""
    request = RecommendRequest(
        kind="session",
        limit=ON_A_SHELF,
        client_id=client_id[:MAX_IDENTITY],
        session_id=session_id[:MAX_IDENTITY],
    )
    answer = _answer(recommending, request) if client_id or session_id else None
    fitting = answer is not None and answer.filled_with != "popular"
    cards = view_cards(answer.hits) if answer is not None and fitting else ()
    return Shelf(
        id="for-you", title="Picked for this visit", query_id=_query_id(answer), cards=cards
    )


def similar_to(recommending: Recommending, item_id: str) -> Shelf:
    answer = _answer(recommending, _about(item_id, "similar"))
    cards = () if answer is None else view_cards(answer.hits)
    return Shelf(id="similar", title="Similar items", query_id=_query_id(answer), cards=cards)


def bought_with(recommending: Recommending, item_id: str) -> Shelf:
    """Only what really was: what fills up is on the shelf of similar items already."""
    answer = _answer(recommending, _about(item_id, "bought_together"))
    hits = () if answer is None else answer.hits[: len(answer.hits) - answer.filled]
    return Shelf(
        id="together",
        title="Often bought together",
        query_id=_query_id(answer),
        cards=view_cards(hits),
    )


def _query_id(answer: RecommendResponse | None) -> str:
    return "" if answer is None else answer.query_id


def _about(item_id: str, kind: Kind) -> RecommendRequest:
    return RecommendRequest(kind=kind, item_id=item_id, limit=ON_A_SHELF)


def _answer(recommending: Recommending, request: RecommendRequest) -> RecommendResponse | None:
    try:
        return recommending.recommend(read_recommendation(request))
    except Exception:  # A page without a shelf is better than none.
        _log.exception("no recommendations for a page")
        return None
