"""How often something that costs the more the larger the shop is, is done again."""

import time
from collections.abc import Callable

LEAST_SECONDS = 30.0
SHARE = 0.05
"""Of one core at most: what takes ten seconds is done every two hundred."""

SOON_SECONDS = 1.0
"""After there was nothing yet."""


class Pace:
    """Tells when it is time again."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._next = clock()

    def due(self) -> bool:
        return self._clock() >= self._next

    def note(self, seconds: float, empty: bool = False) -> None:
        """It was done, and took so long; `empty`: it found nothing."""
        pause = SOON_SECONDS if empty else max(LEAST_SECONDS, seconds / SHARE)
        self._next = self._clock() + pause
