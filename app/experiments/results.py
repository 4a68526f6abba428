"""What an experiment shows so far: each arm's figures, how sure their differences are, and whether
the experiment itself can be trusted."""

from collections.abc import Mapping

import msgspec
from sqlalchemy import Connection

from app.experiments.model import INTERLEAVED, Experiment
from app.experiments.outcomes import (
    METRICS,
    ArmHealth,
    ArmOutcome,
    Preference,
    read_health,
    read_outcomes,
    read_preferences,
)
from app.experiments.statistics import (
    Estimate,
    RatioSums,
    chi_square_p,
    difference,
    ratio_estimate,
    sign_test,
    wilson,
)

SAMPLE_RATIO_P = 0.001
"""Below it the shoppers were not dealt out as the weights say, and nothing else can be trusted
(Fabijan et al., "Diagnosing sample ratio mismatch in online controlled experiments", KDD 2019)."""

METHOD = (
    "95 % intervals and two-sided p-values by the delta method over shoppers; "
    "not corrected for several metrics, nor for looking again and again"
)
INTERLEAVING_METHOD = (
    "team-draft interleaving; sign test over shoppers with a preference, Wilson's 95 % interval"
)
MEDIAN, SLOWEST = 0.5, 0.99
_NOTHING = ArmOutcome(
    0, 0, 0, 0, 0, 0, 0.0, {name: RatioSums(0, 0, 0, 0, 0, 0) for name in METRICS}
)
_UNKNOWN = ArmHealth(0, 0, 0, {})


class Comparison(msgspec.Struct, frozen=True):
    """With the first arm."""

    difference: Estimate
    relative: float | None
    """The difference as a share of the first arm's value."""
    p_value: float


class Metric(Estimate, frozen=True):
    to_first: Comparison | None = None
    """None for the first arm itself."""


class ArmResult(msgspec.Struct, frozen=True, kw_only=True):
    name: str
    searches: int
    clients: int
    clicks: int
    clicked_searches: int
    carts: int
    purchases: int
    revenue: float
    empty_rate: float
    degraded_searches: int
    p50_ms: float | None
    p99_ms: float | None
    metrics: Mapping[str, Metric]


class SampleRatio(msgspec.Struct, frozen=True):
    """Whether as many shoppers are in each arm as its weight says."""

    expected: Mapping[str, float]
    observed: Mapping[str, int]
    p_value: float
    ok: bool
    threshold: float = SAMPLE_RATIO_P


class Interleaving(msgspec.Struct, frozen=True, kw_only=True):
    """`wins` are those of the second arm over the first."""

    searches: int
    by_search: Preference
    by_client: Preference
    preference: Estimate
    """The share of shoppers who prefer the second arm, of those with a preference."""
    p_value: float


class Results(msgspec.Struct, frozen=True, kw_only=True):
    arms: tuple[ArmResult, ...] = ()
    sample_ratio: SampleRatio | None = None
    interleaving: Interleaving | None = None
    method: str


def read_results(connection: Connection, experiment: Experiment) -> Results:
    outcomes = read_outcomes(connection, experiment)
    health = read_health(connection, experiment, (MEDIAN, SLOWEST))
    if experiment.kind == "interleave":
        return Results(
            arms=(_arm(INTERLEAVED, outcomes, health, None),),
            interleaving=_interleaving(connection, experiment),
            method=INTERLEAVING_METHOD,
        )
    first = outcomes.get(experiment.arms[0].name, _NOTHING)
    return Results(
        arms=tuple(
            _arm(arm.name, outcomes, health, first if n else None)
            for n, arm in enumerate(experiment.arms)
        ),
        sample_ratio=_sample_ratio(experiment, outcomes),
        method=METHOD,
    )


def _arm(
    name: str,
    outcomes: Mapping[str, ArmOutcome],
    health: Mapping[str, ArmHealth],
    first: ArmOutcome | None,
) -> ArmResult:
    outcome, state = outcomes.get(name, _NOTHING), health.get(name, _UNKNOWN)
    return ArmResult(
        name=name,
        searches=outcome.searches,
        clients=outcome.clients,
        clicks=outcome.clicks,
        clicked_searches=outcome.clicked_searches,
        carts=outcome.carts,
        purchases=outcome.purchases,
        revenue=outcome.revenue,
        empty_rate=state.empty_rate,
        degraded_searches=state.degraded,
        p50_ms=state.times_ms.get(MEDIAN),
        p99_ms=state.times_ms.get(SLOWEST),
        metrics={
            metric: _metric(sums, first.sums[metric] if first else None)
            for metric, sums in outcome.sums.items()
        },
    )


def _metric(sums: RatioSums, first: RatioSums | None) -> Metric:
    estimate = ratio_estimate(sums)
    if first is None:
        return Metric(estimate.value, estimate.low, estimate.high)
    to_first, p_value = difference(sums, first)
    relative = to_first.value / first.ratio if first.ratio else None
    return Metric(
        estimate.value, estimate.low, estimate.high, Comparison(to_first, relative, p_value)
    )


def _sample_ratio(experiment: Experiment, outcomes: Mapping[str, ArmOutcome]) -> SampleRatio:
    observed = {arm.name: outcomes.get(arm.name, _NOTHING).clients for arm in experiment.arms}
    weights = [arm.weight for arm in experiment.arms]
    p_value = chi_square_p(list(observed.values()), weights)
    return SampleRatio(
        {arm.name: arm.weight / sum(weights) for arm in experiment.arms},
        observed,
        p_value,
        p_value >= SAMPLE_RATIO_P,
    )


def _interleaving(connection: Connection, experiment: Experiment) -> Interleaving:
    by_search, by_client, searches = read_preferences(connection, experiment)
    return Interleaving(
        searches=searches,
        by_search=by_search,
        by_client=by_client,
        preference=wilson(by_client.wins, by_client.wins + by_client.losses),
        p_value=sign_test(by_client.wins, by_client.losses),
    )
