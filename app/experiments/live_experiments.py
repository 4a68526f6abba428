"""The experiments that run in this process: follows Postgres, keeps the arms' models and rules
loaded, and tells the pipeline what each request gets."""

import logging
import threading
from collections.abc import Callable
from datetime import datetime
from time import monotonic
from typing import NamedTuple

from sqlalchemy import Connection, Engine

from app.experiments.assignment import assign
from app.experiments.model import INTERLEAVED, Arm, Experiment
from app.experiments.planning import NO_MODEL
from app.experiments.repository import read_running
from app.following import keep_refreshing
from app.rules.errors import VersionNotFound
from app.rules.live_rules import load_rule_set
from app.search.exploration import Explorer
from app.search.lots import shopper_of, visit_lot
from app.search.treatment import UNTREATED, Rivals, Treatment
from indexing.queries import SearchQuery
from ranking.errors import ModelRefused
from ranking.scorer import RetrievalOrderScorer, Scorer
from rules.errors import InvalidRules
from rules.ruleset import RuleSet

logger = logging.getLogger(__name__)
POLL_SECONDS = 0.5
RETRY_SECONDS = 30.0
"""After an arm's model or rules could not be loaded."""


class ReadyArm(NamedTuple):
    """An arm with what it answers by; None stands for what is live."""

    scorer: Scorer | None
    rule_set: RuleSet | None


class Running(NamedTuple):
    experiment: Experiment
    ready: dict[str, ReadyArm]
    """By the arm's name."""

    def rivals(self, seed: int) -> Rivals | None:
        first, second = (self.ready[arm.name].scorer for arm in self.experiment.arms)
        return None if first is None or second is None else Rivals(first, second, seed)


class LiveExperiments:
    """A request takes one reference and keeps it. An experiment of which a part cannot be loaded
    here is not run here: all its shoppers get what is live, and none is counted."""

    def __init__(
        self,
        engine: Engine,
        load: Callable[[str], Scorer],
        explorer: Explorer,
    ) -> None:
        """`load` gives the scorer of a model's version, warmed up, and raises `ModelRefused`."""
        self._engine = engine
        self._load = load
        self._explorer = explorer
        self._running: tuple[Running, ...] = ()
        self._seen: frozenset[tuple[str, int]] = frozenset()
        self._problems: dict[str, str] = {}
        self._retry_at = float("inf")
        self._scorers: dict[str, Scorer] = {NO_MODEL: RetrievalOrderScorer()}

    def treat(self, query: SearchQuery, now: datetime) -> Treatment:
        """What this request gets; only shoppers who are named take part in anything."""
        running = self._running
        seed = self._explorer.seed(query, now)
        if not running and seed is None:
            return UNTREATED
        shopper = shopper_of(query)
        if not shopper:
            return UNTREATED
        treatment, arms = Treatment(explore_seed=seed), dict[str, str]()
        for entry in running:
            experiment = entry.experiment
            if experiment.kind == "interleave":
                arms[experiment.key] = INTERLEAVED
                rivals = entry.rivals(visit_lot(f"draft {experiment.key}", query, now))
                treatment = treatment._replace(rivals=rivals, explore_seed=None)
                continue
            arm = assign(experiment.key, experiment.arms, shopper)
            arms[experiment.key] = arm.name
            ready = entry.ready[arm.name]
            treatment = treatment._replace(
                scorer=ready.scorer or treatment.scorer,
                rule_set=ready.rule_set or treatment.rule_set,
            )
        return treatment._replace(experiments=arms)

    def problem(self, key: str) -> str:
        """Why this process does not run the experiment; empty where it does or need not."""
        return self._problems.get(key, "")

    def refresh(self) -> None:
        with self._engine.connect() as connection:
            found = read_running(connection)
            seen = frozenset((entry.key, entry.revision) for entry in found)
            if seen == self._seen and monotonic() < self._retry_at:
                return
            # What was stopped goes at once: a model may take seconds to load.
            self._running = tuple(
                entry
                for entry in self._running
                if (entry.experiment.key, entry.experiment.revision) in seen
            )
            problems: dict[str, str] = {}
            running = []
            for experiment in found:
                try:
                    running.append(self._ready(connection, experiment))
                except (ModelRefused, InvalidRules, VersionNotFound) as error:
                    logger.error("experiment %s does not run here: %s", experiment.key, error)
                    problems[experiment.key] = str(error)
        self._running, self._problems, self._seen = tuple(running), problems, seen
        self._retry_at = monotonic() + RETRY_SECONDS if problems else float("inf")
        needed = {arm.model_version for entry in found for arm in entry.arms} | {NO_MODEL}
        self._scorers = {name: kept for name, kept in self._scorers.items() if name in needed}

    def follow(self, stop: threading.Event) -> None:
        """Refresh until told to stop; runs in a thread of its own."""
        keep_refreshing(self.refresh, "experiments", POLL_SECONDS, stop, after_failure=1.0)

    def _ready(self, connection: Connection, experiment: Experiment) -> Running:
        return Running(
            experiment, {arm.name: self._ready_arm(connection, arm) for arm in experiment.arms}
        )

    def _ready_arm(self, connection: Connection, arm: Arm) -> ReadyArm:
        version = arm.model_version
        if version is not None and version not in self._scorers:
            self._scorers[version] = self._load(version)
        return ReadyArm(
            None if version is None else self._scorers[version],
            None if arm.ruleset_version is None else load_rule_set(connection, arm.ruleset_version),
        )
