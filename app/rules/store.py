"""Rule sets in Postgres, and the one that is live in this process."""

import logging
import threading
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Engine, func, select

from app.db.tables import rule_sets
from app.following import keep_refreshing
from rules.errors import InvalidRules
from rules.parse import parse_rules
from rules.ruleset import RuleSet, make_rule_set

logger = logging.getLogger(__name__)
POLL_SECONDS = 0.5


def save_rules(connection: Connection, raw: Sequence[Any]) -> int:
    """Store the rules as a new version, which is live once committed; returns its number.
    Raises `InvalidRules` for rules that could not be used."""
    parse_rules(list(raw))
    statement = rule_sets.insert().values(rules=list(raw)).returning(rule_sets.c.version)
    version: int = connection.execute(statement).scalar_one()
    return version


def load_rules(connection: Connection) -> RuleSet:
    """The newest version, or the empty set where none was ever saved."""
    row = connection.execute(
        select(rule_sets.c.version, rule_sets.c.rules).order_by(rule_sets.c.version.desc()).limit(1)
    ).first()
    return RuleSet() if row is None else make_rule_set(row.version, parse_rules(row.rules))


class LiveRules:
    """The rule set that requests see: each takes one reference and keeps it throughout."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._live = RuleSet()
        self._refused: int | None = None

    def current(self) -> RuleSet:
        return self._live

    def refresh(self) -> None:
        """Take over a newer version; one that this release cannot read leaves the old one live."""
        with self._engine.connect() as connection:
            newest = connection.execute(select(func.max(rule_sets.c.version))).scalar()
            if newest is None or newest in (self._live.version, self._refused):
                return
            try:
                self._live = load_rules(connection)
            except InvalidRules as error:
                self._refused = newest
                logger.error(
                    "rule set %s is not usable, %s stays live: %s",
                    newest,
                    self._live.version,
                    error,
                )

    def follow(self, stop: threading.Event) -> None:
        """Refresh until told to stop; runs in a thread of its own."""
        keep_refreshing(self.refresh, "rules", POLL_SECONDS, stop)
