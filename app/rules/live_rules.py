"""The rule set that is live in this process, which Postgres tells of changes; it asks, too."""

import contextlib
import logging
import threading
import time

import psycopg
from sqlalchemy import Connection, Engine

from app.rules.versions import CHANNEL, live_version, read_version, standing_versions
from rules.errors import InvalidRules
from rules.parse import parse_checked_rules
from rules.ruleset import RuleSet

logger = logging.getLogger(__name__)
POLL_SECONDS = 0.5
"""Between two looks without being told: finds what was scheduled, and what was told to nobody."""

AFTER_FAILURE_SECONDS = 5.0
"""Between two tries to be told again."""

CONNECT_SECONDS = 3
"""So long a try may take, during which nobody asks."""


def load_rule_set(connection: Connection, version: int) -> RuleSet:
    """Raises `InvalidRules` for a version that this release cannot read."""
    return RuleSet(version, parse_checked_rules(read_version(connection, version)))


class LiveRules:
    """Each request takes one reference and keeps it throughout."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._live = RuleSet()
        self._refused: int | None = None
        """The version that should be live and cannot be read."""

    def current(self) -> RuleSet:
        return self._live

    @property
    def problem(self) -> str | None:
        """Why the rules that are used here are not those that were published last."""
        if self._refused is None:
            return None
        used = f"version {self._live.version} is used" if self._live.version else "none are used"
        return f"version {self._refused} of the rules cannot be read by this release; {used}"

    def refresh(self) -> None:
        """Take over another version; one that this release cannot read leaves the old one live, or
        where there is none, as when the process starts, the newest before it that can be read."""
        with self._engine.connect() as connection:
            version = live_version(connection)
            if version == self._refused:
                return
            if version != self._live.version:
                try:
                    self._live = load_rule_set(connection, version)
                except InvalidRules as error:
                    self._refuse(connection, version, error)
                    return
            self._refused = None

    def _refuse(self, connection: Connection, version: int, error: InvalidRules) -> None:
        if not self._live.version:
            self._live = _newest_readable(connection)
        self._refused = version
        logger.error(
            "rule set %s is not usable, %s stays live: %s", version, self._live.version, error
        )

    def follow(self, stop: threading.Event) -> None:
        """Refresh until told to stop; runs in a thread of its own. While Postgres is away, what
        was live stays so."""
        while not stop.is_set():
            try:
                self._listen(stop)
            except Exception:  # whatever took the connection away, another is made
                logger.exception("cannot listen for new rules; asking for them and trying again")
                self._ask(stop)

    def _ask(self, stop: threading.Event) -> None:
        """Look without being told, until it is time to try and listen again."""
        over = time.monotonic() + AFTER_FAILURE_SECONDS
        while time.monotonic() < over and not stop.wait(POLL_SECONDS):
            # Where Postgres is away this fails as listening did, which was logged.
            with contextlib.suppress(Exception):
                self.refresh()

    def _listen(self, stop: threading.Event) -> None:
        url = self._engine.url.set(drivername="postgresql")
        with psycopg.connect(
            url.render_as_string(hide_password=False),
            autocommit=True,
            connect_timeout=CONNECT_SECONDS,
        ) as connection:
            connection.execute(f"listen {CHANNEL}")
            while not stop.is_set():
                # Of several that came at once the last look sees all.
                for _ in connection.notifies(timeout=POLL_SECONDS, stop_after=1):
                    pass
                if not stop.is_set():
                    self.refresh()


def _newest_readable(connection: Connection) -> RuleSet:
    """Of what was live before; without rules where there is none."""
    live, *before = reversed(standing_versions(connection))
    for version in dict.fromkeys(before):
        if version == live:
            continue
        try:
            return load_rule_set(connection, version)
        except InvalidRules as error:
            logger.error("rule set %s, which was live before, is not usable: %s", version, error)
    return RuleSet()
