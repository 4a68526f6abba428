"""Reads lines of `ubi_queries`: lists as another search engine showed them."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import msgspec

from app.events.objects import ObjectRef
from app.events.problems import RefusedEvent, problems_of
from app.events.reading import decode_object, read_time, refs_of
from app.events.schemas import UbiQuery
from indexing.documents import ItemKey
from indexing.queries import RELEVANCE, QueryId
from ranking.events import ORGANIC, ClientId, RankingEvent, SessionId, normal_query

MAX_QUERY_BYTES = 1_000_000
IMPORTED = "import"
"""Stands for the model that ordered the list, of which nothing is known."""


class ReadQuery(msgspec.Struct, frozen=True, kw_only=True):
    """A list that keeps the contract, its items not yet found."""

    query_id: str
    at: datetime | None
    """None where the log does not say."""
    client_id: str
    session_id: str
    query: str
    hits: tuple[tuple[ObjectRef, ...], ...]

    def listed(self, at: datetime, keys: tuple[ItemKey, ...]) -> RankingEvent:
        """`keys` are those of the hits that the catalogue has."""
        return RankingEvent(
            query_id=QueryId(self.query_id),
            at=at,
            client_id=ClientId(self.client_id),
            session_id=SessionId(self.session_id),
            query=self.query,
            sort=RELEVANCE,
            first=0,
            total=len(self.hits),
            item_keys=keys,
            placements=(ORGANIC,) * len(keys),
            features=None,
            feature_fingerprint=None,
            model_version=IMPORTED,
            ruleset_version=0,
        )


def read_query(raw: bytes, now: datetime) -> ReadQuery:
    """Of one JSON text. Raises `RefusedEvent`."""
    document = decode_object(raw, MAX_QUERY_BYTES)
    try:
        query = msgspec.convert(document, UbiQuery)
    except msgspec.ValidationError:
        raise RefusedEvent(*problems_of(document, UbiQuery)) from None
    field = query.object_id_field or _field_in_request(document.get("query"))
    hits = query.query_response_hit_ids or query.query_response_object_ids or ()
    return ReadQuery(
        query_id=query.query_id,
        at=read_time(query.timestamp, now),
        client_id=query.client_id or "",
        session_id=query.session_id or "",
        query=normal_query(query.user_query or ""),
        hits=tuple(refs_of(hit, field) for hit in hits),
    )


def _field_in_request(request: object) -> str | None:
    """OpenSearch's plugin logs the request that it was sent with, as text, and only there stands
    which field the ids of the hits are of."""
    try:
        inner: Any = msgspec.json.decode(request) if isinstance(request, str) else request
    except (msgspec.DecodeError, RecursionError):
        return None
    for name in ("ext", "ubi", "object_id_field"):
        if isinstance(inner, Mapping) and (name != "ubi" or name in inner):
            inner = inner.get(name)
    return inner if isinstance(inner, str) else None
