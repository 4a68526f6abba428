"""Hands events of the Insights API to the intake that `/v1/events` has, and says of each what
became of it."""

from typing import Any, NamedTuple

import msgspec
from litestar.concurrency import sync_to_thread

from app.events.intake import EventIntake
from app.instantsearch.errors import BadParameter
from app.instantsearch.insights import MAX_EVENTS, RefusedInsight, read_insight, ubi_events
from app.instantsearch.requests import read_body


class RefusedEvent(msgspec.Struct, frozen=True):
    index: int
    """Of the event in the call, from 0."""
    message: str


class EventsAnswer(msgspec.Struct, frozen=True, omit_defaults=True):
    status: int
    message: str
    refused: tuple[RefusedEvent, ...] = ()


class _Translated(NamedTuple):
    given: int
    """How many events the call has."""
    refused: dict[int, str]
    """By the event's place in the call, why."""
    events: bytes
    """As the body of `/v1/events` would hold them; empty where there are none."""
    origins: list[int]
    """Of each of those, the place in the call of what it was made of."""


async def take_insights(body: bytes, intake: EventIntake) -> EventsAnswer:
    """Each event is judged by itself. 422 where all were refused, so that nothing is stored. Raises
    `NotUnderstood` and what the intake raises."""
    given, refused, events, origins = await sync_to_thread(_translate, body)
    if events:
        receipt = await intake.take(events, packed=False, lines=False)
        for refusal in receipt.refused:
            refused.setdefault(origins[refusal.index], str(refusal.problems[0]))
    return _answer(refused, given)


def _translate(body: bytes) -> _Translated:
    given = read_body(body).get("events")
    if not isinstance(given, list):
        raise BadParameter("events", "expected a list")
    if len(given) > MAX_EVENTS:
        raise BadParameter("events", f"at most {MAX_EVENTS:,} in one call")
    refused: dict[int, str] = {}
    translated: list[dict[str, Any]] = []
    origins: list[int] = []
    for n, raw in enumerate(given):
        try:
            event = read_insight(raw)
        except RefusedInsight as error:
            refused[n] = str(error)
            continue
        events = [] if event is None else ubi_events(event)
        translated += events
        origins += [n] * len(events)
    encoded = msgspec.json.encode(translated) if translated else b""
    return _Translated(len(given), refused, encoded, origins)


def _answer(refused: dict[int, str], count: int) -> EventsAnswer:
    if not refused:
        return EventsAnswer(200, "OK")
    listed = tuple(RefusedEvent(n, refused[n]) for n in sorted(refused))
    kept = count - len(refused)
    first = f"events[{listed[0].index}]: {listed[0].message}"
    if not kept:
        return EventsAnswer(422, first, listed)
    return EventsAnswer(200, f"{kept} of {count} events are accepted; {first}", listed)
