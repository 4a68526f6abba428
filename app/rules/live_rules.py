"""The rule set that is live in this process, which Postgres tells of changes; it asks, too."""

import logging
import threading

import psycopg
from sqlalchemy import Connection, Engine

from app.rules.versions import CHANNEL, live_version, read_version
from rules.errors import InvalidRules
from rules.parse import parse_checked_rules
from rules.ruleset import RuleSet

logger = logging.getLogger(__name__)
POLL_SECONDS = 0.5
"""Between two looks without being told: finds what was scheduled, and what was told to nobody."""

AFTER_FAILURE_SECONDS = 5.0


def load_rule_set(connection: Connection, version: int) -> RuleSet:
    """Raises `InvalidRules` for a version that this release cannot read."""
    return RuleSet(version, parse_checked_rules(read_version(connection, version)))


class LiveRules:
    """Each request takes one reference and keeps it throughout."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._live = RuleSet()
        self._refused: int | None = None

    def current(self) -> RuleSet:
        return self._live

    def refresh(self) -> None:
        """Take over another version; one that this release cannot read leaves the old one live."""
        with self._engine.connect() as connection:
            version = live_version(connection)
            if version in (self._live.version, self._refused):
                return
            try:
                self._live = load_rule_set(connection, version)
                self._refused = None
            except InvalidRules as error:
                self._refused = version
                logger.error(
                    "rule set %s is not usable, %s stays live: %s",
                    version,
                    self._live.version,
                    error,
                )

    def follow(self, stop: threading.Event) -> None:
        """Refresh until told to stop; runs in a thread of its own. While Postgres is away, what
        was live stays so."""
        while not stop.is_set():
            try:
                self._listen(stop)
            except Exception:  # whatever took the connection away, another is made
                logger.exception("cannot listen for new rules; trying again")
                stop.wait(AFTER_FAILURE_SECONDS)

    def _listen(self, stop: threading.Event) -> None:
        url = self._engine.url.set(drivername="postgresql")
        with psycopg.connect(
            url.render_as_string(hide_password=False), autocommit=True
        ) as connection:
            connection.execute(f"listen {CHANNEL}")
            while not stop.is_set():
                # Of several that came at once the last look sees all.
                for _ in connection.notifies(timeout=POLL_SECONDS, stop_after=1):
                    pass
                if not stop.is_set():
                    self.refresh()
