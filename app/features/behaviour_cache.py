"""What ranking reads about shoppers' behaviour: sums over windows in this process's memory, which
follow the counts in Postgres; a request adds nothing to what Postgres does."""

import logging
import threading
import time
from collections.abc import Callable, Collection, Iterable, Sequence
from datetime import UTC, datetime
from typing import NamedTuple

import msgspec
import numpy as np
from sqlalchemy import Connection, Engine

from app.db.snapshot import snapshot
from app.features.behaviour_repository import (
    COLUMNS,
    PairSums,
    SessionRow,
    changed_items,
    read_all_sums,
    read_arrivals,
    read_changed_sums,
    read_session_actions,
    read_traits,
)
from app.features.freshness import FreshnessMeter
from app.features.progress import read_progress
from app.following import keep_refreshing
from app.items.repository import next_horizon
from indexing.candidates import Floats, Keys
from ranking.behaviour import BEHAVIOUR
from ranking.behaviour_definitions import MILLIONTHS
from ranking.behaviour_sums import MAX_PAIRS, BehaviourSums, Group, Traits
from ranking.events import normal_query
from ranking.facts import NUMBERS, ItemFacts
from ranking.session_interest import MAX_SESSIONS, SessionInterests
from ranking.tallies import HOUR

logger = logging.getLogger(__name__)
REFRESH_SECONDS = 0.5
_AT_ONCE = 100
"""Pairs that are changed while readers wait, which takes half a millisecond."""

_ARRIVALS = 2_000
_BRAND, _CATEGORY = NUMBERS.index("brand"), NUMBERS.index("category")
# What pairs are shown most by; the last column of all where no feature needs exposure.
_SHOWN = max((n for n, column in enumerate(COLUMNS) if column[0] == "exposure"), default=-1)

Clock = Callable[[], datetime]


class _Seen(NamedTuple):
    """How far this process has followed."""

    transaction: int
    """Before which everything was read."""
    counted: int
    """Before which the log had been counted in what was read."""
    hour: int
    """Hours since 1970, with which the windows end."""


class BehaviourCache:
    """Holds no more than `most_pairs` (query, item) pairs and `most_sessions` sessions. Of more
    pairs, those shown least add to their items, brands and categories only, and are read again at
    the turn of the hour."""

    def __init__(
        self,
        engine: Engine,
        clock: Clock = lambda: datetime.now(UTC),
        most_pairs: int = MAX_PAIRS,
        most_sessions: int = MAX_SESSIONS,
    ) -> None:
        self._engine = engine
        self._clock = clock
        self._most_pairs = most_pairs
        self._most_sessions = most_sessions
        self._lock = threading.Lock()
        self._refreshing = threading.Lock()
        self._sums = BehaviourSums(len(COLUMNS), most_pairs)
        self._sessions = SessionInterests(BEHAVIOUR.definitions.session, most_sessions)
        self._seen: _Seen | None = None
        self.freshness = FreshnessMeter()

    def features(
        self,
        query: str,
        keys: Keys,
        facts: Sequence[ItemFacts],
        session_id: str,
        now: datetime,
    ) -> Floats:
        """All from one state of the counts."""
        joined = np.concatenate([fact.numbers for fact in facts] or [np.empty(0)])
        numbers = joined.reshape(len(facts), len(NUMBERS))
        brands = numbers[:, _BRAND].astype(np.int64)
        categories = numbers[:, _CATEGORY].astype(np.int64)
        with self._lock:
            sums = self._sums.gather(
                normal_query(query), keys, brands.tolist(), categories.tolist()
            )
            interest = self._sessions.interest(session_id, now, self._sums.traits)
        return BEHAVIOUR.values(sums, interest, brands, categories)

    @property
    def pairs(self) -> int:
        """How many (query, item) are held."""
        return self._sums.pairs

    def sums(self, query: str, key: int) -> dict[str, list[float]]:
        """What was counted, by scope, in the order of `BEHAVIOUR.columns`: for someone to read."""
        with self._lock:
            traits = self._sums.traits(key)
            keys = np.array([key], np.int64)
            sums = self._sums.gather(normal_query(query), keys, [traits.brand], [traits.category])
        scale = [1e6 if metric in MILLIONTHS else 1.0 for metric, _ in COLUMNS]
        return {
            name: (np.ravel(row) / scale).tolist()
            for name, row in msgspec.structs.asdict(sums).items()
        }

    def refresh(self) -> int:
        """Take over what was counted and done since the last time; returns how many pairs were
        read. Everything is read from one snapshot."""
        with self._refreshing, snapshot(self._engine) as connection:
            hour = int(self._clock().timestamp() // HOUR)
            before = self._seen
            seen = _Seen(next_horizon(connection), read_progress(connection), hour)
            if before is None or (before.hour != hour and self._sums.full):
                pairs = self._load(connection, hour)
            else:
                pairs = self._follow(connection, before, hour)
            self._note_sessions(connection, 0 if before is None else before.transaction)
            if before is not None and seen.counted > before.counted:
                self._measure(connection, before.counted, seen.counted)
            self._seen = seen
            return pairs

    def forget(self, session_ids: Iterable[str]) -> None:
        """Of a client who is forgotten; other processes let go of sessions when they are old."""
        with self._lock:
            self._sessions.forget(session_ids)

    def follow(self, stop: threading.Event) -> None:
        """Refresh until told to stop; runs in a thread of its own."""
        keep_refreshing(self.refresh, "counts of behaviour", REFRESH_SECONDS, stop)

    def _load(self, connection: Connection, hour: int) -> int:
        """All anew, beside what is there, and swapped in one step."""
        read = read_all_sums(connection, hour)
        sums = BehaviourSums(len(COLUMNS), self._most_pairs)
        items = self._sessions.items().union(read.keys.tolist())
        found = read_traits(connection, list(items))
        for key in items:
            sums.classify(key, found.get(key, Traits()))
        sums.load(read.groups, read.keys, read.sums, read.sums[:, _SHOWN])
        if sums.full:
            logger.warning(
                "%d pairs of query and item were shown, of which memory has room for %d; "
                "the rest counts for its items alone",
                len(read.keys),
                self._most_pairs,
            )
        with self._lock:
            self._sums = sums
        return len(read.keys)

    def _follow(self, connection: Connection, before: _Seen, hour: int) -> int:
        read = read_changed_sums(connection, before.transaction, hour, before.hour)
        changed = changed_items(connection, before.transaction)
        new = self._sums.unknown(np.unique(read.keys).tolist())
        self._classify(connection, {*self._sums.known(changed), *new})
        for portion in _portions(read):
            with self._lock:
                for query, first, end in portion:
                    self._sums.replace(query, read.keys[first:end], read.sums[first:end])
            # Else a reader that waits would not get its turn: the lock goes to whoever is quick.
            time.sleep(0)
        if hour != before.hour:
            with self._lock:
                self._sessions.drop_old(self._clock())
        return len(read.keys)

    def _classify(self, connection: Connection, keys: Collection[int]) -> None:
        """An item that the catalogue no longer has is of no brand and no category."""
        if not keys:
            return
        found = read_traits(connection, list(keys))
        with self._lock:
            for key in keys:
                self._sums.classify(key, found.get(key, Traits()))

    def _note_sessions(self, connection: Connection, since: int) -> None:
        definition = BEHAVIOUR.definitions.session
        actions = [action for action, weight in definition.weights.items() if weight]
        after = self._clock().timestamp() - HOUR * definition.hours
        most = self._most_sessions * definition.actions
        rows: list[SessionRow] = read_session_actions(connection, since, after, actions, most)
        self._classify(connection, self._sums.unknown({row.item_key for row in rows}))
        with self._lock:
            for row in reversed(rows):
                self._sessions.note(*row)

    def _measure(self, connection: Connection, before: int, counted: int) -> None:
        arrivals = read_arrivals(connection, before, counted, _ARRIVALS)
        now = self._clock().timestamp()
        self.freshness.note(max(now - arrival, 0.0) for arrival in arrivals)


def _portions(read: PairSums) -> Iterable[list[Group]]:
    """The queries in portions of about as many pairs as are changed at once."""
    portion: list[Group] = []
    for group in read.groups:
        portion.append(group)
        if group.end - portion[0].first >= _AT_ONCE:
            yield portion
            portion = []
    if portion:
        yield portion
