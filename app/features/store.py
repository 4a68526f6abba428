"""What the pipeline reads about items: facts for ranking and the items themselves, from Postgres
through a cache in this process that follows the changes."""

import threading
from collections.abc import Sequence
from typing import TypeVar

from sqlalchemy import Engine

from app.catalogue.columns import CatalogueColumns
from app.following import keep_refreshing
from app.items.repository import (
    StoredItem,
    StoredRow,
    iterate_rows,
    next_horizon,
    read_attribute,
    read_items,
)
from indexing.documents import AttributeValue
from ranking.facts import ItemFacts, facts_of

Value = TypeVar("Value")
CACHED_FACTS = 250_000
CACHED_ITEMS = 50_000
REFRESH_SECONDS = 0.5

_Entry = tuple[int, Value | None]
"""A version with what it is; None for an item that is gone."""

_ABSENT: tuple[int, None] = (0, None)


class FeatureStore:
    """Reads through to Postgres; `follow` keeps what is cached at most a second behind it."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self.columns = CatalogueColumns(self._read_attribute)
        self._facts: dict[int, _Entry[ItemFacts]] = {}
        self._items: dict[int, _Entry[StoredItem]] = {}
        self._lock = threading.Lock()
        self._reading = threading.Lock()
        self._seen_transaction = 0

    def warm_up(self) -> int:
        """Read the catalogue, so that the first requests do not wait for it; returns how many
        items there are."""
        return self.refresh()

    def facts(self, keys: Sequence[int]) -> list[ItemFacts | None]:
        """In the order of the keys; None for an item that Postgres does not have."""
        missing = [key for key in keys if key not in self._facts]
        if missing:
            self._load(missing)
        return [self._facts.get(key, _ABSENT)[1] for key in keys]

    def items(self, keys: Sequence[int]) -> list[StoredItem | None]:
        """In the order of the keys; None for an item that Postgres does not have."""
        missing = [key for key in keys if key not in self._items]
        if missing:
            self._load(missing)
        return [self._items.get(key, _ABSENT)[1] for key in keys]

    def refresh(self) -> int:
        """Read what changed since the last call; returns how many rows were read."""
        with self._reading, self._engine.connect() as connection:
            horizon = next_horizon(connection)
            count = 0
            for row in iterate_rows(connection, self._seen_transaction):
                self._keep(row)
                count += 1
            self._seen_transaction = horizon
        return count

    def catalogue(self) -> CatalogueColumns:
        """All of it, whether or not anything was read before."""
        if not self._seen_transaction:
            self.refresh()
        return self.columns

    def follow(self, stop: threading.Event) -> None:
        """Refresh until told to stop; runs in a thread of its own."""
        keep_refreshing(self.refresh, "items", REFRESH_SECONDS, stop)

    def _read_attribute(self, name: str) -> list[tuple[int, AttributeValue]]:
        with self._engine.connect() as connection:
            return read_attribute(connection, name)

    def _load(self, keys: Sequence[int]) -> None:
        with self._engine.connect() as connection:
            for stored in read_items(connection, keys):
                self._keep(StoredRow(stored.key, stored.version, stored.item))

    def _keep(self, row: StoredRow) -> None:
        """What is gone is kept as such, so that nothing asks Postgres for it again and again."""
        stored = None if row.item is None else StoredItem(row.key, row.version, row.item)
        facts = None if row.item is None else facts_of(row.key, row.item)
        with self._lock:
            _put(self._items, row.key, (row.version, stored), CACHED_ITEMS)
            _put(self._facts, row.key, (row.version, facts), CACHED_FACTS)
        self.columns.put(row.key, row.version, row.item)


def _put(cache: dict[int, _Entry[Value]], key: int, entry: _Entry[Value], limit: int) -> None:
    """Unless a newer version is there. The oldest entry makes room; a dict keeps the order in
    which keys came."""
    known = cache.get(key)
    if known is None and len(cache) >= limit:
        cache.pop(next(iter(cache)), None)
    if known is None or known[0] < entry[0]:
        cache[key] = entry
