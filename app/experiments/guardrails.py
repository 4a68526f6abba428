"""Stops an experiment by itself when an arm is clearly slower or emptier than the first one;
looked at every few seconds by the worker."""

import logging
import math
import threading
from collections.abc import Sequence
from time import monotonic

from sqlalchemy import Connection, Engine

from app.experiments.errors import WrongState
from app.experiments.model import Experiment, Guardrails
from app.experiments.outcomes import ArmHealth, read_health
from app.experiments.repository import read_running, stop
from app.following import keep_refreshing

logger = logging.getLogger(__name__)
LOOK_SECONDS = 5.0
RESTS = 20
SLOWEST = 0.99
ACTOR = "a guardrail"
CERTAIN = 3.09
"""Standard errors: by chance alone, one look in a thousand is so far off. An experiment is looked
at many times, so that 1.96 would stop most that have nothing wrong with them."""


class ExperimentGuard:
    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._rest_until = 0.0

    def look(self) -> None:
        """Check, but spend no more than a twentieth of the time on it: the searches of a long
        experiment are many."""
        begun = monotonic()
        if begun >= self._rest_until:
            self.check()
            self._rest_until = monotonic() + RESTS * (monotonic() - begun)

    def check(self) -> None:
        """Stop what is broken; the reason is kept with the experiment and in the audit."""
        with self._engine.connect() as connection:
            broken = {
                experiment.key: reason
                for experiment in read_running(connection)
                if experiment.guardrails.any
                and (reason := broken_guardrail(connection, experiment)) is not None
            }
        for key, reason in broken.items():
            logger.warning("experiment %s is stopped: %s", key, reason)
            try:
                with self._engine.begin() as connection:
                    stop(connection, key, reason, None, ACTOR)
            except WrongState:  # another worker, or a person, was faster
                logger.info("experiment %s was stopped already", key)

    def follow(self, stop: threading.Event) -> None:
        """Look until told to stop; runs in a thread of its own."""
        keep_refreshing(self.look, "broken guardrails", LOOK_SECONDS, stop)


def broken_guardrail(connection: Connection, experiment: Experiment) -> str | None:
    """Why the experiment should stop; None where nothing is amiss, or too little is known."""
    counted = read_health(connection, experiment, (SLOWEST,))
    first_name = experiment.arms[0].name
    if first_name not in counted:
        return None
    # How sure a quantile is depends on how many searches it was taken of, so it is read again.
    quantiles = {name: quantile_bounds(SLOWEST, arm.searches) for name, arm in counted.items()}
    wanted = tuple(sorted({q for bounds in quantiles.values() for q in bounds}))
    health = read_health(connection, experiment, wanted)
    for arm in experiment.arms[1:]:
        if arm.name not in counted or arm.name not in health or first_name not in health:
            continue
        slow = health[arm.name].times_ms.get(quantiles[arm.name][0])
        base = health[first_name].times_ms.get(quantiles[first_name][1])
        reasons: Sequence[str | None] = (
            _empty(experiment.guardrails, counted[arm.name], counted[first_name]),
            _slow(experiment.guardrails, counted[arm.name], counted[first_name], slow, base),
        )
        for reason in reasons:
            if reason is not None:
                return f"arm {arm.name}: {reason}"
    return None


def quantile_bounds(quantile: float, count: int) -> tuple[float, float]:
    """Between these two quantiles of a sample lies the true one, as surely as `CERTAIN` says: the
    number of values below it is binomial."""
    margin = CERTAIN * math.sqrt(quantile * (1 - quantile) / max(count, 1))
    return max(quantile - margin, 0.0), min(quantile + margin, 1.0)


def _empty(guardrails: Guardrails, arm: ArmHealth, first: ArmHealth) -> str | None:
    allowed = guardrails.empty_rate_increase
    if allowed is None or min(arm.searches, first.searches) < guardrails.min_searches:
        return None
    increase = arm.empty_rate - first.empty_rate
    if increase <= allowed or increase <= CERTAIN * math.sqrt(_noise(arm) + _noise(first)):
        return None
    return (
        f"{arm.empty_rate:.2%} of {arm.searches} searches found nothing, {first.empty_rate:.2%} "
        f"of {first.searches} in the first arm; {allowed:.2%} more are allowed"
    )


def _slow(
    guardrails: Guardrails,
    arm: ArmHealth,
    first: ArmHealth,
    slow: float | None,
    base: float | None,
) -> str | None:
    """`slow` is the least that the arm's slowest hundredth may take, `base` the most that the
    first arm's may."""
    allowed = guardrails.p99_ms_ratio
    if allowed is None or min(arm.searches, first.searches) < guardrails.min_searches:
        return None
    if slow is None or base is None or slow <= allowed * base:
        return None
    return (
        f"the slowest hundredth of {arm.searches} searches takes {arm.times_ms[SLOWEST]:.1f} ms, "
        f"{first.times_ms[SLOWEST]:.1f} ms in the first arm; {allowed:g} times as long is allowed"
    )


def _noise(arm: ArmHealth) -> float:
    """The variance of a rate; one imagined search of each outcome keeps it from being 0."""
    rate = (arm.empty + 1) / (arm.searches + 2)
    return rate * (1 - rate) / (arm.searches + 2)
