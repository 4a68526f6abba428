"""Forgets what nobody needs any more, once an hour; every process does, and none minds another."""

import threading
from datetime import UTC, datetime, timedelta

from sqlalchemy import Engine

from app.events.contract import retention_days
from app.events.forgetting import forget_old
from app.features.housekeeping import KEPT_DAYS, forget_old_counts
from app.following import keep_refreshing
from app.items.dead_letters import forget_letters
from app.items.ledger import forget_minutes
from app.items.repository import forget_deleted
from app.rules.usage import KEPT_DAYS as USAGE_DAYS
from app.rules.usage import forget_usage
from app.tasks.hook_deliveries import forget_deliveries
from app.tasks.repository import end_abandoned, forget_tasks
from app.webhooks.deliveries import forget_webhooks
from indexing.contract import item_contract

EVERY_SECONDS = 3600.0
TASK_DAYS = 30
WEBHOOK_DAYS = 30
MINUTE_DAYS = 90
TOMBSTONE_DAYS = 30
"""So long an older change of a deleted item is known to be older."""

SILENT_SECONDS = 600.0
"""After which a task that was receiving changes was cut off."""


class Housekeeper:
    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def tidy(self) -> None:
        letters = int(item_contract().promise("dead-letters").value)
        with self._engine.begin() as connection:
            end_abandoned(connection, SILENT_SECONDS)
            forget_tasks(connection, TASK_DAYS)
            forget_deliveries(connection, TASK_DAYS)
            forget_webhooks(connection, WEBHOOK_DAYS)
            forget_minutes(connection, MINUTE_DAYS)
            forget_letters(connection, letters)
            forget_deleted(connection, TOMBSTONE_DAYS)
            forget_usage(connection, USAGE_DAYS)
            forget_old(connection, retention_days())
            forget_old_counts(connection, datetime.now(UTC) - timedelta(days=KEPT_DAYS))

    def follow(self, stop: threading.Event) -> None:
        """Tidy until told to stop; runs in a thread of its own."""
        keep_refreshing(self.tidy, "things to forget", EVERY_SECONDS, stop)
