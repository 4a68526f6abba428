"""The public shapes of recommendations: a request's body and the answer, as OpenAPI shows them."""

from typing import Annotated, Any, Literal

import msgspec

from app.search.schemas import (
    AppliedRule,
    ContextText,
    Hit,
    Label,
    SuppressedRule,
    Timings,
)

Kind = Literal["similar", "bought_together", "viewed_together", "session"]
Filler = Literal["similar", "popular"]
MAX_ITEMS = 50
MAX_LIMIT = 100
MAX_WEIGHT = 1_000.0
ItemName = Annotated[str, msgspec.Meta(min_length=1, max_length=256)]


class WeightedItem(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    id: ItemName
    weight: Annotated[float, msgspec.Meta(ge=-MAX_WEIGHT, le=MAX_WEIGHT)] = 1.0
    """In proportion to the other items' weights; below 0 for "less like this"."""


class RecommendRequest(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The body of `POST /v1/recommend`."""

    kind: Kind = "similar"
    item_id: ItemName | None = None
    """Short for one of `items`."""
    items: Annotated[tuple[WeightedItem, ...], msgspec.Meta(max_length=MAX_ITEMS)] = ()
    """What the recommendations are for; `session` finds that out by itself."""
    limit: Annotated[int, msgspec.Meta(ge=1, le=MAX_LIMIT)] = 10
    filter: dict[str, Any] | str | None = None
    """As in a search. Where it says nothing of `in_stock`, only what is in stock is recommended."""
    segments: Annotated[tuple[Label, ...], msgspec.Meta(max_length=50)] = ()
    locale: Annotated[str, msgspec.Meta(max_length=50)] = ""
    context: Annotated[dict[Label, ContextText | float | bool], msgspec.Meta(max_length=50)] = {}
    """For the conditions of rules, which find the kind there as `recommend`, too."""
    client_id: Annotated[str, msgspec.Meta(max_length=200)] = ""
    session_id: Annotated[str, msgspec.Meta(max_length=200)] = ""
    explain: bool = False
    group: bool = True
    """Whether items of one `group_id` are one hit."""


class RecommendResponse(msgspec.Struct, frozen=True, kw_only=True):
    query_id: str
    """Begins with `rec-`. An event that carries it is credited to no search."""
    kind: Kind
    hits: tuple[Hit, ...]
    filled_with: Filler | None
    """Where what was asked for was not enough: what the rest of the hits is instead."""
    filled: int
    """How many hits that is."""
    applied_rules: tuple[AppliedRule, ...]
    ruleset_version: int
    timings_ms: Timings
    """`retrieve` includes what was read of the events."""
    degraded: tuple[str, ...]
    """Names of the stages that a fallback stood in for: `events`, `features`."""
    suppressed_rules: tuple[SuppressedRule, ...] | msgspec.UnsetType = msgspec.UNSET
    """Only with `explain`."""
