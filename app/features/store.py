"""What the pipeline reads about items: facts for ranking and the items themselves, from Postgres
through a cache in this process that follows the changes."""

import threading
from collections.abc import Sequence
from itertools import islice
from typing import TypeVar

from sqlalchemy import Engine

from app.following import keep_refreshing
from app.items.repository import StoredItem, iterate_items, next_horizon, read_items
from ranking.facts import ItemFacts, facts_of

Value = TypeVar("Value")
CACHED_FACTS = 250_000
CACHED_ITEMS = 50_000
REFRESH_SECONDS = 0.5


class FeatureStore:
    """Reads through to Postgres; `follow` keeps what is cached at most a second behind it."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._facts: dict[int, ItemFacts] = {}
        self._items: dict[int, StoredItem] = {}
        self._lock = threading.Lock()
        self._seen_transaction = 0

    def warm_up(self) -> int:
        """Read as many items as the cache holds, so that the first requests do not wait for
        them; returns how many."""
        return self._read(limit=CACHED_FACTS)

    def facts(self, keys: Sequence[int]) -> list[ItemFacts | None]:
        """In the order of the keys; None for an item that Postgres does not have."""
        missing = [key for key in keys if key not in self._facts]
        if missing:
            self._load(missing)
        return [self._facts.get(key) for key in keys]

    def items(self, keys: Sequence[int]) -> list[StoredItem | None]:
        """In the order of the keys; None for an item that Postgres does not have."""
        missing = [key for key in keys if key not in self._items]
        if missing:
            self._load(missing)
        return [self._items.get(key) for key in keys]

    def refresh(self) -> int:
        """Read what changed since the last call; returns how many rows were read."""
        return self._read(limit=None)

    def follow(self, stop: threading.Event) -> None:
        """Refresh until told to stop; runs in a thread of its own."""
        keep_refreshing(self.refresh, "items", REFRESH_SECONDS, stop)

    def _read(self, limit: int | None) -> int:
        with self._engine.connect() as connection:
            horizon = next_horizon(connection)
            changed = iterate_items(connection, self._seen_transaction)
            count = 0
            for stored in islice(changed, limit):
                self._keep(stored)
                count += 1
        self._seen_transaction = horizon
        return count

    def _load(self, keys: Sequence[int]) -> None:
        with self._engine.connect() as connection:
            for stored in read_items(connection, keys):
                self._keep(stored)

    def _keep(self, stored: StoredItem) -> None:
        with self._lock:
            known = self._items.get(stored.key)
            if known is not None and known.version >= stored.version:
                return
            _put(self._items, stored.key, stored, CACHED_ITEMS)
            _put(self._facts, stored.key, facts_of(stored.key, stored.item), CACHED_FACTS)


def _put(cache: dict[int, Value], key: int, value: Value, limit: int) -> None:
    """The oldest entry makes room; a dict keeps the order in which keys came."""
    if key not in cache and len(cache) >= limit:
        cache.pop(next(iter(cache)), None)
    cache[key] = value
