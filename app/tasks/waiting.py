"""Waits for a task to end without holding a thread."""

import asyncio
from collections.abc import Callable
from concurrent.futures import Executor
from time import monotonic

from sqlalchemy import Engine

from app.tasks.repository import Task, read_task

LOOK_SECONDS = 0.05
MAX_WAIT_SECONDS = 30.0


async def wait_for(
    engine: Engine, threads: Executor, task: Task, seconds: float = MAX_WAIT_SECONDS
) -> Task:
    """The task as it is when it has ended, or after so long."""
    until = monotonic() + seconds
    pause = LOOK_SECONDS
    while not task.ended and monotonic() < until:
        await asyncio.sleep(pause)
        pause = min(pause * 1.2, 0.5)
        task = await look(engine, threads, task.id)
    return task


async def look(engine: Engine, threads: Executor, task_id: int) -> Task:
    """Raises `TaskNotFound`."""

    def read() -> Task:
        with engine.connect() as connection:
            return read_task(connection, task_id)

    reading: Callable[[], Task] = read
    return await asyncio.get_running_loop().run_in_executor(threads, reading)
