"""The API keys that this process accepts, read from Postgres at most a second ago."""

import threading
from datetime import UTC, datetime
from time import monotonic

from sqlalchemy import Engine

from app.admin.api_keys import (
    ADMIN,
    ApiKey,
    KnownKey,
    digest_of,
    find_key,
    mark_used,
    usable_keys,
)

FRESH_SECONDS = 1.0
"""So long a key that was revoked may still be accepted."""

MISS_SECONDS = 0.05
"""So often Postgres is asked at most because of keys that are not known: one may be new, so
whoever brings one asks again after this time before they refuse it."""

USED_SECONDS = 60.0
"""So often it is written down that a key was used."""


class KeyRing:
    """`given` is a key with the scope `admin` that is in no database: from `ENDCAP_ADMIN_KEY`."""

    def __init__(self, engine: Engine, given: str | None = None) -> None:
        self._engine = engine
        self._given: list[KnownKey] = []
        if given is not None:
            key = ApiKey("environment", "ENDCAP_ADMIN_KEY", (ADMIN,), datetime.now(UTC), "")
            self._given.append(KnownKey(key, digest_of(given)))
        self._known: list[KnownKey] = []
        self._read_at = -FRESH_SECONDS
        self._used: dict[str, float] = {}
        self._lock = threading.Lock()

    def find(self, secret: str) -> ApiKey | None:
        """The key of this secret, None where it is unknown, revoked or expired."""
        for oldest in (FRESH_SECONDS, MISS_SECONDS):
            found = find_key(self._keys(oldest), secret, datetime.now(UTC))
            if found is not None:
                self._note_use(found)
                return found
        return None

    def forget(self) -> None:
        """Read again before the next answer; called where keys have changed."""
        with self._lock:
            self._read_at = -FRESH_SECONDS

    def _keys(self, oldest: float) -> list[KnownKey]:
        """Read at most `oldest` seconds ago."""
        with self._lock:
            if monotonic() - self._read_at >= oldest:
                began = monotonic()
                with self._engine.connect() as connection:
                    self._known = usable_keys(connection)
                self._read_at = began
            return [*self._given, *self._known]

    def _note_use(self, key: ApiKey) -> None:
        with self._lock:
            last = self._used.get(key.id)
            if last is not None and monotonic() - last < USED_SECONDS:
                return
            self._used[key.id] = monotonic()
        with self._engine.begin() as connection:
            mark_used(connection, [key.id])
