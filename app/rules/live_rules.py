"""The rule set that is live in this process, which Postgres tells of changes; it asks, too."""

import contextlib
import gc
import logging
import threading
import time
from collections.abc import Iterator

import msgspec
import psycopg
from sqlalchemy import Connection, Engine

from app.rules.publications import CHANNEL, live_version, standing_versions
from app.rules.versions import rules_of
from rules.errors import InvalidRules
from rules.model import Rule
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
    return RuleSetReader().read(connection, version)


class RuleSetReader:
    """Reads one version after the other; what stands in the last one, too, is not read again."""

    def __init__(self) -> None:
        self._known: dict[bytes, Rule] = {}
        """By its JSON form."""

    def read(self, connection: Connection, version: int) -> RuleSet:
        """Raises `InvalidRules` for a version that this release cannot read."""
        given = rules_of(connection, version)
        with _uncollected():
            texts = [msgspec.json.encode(rule, order="sorted") for rule in given]
            new = {
                text: rule
                for text, rule in zip(texts, given, strict=True)
                if text not in self._known
            }
            parsed = dict(zip(new, parse_checked_rules(list(new.values())), strict=True))
            read = self._known | parsed
            known = {text: read[text] for text in texts}
            rule_set = RuleSet(version, tuple(known.values()))
        self._known = known
        return rule_set


@contextlib.contextmanager
def _uncollected() -> Iterator[None]:
    """A hundred thousand new objects, all to be kept, have the collector look at everything again
    and again, which takes a third of the time that it takes to make them."""
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


class LiveRules:
    """Each request takes one reference and keeps it throughout."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._live = RuleSet()
        self._reader = RuleSetReader()
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
                    self._live = self._reader.read(connection, version)
                except InvalidRules as error:
                    self._refuse(connection, version, error)
                    return
            self._refused = None

    def _refuse(self, connection: Connection, version: int, error: InvalidRules) -> None:
        if not self._live.version:
            self._live = _newest_readable(connection, version)
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


def _newest_readable(connection: Connection, refused: int) -> RuleSet:
    """Of what was live before; without rules where there is none."""
    for version in dict.fromkeys(reversed(standing_versions(connection))):
        if version == refused:
            continue
        try:
            return load_rule_set(connection, version)
        except InvalidRules as error:
            logger.error("rule set %s, which was live before, is not usable: %s", version, error)
    return RuleSet()
