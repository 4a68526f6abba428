"""Lets go of counts that no window reaches back to any more."""

from datetime import datetime

from sqlalchemy import Connection, delete

from app.db.tables import behaviour_counts
from ranking.behaviour import BEHAVIOUR

KEPT_DAYS = max(BEHAVIOUR.definitions.windows) + 10


def forget_old_counts(connection: Connection, before: datetime) -> None:
    connection.execute(delete(behaviour_counts).where(behaviour_counts.c.bucket < before))
