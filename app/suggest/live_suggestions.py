"""The indexes of what may be suggested, which follow the catalogue and the log of searches."""

import threading
import time
from collections.abc import Callable, Iterable

from sqlalchemy import Connection, Engine

from app.db.snapshot import snapshot
from app.db.tables import items, ranking_events
from app.features.progress import USAGE, read_progress
from app.following import keep_refreshing
from app.suggest.reading import read_categories, read_items, read_queries
from app.suggest.text_index import IndexSlot, TextIndex
from app.vocabulary.changes import Mark, has_changed, read_mark
from app.vocabulary.pace import Pace

LOOK_SECONDS = 1.0
QUERIES_KEPT_SECONDS = 600.0
"""Also of a log that nothing was added to, since 30 days move on, and shoppers are forgotten."""


class LiveSuggestions:
    """Empty until they were read for the first time. Each index is filled beside the one that is
    read and takes its place in one step."""

    def __init__(
        self,
        engine: Engine,
        min_shoppers: int,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.items = IndexSlot()
        self.categories = IndexSlot()
        self.queries = IndexSlot()
        self._engine = engine
        self._min_shoppers = min_shoppers
        self._clock = clock
        self._catalogue: Mark | None = None
        self._catalogue_pace = Pace(clock)
        self._log: Mark | None = None
        self._settled = 0
        self._log_pace = Pace(clock)
        self._log_read_at = clock()
        self._refreshing = threading.Lock()

    def refresh(self) -> None:
        """Take over what has changed."""
        self.refresh_catalogue()
        self.refresh_queries()

    def refresh_catalogue(self) -> bool:
        """Returns whether it has changed."""
        with self._refreshing, snapshot(self._engine) as connection:
            if not has_changed(connection, items, self._catalogue):
                return False
            begun = self._clock()
            mark = read_mark(connection, items)
            found = _filled(read_items(connection))
            empty = not len(found)
            self.items.swap(found)
            self.categories.swap(_filled(read_categories(connection)))
            self._catalogue = mark
            self._catalogue_pace.note(self._clock() - begun, empty)
            return True

    def refresh_queries(self) -> bool:
        """Returns whether they were read anew."""
        with self._refreshing, snapshot(self._engine) as connection:
            if not self._is_outdated(connection):
                return False
            begun = self._clock()
            mark = read_mark(connection, ranking_events)
            settled = read_progress(connection, USAGE)
            self.queries.swap(_filled(read_queries(connection, self._min_shoppers, settled)))
            self._log, self._settled, self._log_read_at = mark, settled, self._clock()
            self._log_pace.note(self._clock() - begun)
            return True

    def follow(self, stop: threading.Event) -> None:
        """Refresh, as often as the sizes let it, until told to stop; runs in a thread of its
        own."""
        keep_refreshing(self._look, "suggestions", LOOK_SECONDS, stop)

    def close(self) -> None:
        for slot in (self.items, self.categories, self.queries):
            slot.close()

    def _look(self) -> None:
        if self._catalogue_pace.due():
            self.refresh_catalogue()
        if self._log_pace.due():
            self.refresh_queries()

    def _is_outdated(self, connection: Connection) -> bool:
        old = self._clock() - self._log_read_at >= QUERIES_KEPT_SECONDS
        return (
            old
            or has_changed(connection, ranking_events, self._log)
            or read_progress(connection, USAGE) != self._settled
        )


def _filled(batches: Iterable[str]) -> TextIndex:
    index = TextIndex()
    for batch in batches:
        index.add(batch)
    index.finish()
    return index
