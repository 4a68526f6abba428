"""Threads that keep something coming to a service while something else is measured; used by the
benchmarks of rebuilds and of events."""

from abc import ABC, abstractmethod
from threading import Event, Thread
from time import perf_counter
from types import TracebackType
from typing import Self


class Crew(ABC):
    """A context manager: each thread works as long as the block runs, and is waited for at its
    end."""

    def __init__(self, threads: int) -> None:
        self._finished = Event()
        self._begun = 0.0
        """When the block was entered, by `perf_counter`."""
        self._threads = [Thread(target=self._work, daemon=True) for _ in range(threads)]

    def __enter__(self) -> Self:
        self._begun = perf_counter()
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._finished.set()
        for thread in self._threads:
            thread.join()

    @abstractmethod
    def _work(self) -> None:
        """Until `_finished` is set; runs in each thread."""
