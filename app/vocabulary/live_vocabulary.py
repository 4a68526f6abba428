"""The vocabulary in this process's memory, which follows the catalogue."""

import logging
import threading
import time

from sqlalchemy import Engine

from app.db.snapshot import snapshot
from app.db.tables import items
from app.following import keep_refreshing
from app.vocabulary.changes import Mark, has_changed, read_mark
from app.vocabulary.counting import MAX_WORDS, count_words
from app.vocabulary.pace import Pace
from app.vocabulary.words import Vocabulary

logger = logging.getLogger(__name__)
LOOK_SECONDS = 1.0


class LiveVocabulary:
    """Empty until it was counted for the first time; each request takes one reference."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._vocabulary = Vocabulary()
        self._mark: Mark | None = None
        self._pace = Pace()
        self._refreshing = threading.Lock()

    def current(self) -> Vocabulary:
        return self._vocabulary

    def refresh(self) -> bool:
        """Count anew if the catalogue has changed; returns whether it has."""
        with self._refreshing, snapshot(self._engine) as connection:
            if not has_changed(connection, items, self._mark):
                return False
            begun = time.monotonic()
            mark = read_mark(connection, items)
            counted = count_words(connection)
            if len(counted.items) >= MAX_WORDS:
                logger.warning("the catalogue has more than %d words; not all are kept", MAX_WORDS)
            self._vocabulary, self._mark = Vocabulary(counted), mark
            self._pace.note(time.monotonic() - begun, empty=not counted.items)
            return True

    def follow(self, stop: threading.Event) -> None:
        """Refresh, as often as the catalogue's size lets it, until told to stop; runs in a thread
        of its own."""
        keep_refreshing(self._look, "words", LOOK_SECONDS, stop, at_once=True)

    def _look(self) -> None:
        if self._pace.due():
            self.refresh()
