"""Whether features are what a model expects: before they are scored, before a model is trained on
them, and of a live window against what the live model was trained on."""

from collections.abc import Mapping, Sequence
from typing import Literal

import msgspec
import numpy as np
import numpy.typing as npt

from indexing.candidates import Floats
from ranking.errors import InvalidFeatures
from ranking.features import BEHAVIOUR_FEATURES, FEATURES, FINGERPRINT, UNKNOWN

BINS = 21
"""Of equal width from 0 to 1; an odd number, so that the neutral 0.5 lies inside of one."""

DRIFT_LIMIT = 0.25
"""From which a population stability index is taken for a shift; below 0.1 nothing has changed
(Siddiqi, "Credit risk scorecards", 2006, chapter 10)."""

MISSING_LIMIT = 0.3
"""By how much the share of values that say nothing may grow."""

LEAST_LISTS = 30
"""Fewer say nothing of drift."""

PROFILED_HITS = 10
"""Of each list: the first page has so many in every usual layout, and with more of them the rank of
retrieval alone would tell a page of 10 from one of 20."""

Check = Literal["schema", "range", "missing", "drift"]


class FeatureStats(msgspec.Struct, frozen=True):
    """One feature over many candidates."""

    mean: float
    missing: float
    """The share of values that say nothing: what stands in where nothing is known."""
    histogram: tuple[int, ...]
    """How many values lie in each of `BINS`."""


class FeatureProfile(msgspec.Struct, frozen=True):
    """What the features of a model's training data, or of a live window, look like."""

    fingerprint: str
    lists: int
    rows: int
    features: Mapping[str, FeatureStats]
    order: str = ""
    """The version of the model in whose order the hits were; empty where there were several, or
    where nobody knows."""


class FeatureProblem(msgspec.Struct, frozen=True):
    feature: str
    """Empty where it is all of them."""
    check: Check
    reason: str
    value: float | None = None
    stops: bool = True
    """Whether training must not go on; a warning else."""


class CheckReport(msgspec.Struct, frozen=True):
    lists: int
    rows: int
    problems: tuple[FeatureProblem, ...]

    @property
    def passed(self) -> bool:
        return not any(problem.stops for problem in self.problems)

    @property
    def text(self) -> str:
        """A line for each problem, those that stop training first."""
        ordered = sorted(self.problems, key=lambda problem: not problem.stops)
        return "\n".join(f"{p.check} of {p.feature or 'features'}: {p.reason}" for p in ordered)


def check_values(values: Floats) -> None:
    """Raises `InvalidFeatures` unless all lie between 0 and 1; quick enough for every request."""
    # A comparison with what is no number is false, too.
    if values.shape[1] != len(FEATURES) or not ((values >= 0) & (values <= 1)).all():
        raise InvalidFeatures(check_matrix(values)[0].reason)


def describe(features: Floats, lists: int = 0) -> FeatureProfile:
    """Of the rows of so many lists, shape `(rows, len(FEATURES))`; without `lists`, each row counts
    as one, and what is no number as 0. For a model's profile and for a live window, of the same
    rows: the first `PROFILED_HITS` of each list in the order in which the model shows them."""
    rows = len(features)
    sound = np.clip(np.nan_to_num(features), 0.0, 1.0)
    return FeatureProfile(
        fingerprint=FINGERPRINT,
        lists=lists or rows,
        rows=rows,
        features={
            name: FeatureStats(
                mean=float(column.mean(dtype=np.float64)) if rows else 0.0,
                missing=float(_says_nothing(name, column).mean()) if rows else 0.0,
                histogram=_histogram(column),
            )
            for name, column in zip(FEATURES, sound.T, strict=True)
        },
    )


def check_training(
    features: Floats, lists: int, expected: FeatureProfile | None = None
) -> CheckReport:
    """Of what a model is to be trained on; `expected` is what the live service shows now, or what
    an earlier model was trained on. What shoppers do changes from day to day, and that is what is
    to be learned, so drift of that only warns."""
    problems = check_matrix(features)
    if not problems and expected is not None:
        problems = compare(describe(features, lists), expected)
    return CheckReport(lists, len(features), tuple(problems))


def check_live(live: FeatureProfile, trained: FeatureProfile) -> CheckReport:
    """Of a live window against what the live model was trained on; every problem is an alert."""
    return CheckReport(live.lists, live.rows, tuple(compare(live, trained)))


def check_matrix(features: Floats) -> list[FeatureProblem]:
    """Schema and ranges."""
    if features.ndim != 2 or features.shape[1] != len(FEATURES):
        reason = f"the shape is {features.shape}, expected (rows, {len(FEATURES)})"
        return [FeatureProblem("", "schema", reason)]
    problems = []
    for name, column in zip(FEATURES, features.T, strict=True):
        broken = int((~np.isfinite(column)).sum())
        outside = int(((column < 0) | (column > 1)).sum())
        if broken:
            reason = f"{broken} of {len(column)} values are no numbers"
            problems.append(FeatureProblem(name, "range", reason, broken / len(column)))
        elif outside:
            reason = f"{outside} of {len(column)} values lie outside of 0 to 1"
            problems.append(FeatureProblem(name, "range", reason, outside / len(column)))
    return problems


def compare(found: FeatureProfile, expected: FeatureProfile) -> list[FeatureProblem]:
    """Missing shares and drift; nothing where the features are not the same or lists are few."""
    if found.fingerprint != expected.fingerprint:
        reason = f"made as {found.fingerprint}, expected {expected.fingerprint}"
        return [FeatureProblem("", "schema", reason)]
    if min(found.lists, expected.lists) < LEAST_LISTS:
        return []
    limit = max(DRIFT_LIMIT, chance_index(found.lists, expected.lists))
    problems = []
    for name, stats in found.features.items():
        before = expected.features[name]
        stops = name not in BEHAVIOUR_FEATURES
        if stats.missing > before.missing + MISSING_LIMIT:
            reason = f"{stats.missing:.0%} of the values say nothing, it were {before.missing:.0%}"
            problems.append(FeatureProblem(name, "missing", reason, stats.missing, stops))
        index = drift_of(name, found, expected)
        if index is not None and index > limit:
            reason = f"the population stability index is {index:.2f}, over {limit:.2f}"
            problems.append(FeatureProblem(name, "drift", reason, index, stops))
    return problems


def drift_of(name: str, found: FeatureProfile, expected: FeatureProfile) -> float | None:
    """The feature's population stability index. None where lists are few, and for what shoppers do
    where none had done anything yet when a model was trained: then it has learned nothing of it
    that could be wrong now."""
    stats, before = found.features[name], expected.features[name]
    if min(found.lists, expected.lists) < LEAST_LISTS:
        return None
    if name in BEHAVIOUR_FEATURES and np.count_nonzero(before.histogram) < 2:
        return None
    return stability_index(stats.histogram, before.histogram)


def stability_index(found: Sequence[int], expected: Sequence[int]) -> float:
    """The population stability index over shares p and q of the bins, sum of (p - q) ln(p / q):
    Kullback and Leibler's divergence in both directions (1951), as Siddiqi (2006) uses it. Half an
    observation is added to each bin that either has, so that an empty one has a logarithm."""
    counts = np.array([found, expected], np.float64)
    counts = counts[:, counts.any(axis=0)]
    if not counts.sum(axis=1).all():
        return 0.0
    counts += 0.5
    p, q = counts / counts.sum(axis=1, keepdims=True)
    return float(((p - q) * np.log(p / q)).sum())


def chance_index(found: int, expected: int) -> float:
    """What the index hardly exceeds where nothing has changed: over (1/n + 1/m) it is distributed
    as chi-square with bins - 1 degrees of freedom (Yurdakul, "Statistical properties of population
    stability index", 2018), of which this is the mean and four deviations. Lists count, not their
    rows, which are alike within a list."""
    freedom = BINS - 1
    return float((freedom + 4 * np.sqrt(2 * freedom)) * (1 / found + 1 / expected))


def _says_nothing(name: str, column: npt.NDArray[np.float32]) -> npt.NDArray[np.bool_]:
    if name not in UNKNOWN:
        return np.zeros(len(column), bool)
    return np.isclose(column, UNKNOWN[name], rtol=0, atol=1e-6)


def _histogram(column: npt.NDArray[np.float32]) -> tuple[int, ...]:
    bins = np.minimum((column * BINS).astype(np.int64), BINS - 1)
    return tuple(np.bincount(bins, minlength=BINS).tolist())
