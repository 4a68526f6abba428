"""Events as the Insights API has them, and as User Behavior Insights has them, which the intake of
`/v1/events` takes. One event of the former may name up to twenty objects; each is one of ours."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Literal

import msgspec

from app.events.schemas import MAX_ORDINAL, MAX_PRICE, MAX_QUANTITY

MAX_OBJECTS = 20
MAX_EVENTS = 1_000

Text = Annotated[str, msgspec.Meta(max_length=200)]
ObjectIds = Annotated[
    tuple[Annotated[str, msgspec.Meta(min_length=1, max_length=256)], ...],
    msgspec.Meta(min_length=1, max_length=MAX_OBJECTS),
]

_ACTIONS: Mapping[tuple[str, str], str] = {
    ("view", ""): "view",
    ("click", ""): "click",
    ("conversion", ""): "conversion",
    ("conversion", "addToCart"): "add_to_cart",
    ("conversion", "purchase"): "purchase",
}
_FILTER_ACTIONS: Mapping[str, str] = {
    "view": "filter_view",
    "click": "filter_click",
    "conversion": "filter_conversion",
}
USAGE = "instantsearch"
"""The type under which InstantSearch tells Algolia which of its widgets a page uses."""

INTERNAL = "instantsearch-internal"
"""Among an event's sources where a widget has sent it by itself."""


class ObjectData(msgspec.Struct, frozen=True, rename="camel"):
    """What one object was bought for."""

    query_id: Text | None = msgspec.field(name="queryID", default=None)
    price: Annotated[float, msgspec.Meta(ge=0, le=MAX_PRICE)] | None = None
    quantity: Annotated[int, msgspec.Meta(ge=1, le=MAX_QUANTITY)] | None = None


class InsightsEvent(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    event_type: Literal["view", "click", "conversion"]
    event_subtype: Literal["addToCart", "purchase"] | None = None
    event_name: Text = ""
    index: Text = ""
    user_token: Text | int | None = None
    timestamp: int | float | None = None
    """Milliseconds since 1970; None is the moment of arrival."""
    query_id: Text | None = msgspec.field(name="queryID", default=None)
    object_ids: ObjectIds | None = msgspec.field(name="objectIDs", default=None)
    positions: tuple[Annotated[int, msgspec.Meta(ge=1, le=MAX_ORDINAL)], ...] | None = None
    object_data: tuple[ObjectData, ...] | None = None
    filters: Annotated[tuple[Text, ...], msgspec.Meta(min_length=1, max_length=20)] | None = None
    value: Annotated[float, msgspec.Meta(ge=0, le=MAX_PRICE)] | None = None
    currency: Annotated[str, msgspec.Meta(max_length=3)] | None = None
    algolia_source: tuple[str, ...] = ()


class RefusedInsight(Exception):
    """An event that cannot be used; its text says why."""


def read_insight(raw: object) -> InsightsEvent | None:
    """None for what is accepted and not kept: InstantSearch's reports about itself, and its lists
    as shown, which the service has recorded when it answered them. Raises `RefusedInsight`."""
    if isinstance(raw, Mapping) and raw.get("eventType") == USAGE:
        return None
    try:
        event = msgspec.convert(raw, InsightsEvent, strict=False)
    except msgspec.ValidationError as error:
        raise RefusedInsight(str(error).replace("`$.", "`")) from None
    if event.event_type == "view" and INTERNAL in event.algolia_source:
        return None
    _check(event)
    return event


def ubi_events(event: InsightsEvent) -> list[dict[str, Any]]:
    """As the body of `/v1/events` would hold them."""
    if event.object_ids is None:
        attributes: dict[str, Any] = {"filters": list(event.filters or ()), **_origin(event)}
        return [_ubi(event, _FILTER_ACTIONS[event.event_type], event.query_id, attributes)]
    action = _ACTIONS[event.event_type, event.event_subtype or ""]
    found = []
    for n, object_id in enumerate(event.object_ids):
        data = event.object_data[n] if event.object_data else ObjectData()
        named: dict[str, Any] = {"object_id": object_id}
        if detail := _detail(event, data):
            named["object_detail"] = detail
        attributes = {"object": named, **_origin(event)}
        if event.positions:
            attributes["position"] = {"ordinal": event.positions[n]}
        found.append(_ubi(event, action, data.query_id or event.query_id, attributes))
    return found


def _ubi(
    event: InsightsEvent, action: str, query_id: str | None, attributes: Mapping[str, Any]
) -> dict[str, Any]:
    shopper = "" if event.user_token is None else str(event.user_token)
    told = {
        "action_name": action,
        "timestamp": event.timestamp,
        "client_id": shopper or None,
        "session_id": shopper or None,
        "query_id": query_id,
        "event_attributes": attributes,
    }
    return {name: value for name, value in told.items() if value is not None}


def _detail(event: InsightsEvent, data: ObjectData) -> dict[str, Any]:
    price, quantity = data.price, data.quantity
    if price is None and event.value is not None and len(event.object_ids or ()) == 1:
        # The value is of the whole event, which is about one object alone.
        price = event.value / (quantity or 1)
    detail = {"price": price, "quantity": quantity, "currency": event.currency}
    return {name: value for name, value in detail.items() if value is not None}


def _origin(event: InsightsEvent) -> dict[str, str]:
    told = {"event_name": event.event_name, "index": event.index}
    return {name: value for name, value in told.items() if value}


def _check(event: InsightsEvent) -> None:
    if (event.object_ids is None) == (event.filters is None):
        raise RefusedInsight("expected either `objectIDs` or `filters`")
    if event.event_subtype is not None and event.event_type != "conversion":
        raise RefusedInsight("`eventSubtype` is for conversions")
    if event.event_subtype is not None and event.object_ids is None:
        raise RefusedInsight("a conversion with `eventSubtype` needs `objectIDs`")
    count = len(event.object_ids or ())
    besides: Mapping[str, Sequence[object] | None] = {
        "positions": event.positions,
        "objectData": event.object_data,
    }
    for name, values in besides.items():
        if values and len(values) != count:
            raise RefusedInsight(f"`{name}` has {len(values)} entries for {count} `objectIDs`")
