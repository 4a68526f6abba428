"""How the features fare that are served now: what they are, how fresh, and whether they still look
like those that the live model was trained on."""

import logging
import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import msgspec
import numpy as np
from sqlalchemy import Connection, Engine, text

from app.features.freshness import FeatureFreshness, FreshnessMeter
from app.features.progress import read_progress
from app.features.shown_lists import read_shown_lists
from app.following import keep_refreshing
from indexing.candidates import Floats
from ranking.errors import ModelRefused
from ranking.feature_checks import (
    CheckReport,
    FeatureProblem,
    FeatureProfile,
    check_live,
    check_matrix,
    describe,
    drift_of,
)
from ranking.features import BEHAVIOUR_FEATURES, DEFINITIONS, FEATURES, FINGERPRINT
from ranking.model_store import ModelStore

logger = logging.getLogger(__name__)
LOOK_SECONDS = 60.0
WINDOW_LISTS = 500
WINDOW_HOURS = 24
FRESH_SECONDS = 10.0
"""What is aimed at, for 99 of 100 events."""


class WatchedFeature(msgspec.Struct, frozen=True):
    name: str
    definition: str
    behaviour: bool
    """Whether it tells of what shoppers did."""
    mean: float | None
    """Over the window; None where no list was recorded."""
    missing: float | None
    """The share of values that say nothing."""
    trained_mean: float | None
    """Over what the live model was trained on; None where that was not kept."""
    drift: float | None
    """The population stability index between the two; from 0.25 on it is a shift. None also where
    fewer than 30 lists tell of it, and where nobody had done anything yet before the training."""
    alerts: tuple[str, ...]


class Freshness(FeatureFreshness, frozen=True):
    """`waiting_seconds`: how old the oldest event is that is not yet counted; None for none."""

    waiting_seconds: float | None = None
    aim: float = FRESH_SECONDS


class FeatureReport(msgspec.Struct, frozen=True):
    fingerprint: str
    model_version: str | None
    """What is live; None before the first model."""
    lists: int
    """The last first pages in the live model's order that were shown with these features, up to 500
    within a day; drift is told by their first ten hits."""
    rows: int
    features: tuple[WatchedFeature, ...]
    freshness: Freshness
    alerts: tuple[str, ...]
    """All of them, those of single features with their names."""


class FeatureWatch:
    """Any thread may read; `follow` writes what is new among the alerts to the log."""

    def __init__(
        self,
        engine: Engine,
        models: ModelStore,
        freshness: FreshnessMeter,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
        profile_again: Callable[[str], bool] = lambda _: False,
    ) -> None:
        """`profile_again` profiles a model in its own order, if it can now; returns whether it has
        tried."""
        self._engine = engine
        self._models = models
        self._freshness = freshness
        self._clock = clock
        self._profile_again = profile_again
        self._profiled: set[str] = set()
        self._alerts: frozenset[str] = frozenset()

    def read(self) -> FeatureReport:
        version, now = self._models.live_version(), self._clock()
        since = now - timedelta(hours=WINDOW_HOURS)
        with self._engine.connect() as connection:
            values = _last_features(connection, since, now)
            shown = read_shown_lists(connection, since, now, WINDOW_LISTS, version)
            waiting = _oldest_waiting(connection, now)
        trained = self._profile(version)
        live = describe(shown.values, shown.lists)
        checked = _check(values, live, trained)
        freshness = Freshness(
            **msgspec.structs.asdict(self._freshness.read()), waiting_seconds=waiting
        )
        return FeatureReport(
            fingerprint=FINGERPRINT,
            model_version=version,
            lists=live.lists,
            rows=live.rows,
            features=tuple(_watched(name, live, trained, checked) for name in FEATURES),
            freshness=freshness,
            alerts=(*_lines(checked), *_late(freshness)),
        )

    def look(self) -> None:
        """Log the alerts that were not there the last time, and that they are over."""
        self._put_in_order()
        report = self.read()
        # The figures in them change all the time.
        alerts = {alert.partition(":")[0]: alert for alert in report.alerts}
        for about in sorted(alerts.keys() - self._alerts):
            logger.warning("features: %s", alerts[about])
        if self._alerts and not alerts:
            logger.warning("features: as they should be again")
        self._alerts = frozenset(alerts)

    def follow(self, stop: threading.Event) -> None:
        """Look until told to stop; runs in a thread of its own."""
        keep_refreshing(self.look, "features to check", LOOK_SECONDS, stop)

    def _put_in_order(self) -> None:
        """Once for each model of which the profile is in the order of another one."""
        version = self._models.live_version()
        profile = self._profile(version)
        if version is None or profile is None or version in {profile.order, *self._profiled}:
            return
        if self._profile_again(version):
            self._profiled.add(version)

    def _profile(self, version: str | None) -> FeatureProfile | None:
        try:
            profile = None if version is None else self._models.profile(version)
        except ModelRefused:
            return None
        # That of other features says nothing of these; such a model is not served.
        return profile if profile is not None and profile.fingerprint == FINGERPRINT else None


_LAST = text(
    """
    select features from ranking_events
    where at > :since and at <= :now and feature_fingerprint = :fingerprint
        and features is not null and source = 'search' and not typing
    order by at desc limit :most
    """
)


def _last_features(connection: Connection, since: datetime, now: datetime) -> Floats:
    """Of all hits of the last lists, whatever they are sorted by: none may be out of bounds."""
    rows = connection.execute(
        _LAST,
        {
            "since": since,
            "now": now,
            "fingerprint": FINGERPRINT,
            "most": WINDOW_LISTS,
        },
    ).scalars()
    lists = [np.frombuffer(row, "<f4").reshape(-1, len(FEATURES)) for row in rows]
    empty = np.empty((0, len(FEATURES)), np.float32)
    return np.concatenate([empty, *lists])


_WAITING = text(
    """
    select extract(epoch from known_at)::float8 from interaction_events
    where changed_in >= :seen and source = 'api' order by changed_in limit 1
    """
)


def _oldest_waiting(connection: Connection, now: datetime) -> float | None:
    oldest = connection.execute(_WAITING, {"seen": read_progress(connection)}).scalar()
    return None if oldest is None else round(max(now.timestamp() - oldest, 0.0), 3)


def _check(values: Floats, live: FeatureProfile, trained: FeatureProfile | None) -> CheckReport:
    broken = check_matrix(values)
    if broken or trained is None:
        return CheckReport(live.lists, live.rows, tuple(broken))
    return check_live(live, trained)


def _watched(
    name: str, live: FeatureProfile, trained: FeatureProfile | None, checked: CheckReport
) -> WatchedFeature:
    stats = live.features[name]
    before = None if trained is None else trained.features[name]
    drift = None if trained is None else drift_of(name, live, trained)
    known = live.rows > 0
    return WatchedFeature(
        name=name,
        definition=DEFINITIONS[name],
        behaviour=name in BEHAVIOUR_FEATURES,
        mean=round(stats.mean, 4) if known else None,
        missing=round(stats.missing, 4) if known else None,
        trained_mean=None if before is None else round(before.mean, 4),
        drift=None if drift is None else round(drift, 4),
        alerts=tuple(_line(p) for p in checked.problems if p.feature == name),
    )


def _line(problem: FeatureProblem) -> str:
    return f"{problem.check} of {problem.feature or 'all'}: {problem.reason}"


def _lines(checked: CheckReport) -> tuple[str, ...]:
    return tuple(_line(problem) for problem in checked.problems)


def _late(freshness: Freshness) -> tuple[str, ...]:
    late = []
    if freshness.p99 is not None and freshness.p99 > FRESH_SECONDS:
        late.append(f"freshness: 1 of 100 events took {freshness.p99:g} s to become features")
    if freshness.waiting_seconds is not None and freshness.waiting_seconds > FRESH_SECONDS:
        late.append(f"counting: an event waits for {freshness.waiting_seconds:g} s")
    return tuple(late)
