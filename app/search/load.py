"""How many searches this process answers at this moment; asked by the pipeline."""

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock


class Load:
    """Counts the searches under way."""

    def __init__(self) -> None:
        self._under_way = 0
        self._lock = Lock()

    @property
    def alone(self) -> bool:
        """Whether the search that asks is the only one."""
        return self._under_way <= 1

    @contextmanager
    def one_more(self) -> Iterator[None]:
        with self._lock:
            self._under_way += 1
        try:
            yield
        finally:
            with self._lock:
                self._under_way -= 1
