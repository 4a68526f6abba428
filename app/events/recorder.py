"""Lists as they were shown: noted in memory by the requests, written to Postgres by a thread, so
that recording never slows a search."""

import logging
import threading
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from itertools import islice

import msgspec
from sqlalchemy import Engine
from sqlalchemy.exc import DataError

from app.events.repository import list_row, write_lists
from app.following import keep_refreshing
from app.search.shown import Shown
from indexing.documents import ItemKey
from indexing.queries import QueryId
from ranking.events import PLACEMENTS, ClientId, RankingEvent, SessionId, normal_query
from ranking.features import FINGERPRINT

logger = logging.getLogger(__name__)
FLUSH_SECONDS = 0.25
MAX_PENDING = 20_000
"""Lists that wait while Postgres is away, of a few kilobytes each; what goes beyond is dropped."""

AT_ONCE = 1_000
_PLACES = {name: n for n, name in enumerate(PLACEMENTS)}


class Recorded(msgspec.Struct, frozen=True):
    """Since this process started."""

    written: int
    waiting: int
    dropped: int
    """Because too many waited, or because Postgres would not take them."""


class ListRecorder:
    """Forgets what waits when the process is killed; all else is written, in the end."""

    def __init__(self, engine: Engine, most: int = MAX_PENDING) -> None:
        self._engine = engine
        self._most = most
        self._lock = threading.Lock()
        self._writing = threading.Lock()
        self._waiting: dict[QueryId, RankingEvent] = {}
        """With those that are being written, until they are."""
        self._written = 0
        self._dropped = 0

    def record(self, shown: Shown) -> None:
        """A search that is sent elsewhere shows nothing, nor does a page beyond the last."""
        if shown.response.redirect is not None or shown.beyond_last:
            return
        event = as_listed(shown)
        with self._lock:
            if len(self._waiting) < self._most:
                self._waiting[event.query_id] = event
            else:
                self._dropped += 1

    @property
    def recorded(self) -> Recorded:
        with self._lock:
            return Recorded(self._written, len(self._waiting), self._dropped)

    def flush(self) -> None:
        """Write what waits; what cannot be written now waits on."""
        with self._writing:
            while batch := self._oldest():
                self._write(batch)

    def ensure_written(self, query_ids: Iterable[str]) -> None:
        """Write first what an event is about to refer to."""
        if any(query_id in self._waiting for query_id in query_ids):
            self.flush()

    def forget(self, client_id: str) -> int:
        """Those of one shopper that wait; returns how many."""
        with self._writing, self._lock:
            gone = [key for key, event in self._waiting.items() if event.client_id == client_id]
            for key in gone:
                del self._waiting[key]
            return len(gone)

    def follow(self, stop: threading.Event) -> None:
        """Flush until told to stop, and then once more; runs in a thread of its own."""
        keep_refreshing(self.flush, "lists as shown", FLUSH_SECONDS, stop, after_failure=1.0)
        self.flush()

    def _oldest(self) -> list[RankingEvent]:
        with self._lock:
            return list(islice(self._waiting.values(), AT_ONCE))

    def _write(self, batch: Sequence[RankingEvent]) -> None:
        try:
            self._insert(batch)
        except DataError:
            self._write_one_by_one(batch)
        else:
            self._done(batch, dropped=0)

    def _write_one_by_one(self, batch: Sequence[RankingEvent]) -> None:
        """One list that Postgres will never take must not keep the others waiting."""
        for event in batch:
            try:
                self._insert([event])
            except DataError:
                logger.exception("list %s cannot be stored", event.query_id)
                self._done([event], dropped=1)
            else:
                self._done([event], dropped=0)

    def _insert(self, batch: Sequence[RankingEvent]) -> None:
        now = datetime.now(UTC)
        with self._engine.begin() as connection:
            write_lists(connection, [list_row(event, now, "search") for event in batch])

    def _done(self, batch: Sequence[RankingEvent], dropped: int) -> None:
        with self._lock:
            for event in batch:
                self._waiting.pop(event.query_id, None)
            self._written += len(batch) - dropped
            self._dropped += dropped


def as_listed(shown: Shown) -> RankingEvent:
    """Of the two hundred candidates only those on the page are kept."""
    query, ranking, response = shown.query, shown.ranking, shown.response
    at_candidates = [placed.candidate for placed in shown.page]
    complete = ranking.features.complete and len(at_candidates) > 0
    return RankingEvent(
        query_id=QueryId(response.query_id),
        at=shown.at,
        client_id=ClientId(_storable(query.client_id)),
        session_id=SessionId(_storable(query.session_id)),
        query=normal_query(query.text),
        sort=response.sort,
        first=shown.first,
        total=response.total.value,
        item_keys=tuple(map(ItemKey, ranking.candidates.keys[at_candidates].tolist())),
        placements=tuple(_PLACES[placed.placement] for placed in shown.page),
        features=ranking.features.values[at_candidates] if complete else None,
        feature_fingerprint=FINGERPRINT if complete else None,
        model_version=ranking.model_version,
        ruleset_version=response.ruleset_version,
        experiments=ranking.experiments,
        explored=ranking.explored,
        teams=ranking.teams_of(shown.page),
        total_ms=response.timings_ms.total,
        degraded=response.degraded,
        final=query.final,
        applied_rules=tuple(rule.id for rule in response.applied_rules),
    )


def _storable(name: str) -> str:
    """Postgres has no NUL."""
    return name.replace("\x00", "")
