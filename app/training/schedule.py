"""Asks for a training every so often: `ENDCAP_TRAIN_EVERY`."""

import threading
from datetime import timedelta

import msgspec
from sqlalchemy import Connection, Engine, func, select

from app.db.locks import Lock, take_turn
from app.db.tables import tasks
from app.following import keep_refreshing
from app.tasks.repository import ENDED, create_task
from app.training.request import TrainingRequest

LOOK_SECONDS = 15.0
ACTOR = "the schedule"


class TrainingSchedule:
    """The last training that is in Postgres says when the next is due, so that neither a restart
    nor a second process begins the count anew. The first is due at once."""

    def __init__(self, engine: Engine, every: timedelta, request: TrainingRequest) -> None:
        self._engine = engine
        self._every = every
        self._request = request

    def look(self) -> int | None:
        """The task of a training that was due; None where none is."""
        with self._engine.begin() as connection:
            take_turn(connection, Lock.TRAINING_SCHEDULE)
            if not self._due(connection):
                return None
            return create_task(
                connection, "models.train", ACTOR, msgspec.to_builtins(self._request)
            )

    def follow(self, stop: threading.Event) -> None:
        """Look until told to stop; runs in a thread of its own."""
        keep_refreshing(self.look, "trainings that are due", LOOK_SECONDS, stop)

    def _due(self, connection: Connection) -> bool:
        recent = (
            select(func.count())
            .select_from(tasks)
            .where(
                tasks.c.kind == "models.train",
                (tasks.c.created_at > func.clock_timestamp() - self._every)
                | tasks.c.status.not_in(ENDED),
            )
        )
        return connection.execute(recent).scalar_one() == 0
