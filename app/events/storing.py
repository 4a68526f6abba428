"""Ties events to their items and writes them; the intake and the importer both end here."""

from collections.abc import Sequence
from datetime import datetime
from typing import Literal, NamedTuple

from sqlalchemy import Connection

from app.events.objects import ItemFinder
from app.events.reading import ReadEvent
from app.events.repository import write_events
from indexing.documents import ItemKey


class Storing(NamedTuple):
    """Both in the order of the events."""

    new: list[bool]
    """Not there before; of two with one id, the first."""
    keys: list[ItemKey | None]


def store_events(
    connection: Connection,
    finder: ItemFinder,
    events: Sequence[ReadEvent],
    source: Literal["api", "import"],
    known_at: datetime | None = None,
) -> Storing:
    """What happened is known as of when it happened, unless said otherwise."""
    keys = finder.find(connection, [event.refs for event in events])
    rows = {
        event.id: event.row(key, source, known_at or event.at)
        for event, key in zip(reversed(events), reversed(keys), strict=True)
    }
    written = set(write_events(connection, list(rows.values())))
    new = []
    for event in events:
        new.append(event.id in written)
        written.discard(event.id)
    return Storing(new, keys)
