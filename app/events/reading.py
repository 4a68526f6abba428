"""Reads what was sent into events, or into what is wrong with each; the API and the importer both
come through here."""

import hashlib
import re
from collections.abc import Mapping
from datetime import datetime
from functools import partial
from typing import Any, Literal, NamedTuple

import msgspec

from app.events.moments import TooFarAhead, not_ahead, read_moment
from app.events.objects import ObjectRef
from app.events.problems import EventProblem, EventRule, RefusedEvent, problems_of
from app.events.repository import EventRow
from app.events.schemas import EventAttributes, EventObject, EventPosition, ObjectDetail, UbiEvent
from indexing.queries import MAX_QUERY_LENGTH
from ranking.events import normal_query

MAX_EVENT_BYTES = 64 * 1024
MILLIONTHS = 1_000_000
MAX_REVENUE = 1e9
"""In major units, of one event: sums of them must fit 64 bits in millionths."""

_NUL = re.compile(rb"(?<!\\)(?:\\\\)*\\u0000")
_convert = partial(msgspec.convert, type=UbiEvent)


class EventReading(NamedTuple):
    """How this sender's logs are to be read."""

    actions: Mapping[str, str] = {}
    """By their name for an action, ours."""
    price_scale: float = 1.0
    """What makes major units of its prices."""


AS_IS = EventReading()


class ReadEvent(msgspec.Struct, frozen=True, kw_only=True):
    """An event that keeps the contract, not yet tied to an item."""

    id: str
    at: datetime
    action: str
    client_id: str
    session_id: str
    query_id: str | None
    query: str
    refs: tuple[ObjectRef, ...]
    """The names of its object, by which the item is looked for in turn."""
    object_id: str | None
    position: int | None
    quantity: int
    revenue: int
    document: bytes

    def row(
        self, item_key: int | None, source: Literal["api", "import"], known_at: datetime
    ) -> EventRow:
        return EventRow(
            id=self.id,
            at=self.at,
            known_at=known_at,
            source=source,
            action=self.action,
            client_id=self.client_id,
            session_id=self.session_id,
            query_id=self.query_id,
            query=self.query,
            object_id=self.object_id,
            item_key=item_key,
            position=self.position,
            quantity=self.quantity,
            revenue=self.revenue,
            document=msgspec.Raw(self.document),
        )


def read_event(raw: bytes, now: datetime, how: EventReading = AS_IS) -> ReadEvent:
    """Of one JSON text. Raises `RefusedEvent`."""
    document = decode_object(raw)
    event_id = _given_id(document)
    try:
        event: UbiEvent = _convert(document)
    except msgspec.ValidationError:
        raise RefusedEvent(*problems_of(document, UbiEvent), event_id=event_id) from None
    try:
        return _read(event, document, raw, event_id, now, how)
    except RefusedEvent as refused:
        raise RefusedEvent(*refused.problems, event_id=event_id) from None


def decode_object(raw: bytes, most: int = MAX_EVENT_BYTES) -> dict[str, Any]:
    """One JSON object that Postgres can keep, of at most so many bytes. Raises `RefusedEvent`."""
    if len(raw) > most:
        raise _refused("$", "length", f"longer than {most:,} bytes")
    try:
        document = msgspec.json.decode(raw)
    except UnicodeDecodeError as error:
        raise _refused("$", "characters", f"not UTF-8: {error}") from None
    except RecursionError:
        raise _refused("$", "unreadable", "nested too deep") from None
    except msgspec.ValidationError as error:
        raise _refused("$", "finite", str(error)) from None
    except msgspec.DecodeError as error:
        raise _refused("$", "unreadable", f"not JSON: {error}") from None
    if not isinstance(document, dict):
        raise _refused("$", "type", "expected a JSON object")
    if b"u0000" in raw and _NUL.search(raw):
        raise _refused("$", "characters", "holds a NUL character")
    return document


def read_time(given: str | float | None, now: datetime) -> datetime | None:
    """None where none was given. Raises `RefusedEvent`."""
    if given is None:
        return None
    try:
        return not_ahead(read_moment(given), now)
    except TooFarAhead as error:
        raise _refused("$.timestamp", "future", str(error)) from None
    except ValueError as error:
        raise _refused("$.timestamp", "date", str(error)) from None


def _read(
    event: UbiEvent,
    document: dict[str, Any],
    raw: bytes,
    event_id: str | None,
    now: datetime,
    how: EventReading,
) -> ReadEvent:
    attributes = event.event_attributes or EventAttributes()
    named = attributes.object or EventObject()
    detail = named.object_detail or ObjectDetail()
    at = read_time(event.timestamp, now)
    action = how.actions.get(event.action_name, event.action_name)
    quantity = detail.quantity or 1
    refs = refs_of(named.object_id, named.object_id_field, named.internal_id)
    return ReadEvent(
        id=event_id or _derived_id(document, None if at else now),
        at=at or now,
        action=action,
        client_id=event.client_id or "",
        session_id=event.session_id or attributes.session_id or "",
        query_id=event.query_id or None,
        query=_query(event),
        refs=refs,
        object_id=refs[0].value if refs else None,
        position=(attributes.position or EventPosition()).ordinal,
        quantity=quantity,
        revenue=_revenue(detail, quantity, how) if action == "purchase" else 0,
        document=raw,
    )


def refs_of(
    object_id: str | int | None, field: str | None, internal_id: str | int | None = None
) -> tuple[ObjectRef, ...]:
    refs = [
        ObjectRef(field or "", str(object_id)) if object_id not in (None, "") else None,
        ObjectRef("", str(internal_id)) if internal_id not in (None, "") else None,
    ]
    return tuple(ref for ref in refs if ref is not None)


def _query(event: UbiEvent) -> str:
    text = event.user_query
    if text is None and event.message_type == "QUERY":
        text = (event.message or "")[:MAX_QUERY_LENGTH]
    return normal_query(text or "")


def _revenue(detail: ObjectDetail, quantity: int, how: EventReading) -> int:
    revenue = (detail.price or 0.0) * how.price_scale * quantity
    if revenue > MAX_REVENUE:
        path = "$.event_attributes.object.object_detail.price"
        raise _refused(path, "range", f"price times quantity is more than {MAX_REVENUE:g}")
    return round(revenue * MILLIONTHS)


def _given_id(document: Mapping[str, Any]) -> str | None:
    attributes = document.get("event_attributes")
    inner = attributes if isinstance(attributes, Mapping) else {}
    given = (document.get("event_id"), inner.get("event_id"), inner.get("id"))
    return next((name[:200] for name in given if isinstance(name, str) and name), None)


def _derived_id(document: dict[str, Any], arrived: datetime | None) -> str:
    """The same for the same event, in whatever order its fields come. One without a time of its own
    is told from another by its arrival."""
    digest = hashlib.sha256(msgspec.json.encode(document, order="deterministic"))
    if arrived is not None:
        digest.update(arrived.isoformat().encode())
    return digest.hexdigest()


def _refused(path: str, rule: EventRule, message: str) -> RefusedEvent:
    return RefusedEvent(EventProblem(path, rule, message))
