"""Waits for a task to end, or to change, without holding a thread."""

import asyncio
from collections.abc import AsyncIterator
from concurrent.futures import Executor
from time import monotonic

from sqlalchemy import Engine

from app.tasks.errors import TaskNotFound
from app.tasks.repository import Task, read_task

FIRST_LOOK_SECONDS = 0.05
LAST_LOOK_SECONDS = 0.5
MAX_WAIT_SECONDS = 30.0
ALIVE_SECONDS = 15.0
"""So often a stream without news says that it is there, or a proxy would close it."""


async def wait_for(
    engine: Engine, threads: Executor, task: Task, seconds: float = MAX_WAIT_SECONDS
) -> Task:
    """The task as it is when it has ended, or after so long."""
    until = monotonic() + seconds
    pause = FIRST_LOOK_SECONDS
    while not task.ended and monotonic() < until:
        await asyncio.sleep(pause)
        pause = min(pause * 1.2, LAST_LOOK_SECONDS)
        task = await _look(engine, threads, task.id)
    return task


async def changes_of(engine: Engine, threads: Executor, task: Task) -> AsyncIterator[Task | None]:
    """The task now and whenever it has changed, until it has ended or is forgotten; None where
    nothing has changed for a while."""
    yield task
    said = monotonic()
    while not task.ended:
        await asyncio.sleep(LAST_LOOK_SECONDS)
        try:
            latest = await _look(engine, threads, task.id)
        except TaskNotFound:
            return
        if latest != task:
            task = latest
            said = monotonic()
            yield task
        elif monotonic() - said > ALIVE_SECONDS:
            said = monotonic()
            yield None


async def _look(engine: Engine, threads: Executor, task_id: int) -> Task:
    """Raises `TaskNotFound`."""

    def read() -> Task:
        with engine.connect() as connection:
            return read_task(connection, task_id)

    return await asyncio.get_running_loop().run_in_executor(threads, read)
