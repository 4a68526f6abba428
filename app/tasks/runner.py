"""Runs the tasks that are more than changes on their way to the index; each in one process at a
time, and again where that process has died."""

import logging
import threading
from collections.abc import Callable, Mapping
from typing import Any

from sqlalchemy import Connection, Engine, text

from app.following import keep_refreshing
from app.tasks.repository import (
    ENDED,
    Kind,
    Task,
    cancel_requested,
    close_task,
    finish_task,
    note_progress,
    read_task,
    start_task,
    unfinished,
)
from indexing.errors import IndexingError

logger = logging.getLogger(__name__)
LOOK_SECONDS = 0.5
_LOCKS = 1 << 61
"""Above the locks of items: the locks of single tasks."""


class TaskFailed(Exception):
    """What a task raises to fail with a reason that its owner can read."""


class TaskCanceled(Exception):
    """Raised by `Run.step` where somebody has asked for it."""


class Run:
    """One task as its work sees it."""

    def __init__(self, engine: Engine, task: Task, stop: threading.Event) -> None:
        self._engine = engine
        self._stop = stop
        self.task = task

    def step(self, progress: Mapping[str, Any] | None = None) -> None:
        """Call between two pieces of work: notes the progress, and raises `TaskCanceled` or,
        where the process ends, `Interrupted`."""
        if self._stop.is_set():
            raise Interrupted
        with self._engine.begin() as connection:
            if progress is not None:
                note_progress(connection, self.task.id, progress)
            if cancel_requested(connection, self.task.id):
                raise TaskCanceled


class Interrupted(Exception):
    """The process ends; the task stays as it is and is taken up again."""


Work = Callable[[Run], None]


class TaskRunner:
    """Takes up tasks of some kinds, one after another."""

    def __init__(self, engine: Engine, work: Mapping[Kind, Work]) -> None:
        self._engine = engine
        self._work = work

    def follow(self, stop: threading.Event) -> None:
        """Run what comes until told to stop; runs in a thread of its own."""
        keep_refreshing(lambda: self.run_waiting(stop), "tasks", LOOK_SECONDS, stop)

    def run_waiting(self, stop: threading.Event | None = None) -> int:
        """Run what waits now; returns how many tasks were taken up."""
        stop = stop or threading.Event()
        done = 0
        with self._engine.connect() as connection:
            waiting = unfinished(connection, tuple(self._work))
            connection.rollback()
            for task_id in waiting:
                if stop.is_set():
                    break
                # Held by this connection, not by a transaction: it ends with the process.
                if not _try_lock(connection, task_id):
                    continue
                try:
                    task = read_task(connection, task_id)
                    connection.rollback()
                    if task.status not in ENDED:
                        self._run(task, stop)
                        done += 1
                finally:
                    _unlock(connection, task_id)
        return done

    def _run(self, task: Task, stop: threading.Event) -> None:
        with self._engine.begin() as connection:
            start_task(connection, task.id)
        try:
            self._work[task.kind](Run(self._engine, task, stop))  # type: ignore[index]
        except Interrupted:
            return
        except TaskCanceled:
            self._finish(task.id, "canceled", None)
        except (TaskFailed, IndexingError) as error:
            # Both say in one line what is wrong, and what to do about it.
            self._finish(task.id, "failed", str(error))
        except Exception as error:  # a task that fails must not take the runner with it
            logger.exception("task %s (%s) failed", task.id, task.kind)
            self._finish(task.id, "failed", f"{type(error).__name__}: {error}"[:1_000])
        else:
            with self._engine.begin() as connection:
                close_task(connection, task.id)

    def _finish(self, task_id: int, status: Any, reason: str | None) -> None:
        with self._engine.begin() as connection:
            finish_task(connection, task_id, status, reason)


def _try_lock(connection: Connection, task_id: int) -> bool:
    lock = {"lock": _LOCKS + task_id}
    held = connection.execute(text("select pg_try_advisory_lock(:lock)"), lock).scalar_one()
    connection.commit()
    return bool(held)


def _unlock(connection: Connection, task_id: int) -> None:
    connection.execute(text("select pg_advisory_unlock(:lock)"), {"lock": _LOCKS + task_id})
    connection.commit()
