"""Spares callers the waiting for a service that is away; used by the adapters that ask one."""

from collections.abc import Callable
from threading import Lock
from time import monotonic

FIRST_PAUSE = 0.5
LONGEST_PAUSE = 5.0


class Breaker:
    """After a failure nobody asks for a pause, which doubles with each further failure; when it is
    over, one caller tries, and the others still do not until that one has succeeded."""

    def __init__(
        self,
        first: float = FIRST_PAUSE,
        longest: float = LONGEST_PAUSE,
        clock: Callable[[], float] = monotonic,
    ) -> None:
        self._first = first
        self._longest = longest
        self._clock = clock
        self._pause = 0.0
        self._until = 0.0
        self._trying = False
        self._lock = Lock()

    def allows(self) -> bool:
        """Whether to ask now; whoever does says by one of the others how it went."""
        with self._lock:
            if not self._pause:
                return True
            now = self._clock()
            if now < self._until:
                return False
            # Also so long nobody else tries, should the caller never tell.
            self._until = now + self._pause
            self._trying = True
            return True

    def succeeded(self) -> None:
        with self._lock:
            self._pause = 0.0
            self._trying = False

    def failed(self) -> None:
        with self._lock:
            # What was under way when the first one failed fails with it, and is no further failure.
            if self._pause and not self._trying:
                return
            self._pause = min(self._pause * 2 or self._first, self._longest)
            self._until = self._clock() + self._pause
            self._trying = False
