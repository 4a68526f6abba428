"""How long it takes from an event's arrival until features know of it."""

import threading
from collections import deque
from collections.abc import Iterable

import msgspec
import numpy as np

KEPT = 10_000


class FeatureFreshness(msgspec.Struct, frozen=True):
    """Seconds, over the last events that this process has seen become features; None before the
    first."""

    events: int
    p50: float | None = None
    p99: float | None = None
    slowest: float | None = None


class FreshnessMeter:
    """Keeps the last delays; any thread may ask."""

    def __init__(self) -> None:
        self._delays: deque[float] = deque(maxlen=KEPT)
        self._lock = threading.Lock()

    def note(self, seconds: Iterable[float]) -> None:
        with self._lock:
            self._delays.extend(seconds)

    def read(self) -> FeatureFreshness:
        with self._lock:
            delays = np.array(self._delays)
        if not len(delays):
            return FeatureFreshness(0)
        p50, p99, slowest = (round(float(v), 3) for v in np.percentile(delays, [50, 99, 100]))
        return FeatureFreshness(len(delays), p50, p99, slowest)
