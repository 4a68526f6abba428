"""The stages of one request: how long each took, and which a fallback stood in for."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from time import perf_counter

from app.search.schemas import Timings
from indexing.errors import EncoderAway
from ranking.errors import ModelRefused, ScorerUnavailable

logger = logging.getLogger(__name__)

TIME_BUDGET = 0.5
"""Seconds of work after which a stage that the answer can do without is no longer begun. Waiting
for a thread does not count: it says nothing of the parts that the budget is a guard against, and a
busy hour would else be answered without the model, which takes a few milliseconds."""

NO_BUDGET = float("inf")
"""For those whom nobody waits for, such as measurements."""


class Stages:
    """One request's stopwatch; a stage that is entered twice adds up."""

    def __init__(self, budget: float = TIME_BUDGET, accepted: float | None = None) -> None:
        """`accepted` is when the request was, by `perf_counter`, now unless it is given: `total`
        counts from then on, and what has gone by since is the stage `wait`. The budget counts from
        now on."""
        self._started = perf_counter()
        self._accepted = self._started if accepted is None else accepted
        self._budget = budget
        self._spent: dict[str, float] = {}
        self._degraded: dict[str, None] = {}

    @property
    def degraded(self) -> tuple[str, ...]:
        return tuple(self._degraded)

    def degrade(self, stage: str) -> None:
        self._degraded[stage] = None

    def fall_back(self, stage: str, error: Exception) -> None:
        """A service that is away is told in one line: every search meets it as long as it is."""
        if isinstance(error, EncoderAway | ScorerUnavailable | ModelRefused):
            logger.warning("stage %s: %s; its fallback answers", stage, error)
        else:
            logger.error("stage %s failed; its fallback answers", stage, exc_info=error)
        self.degrade(stage)

    def in_time(self, stage: str) -> bool:
        """Whether the stage may still begin; one that may not is degraded."""
        if perf_counter() - self._started <= self._budget:
            return True
        self.degrade(stage)
        return False

    @contextmanager
    def timed(self, stage: str) -> Iterator[None]:
        begun = perf_counter()
        try:
            yield
        finally:
            self._spent[stage] = self._spent.get(stage, 0.0) + perf_counter() - begun

    @contextmanager
    def optional(self, stage: str) -> Iterator[None]:
        """A stage whose failure leaves what was there before it."""
        with self.timed(stage):
            try:
                yield
            except Exception as error:  # whatever it was, the fallback answers
                self.fall_back(stage, error)

    def timings(self) -> Timings:
        spent = {"wait": self._started - self._accepted, **self._spent}
        told = {name: round(seconds * 1e3, 3) for name, seconds in spent.items()}
        return Timings(**told, total=round((perf_counter() - self._accepted) * 1e3, 3))
