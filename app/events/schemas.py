"""What is read of an event and of a query in the shape of User Behavior Insights 1.3.0; all else in
them is kept as it was sent. `contracts/event.odcs.yaml` says the same, and a test holds both equal.
"""

from typing import Annotated, Any

import msgspec

from indexing.queries import MAX_QUERY_LENGTH

Name = Annotated[str, msgspec.Meta(max_length=200)]
ObjectName = Annotated[str, msgspec.Meta(max_length=256)]
FieldName = Annotated[str, msgspec.Meta(max_length=100)]
Timestamp = Annotated[str, msgspec.Meta(max_length=40)] | int | float
"""ISO 8601, or milliseconds since 1970."""

ObjectNames = Annotated[tuple[ObjectName | int, ...], msgspec.Meta(max_length=1_000)]
MAX_ORDINAL = 100_000
MAX_QUANTITY = 100_000
MAX_PRICE = 1e9


class ObjectDetail(msgspec.Struct, frozen=True):
    price: Annotated[float, msgspec.Meta(ge=0, le=MAX_PRICE)] | None = None
    """What one costs, in major units of the currency."""
    quantity: Annotated[int, msgspec.Meta(ge=1, le=MAX_QUANTITY)] | None = None
    """None is one."""


class EventObject(msgspec.Struct, frozen=True):
    """What something was done with."""

    object_id: ObjectName | int | None = None
    object_id_field: FieldName | None = None
    """What kind of name the `object_id` is; an item's own id where it is not said."""
    internal_id: ObjectName | int | None = None
    """The item's own id, where `object_id` is another name of it."""
    object_detail: ObjectDetail | None = None


class EventPosition(msgspec.Struct, frozen=True):
    ordinal: Annotated[int, msgspec.Meta(ge=1, le=MAX_ORDINAL)] | None = None
    """Counted from 1 over all pages; for an impression, of the lowest hit that was seen."""


class EventAttributes(msgspec.Struct, frozen=True):
    object: EventObject | None = None
    position: EventPosition | None = None
    session_id: Name | None = None
    event_id: Name | None = None
    id: Name | None = None


class UbiEvent(msgspec.Struct, frozen=True, kw_only=True):
    action_name: Annotated[str, msgspec.Meta(min_length=1, max_length=100)]
    timestamp: Timestamp | None = None
    """None is the moment of arrival."""
    event_id: Name | None = None
    client_id: Name | None = None
    session_id: Name | None = None
    query_id: Name | None = None
    user_query: Annotated[str, msgspec.Meta(max_length=MAX_QUERY_LENGTH)] | None = None
    message_type: str | None = None
    message: str | None = None
    """The query's text where `message_type` is QUERY."""
    event_attributes: EventAttributes | None = None


class UbiQuery(msgspec.Struct, frozen=True, kw_only=True):
    """A line of `ubi_queries`: one list as another search engine showed it."""

    query_id: Annotated[str, msgspec.Meta(min_length=1, max_length=200)]
    user_query: Annotated[str, msgspec.Meta(max_length=MAX_QUERY_LENGTH)] | None = None
    client_id: Name | None = None
    session_id: Name | None = None
    timestamp: Timestamp | None = None
    object_id_field: FieldName | None = None
    query_response_hit_ids: ObjectNames | None = None
    query_response_object_ids: ObjectNames | None = None
    """What it was called before 1.3.0."""
    query_attributes: dict[str, Any] | None = None
