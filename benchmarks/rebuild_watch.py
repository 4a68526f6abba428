"""Looks at a service and its rebuild from outside, ten times a second, so that looking costs the
service nothing: memory in /proc, the task in PostgreSQL, the pointer to the live collection."""

import time
from pathlib import Path
from time import perf_counter, sleep

import msgspec
import psutil
from sqlalchemy import Engine

from app.reindex.rebuild import Progress
from app.tasks.repository import Task, read_task
from benchmarks.rebuild_result import MemorySample, Rebuild, Span
from indexing.edge_collections import POINTER_FILE

_EVERY_SECONDS = 0.1
_PATIENCE_SECONDS = 7_200.0
_FIRST_STEP = "begin"
"""Until the first progress is noted: the encoder is loaded and the collection made."""

_LAST_STEP = "done"
_SETTLING = "indexing.edge_settle"


class RebuildStuck(Exception):
    """A rebuild has not ended in all the time that it was given."""


class Watch:
    """Of one service on the embedded databases."""

    def __init__(self, service_pid: int, engine: Engine, data_dir: Path) -> None:
        self._service = psutil.Process(service_pid)
        self._engine = engine
        self._pointer = data_dir / "index" / POINTER_FILE
        self.memory: list[MemorySample] = []

    def wait(self, seconds: float) -> None:
        ended = perf_counter() + seconds
        while perf_counter() < ended:
            self._look()

    def follow(self, task_id: int, asked_at: float, items: int) -> Rebuild:
        """Until the task has ended. Raises `RebuildStuck`."""
        begins: list[tuple[str, float]] = [(_FIRST_STEP, asked_at)]
        while perf_counter() - asked_at < _PATIENCE_SECONDS:
            self._look()
            with self._engine.connect() as connection:
                task = read_task(connection, task_id)
            step = _progress(task).phase if task.progress else _FIRST_STEP
            if step not in (begins[-1][0], _LAST_STEP):
                begins.append((step, perf_counter()))
            if task.ended:
                return self._rebuild(task, begins, items)
        raise RebuildStuck(f"task {task_id} has not ended in {_PATIENCE_SECONDS:g} s")

    def _rebuild(self, task: Task, begins: list[tuple[str, float]], items: int) -> Rebuild:
        ended = perf_counter()
        ends = [begun for _, begun in begins[1:]] + [ended]
        steps = [Span(name, begun, end) for (name, begun), end in zip(begins, ends, strict=True)]
        return Rebuild(
            whole=Span("rebuild", begins[0][1], ended),
            switched=self._switched() if task.status == "succeeded" else None,
            steps=tuple(steps),
            status=task.status,
            errors=tuple(str(error.get("reason", error)) for error in task.errors),
            items=items,
            gates=_progress(task).gates if task.progress else (),
        )

    def _switched(self) -> float:
        """The file is written the moment before the process takes the new collection over."""
        return perf_counter() - (time.time() - self._pointer.stat().st_mtime)

    def _look(self) -> None:
        memory = self._service.memory_info()
        resident, own = _megabytes(memory.rss), _megabytes(memory.rss - memory.shared)
        self.memory.append(MemorySample(perf_counter(), resident, own, self._settling()))
        sleep(_EVERY_SECONDS)

    def _settling(self) -> float:
        held = 0
        for child in self._service.children():
            try:
                # Between fork and exec a child still passes for the service itself.
                if _SETTLING in child.cmdline():
                    held += child.memory_info().rss
            except psutil.NoSuchProcess:
                continue
        return _megabytes(held)


def _progress(task: Task) -> Progress:
    return msgspec.convert(task.progress, Progress)


def _megabytes(held: int) -> float:
    return round(held / 2**20, 1)
