"""How likely a position is looked at, estimated from clicks on lists as they were shown.

Intervention harvesting (Agarwal et al., "Estimating position bias without intrusive interventions",
WSDM 2019): whatever else differs between two hits, the same item shown for the same query at two
positions is as attractive at both, so its clicks there tell how much more the one is looked at.
Positions vary by themselves as models, prices and stock change, and by exploration.
"""

from collections.abc import Sequence
from itertools import pairwise

import msgspec
import numpy as np
import numpy.typing as npt

Numbers = npt.NDArray[np.float64]
Whole = npt.NDArray[np.int64]

STEP_PRECISION = 10.0
"""How firmly the fall from one position to the next is held at the prior's: as a Gaussian around
its logarithm with a standard deviation of a third."""

FLOOR = 0.02
"""Of the first position. What is looked at less is as good as never looked at."""

ENOUGH_TOLD = 0.5
"""By so much the data must have narrowed the first positions' curve for it to be called estimated,
as a share of the prior's variance."""

TOLD_AT = 10

LEAST_EXAMINED = 0.05
"""Of the top of a page. No click counts for more than twenty there, so that a few from far down do
not outweigh all others."""

LEAST_SHARE = 0.01
LEAST_CLICKS = 100
"""A position with less than this share of the first's clicks is one where nobody looks; said from
so many clicks on."""

_NEWTON_STEPS = 60


class Showings(msgspec.Struct, frozen=True):
    """How often pairs of query and item were shown and clicked at a position, one row each."""

    pair: Whole
    """Which pair, any numbers."""
    position: Whole
    """Counted from 1 over all pages."""
    shown: Whole
    clicked: Whole


class Examination(msgspec.Struct, frozen=True):
    """An examination curve and what it rests on."""

    curve: tuple[float, ...]
    """From position 1 on, relative to it, never rising."""
    told: float
    """Which share of the prior's uncertainty over the first `TOLD_AT` positions the data took."""
    showings: int
    """Of pairs that were seen at several positions and clicked."""
    clicks: int
    clicks_by_position: tuple[int, ...]

    @property
    def estimated(self) -> bool:
        """Whether the data had more to say than the prior."""
        return self.told >= ENOUGH_TOLD

    @property
    def depth(self) -> int:
        """How far down anybody looks: the last position with both a curve and clicks that are not
        next to nothing. Without clicks below the first, nothing tells whether what stands there is
        worse or is not seen, and it is taken as not seen."""
        clicks = np.asarray(self.clicks_by_position, np.float64)
        if clicks.sum() < LEAST_CLICKS:
            return len(self.curve)
        seen = (np.asarray(self.curve) >= FLOOR) & (clicks >= LEAST_SHARE * clicks[0])
        return int(np.flatnonzero(seen).max(initial=0)) + 1

    def at(self, positions: npt.ArrayLike) -> Numbers:
        """Of positions counted from 1; behind the curve's end, its last value."""
        places = np.clip(np.asarray(positions, np.int64), 1, len(self.curve)) - 1
        return np.asarray(np.asarray(self.curve, np.float64)[places])

    def propensities(self, positions: npt.ArrayLike) -> Numbers:
        """The same, at least `LEAST_EXAMINED`: what gains are divided by."""
        return np.maximum(self.at(positions), LEAST_EXAMINED)


def estimate_examination(showings: Showings, prior: Sequence[float]) -> Examination:
    """The curve as long as `prior`, which stands where there is too little to learn from.

    Clicks of a pair are taken as Poisson with mean shown * examination * attractiveness. Given how
    often a pair was clicked in all, the attractiveness cancels, and what is left is how its clicks
    fall to its positions (the fixed effects of Hausman, Hall and Griliches, Econometrica 1984): all
    pairs of positions, each weighed by what it tells. Maximum a posteriori by Newton's method.
    """
    curve = np.maximum(np.asarray(prior, np.float64) / prior[0], FLOOR * FLOOR)
    size = len(curve)
    inside = (showings.position >= 1) & (showings.position <= size) & (showings.shown > 0)
    pair, place = showings.pair[inside], showings.position[inside] - 1
    shown = showings.shown[inside].astype(np.float64)
    clicked = np.minimum(showings.clicked[inside], showings.shown[inside]).astype(np.float64)
    by_position = _sums(place, clicked, size).astype(np.int64)
    shown_at = _sums(place, shown, size)
    log_prior = np.log(curve)
    telling = _telling(pair, place, clicked)
    logs, told = log_prior, 0.0
    if telling.any():
        logs, told = _posterior(
            pair[telling], place[telling], shown[telling], clicked[telling], log_prior
        )
    estimated = _never_rising(np.exp(logs - logs[0]), np.maximum(shown_at, 1.0))
    estimated = _no_steeper_than_clicks(estimated, by_position, shown_at)
    return Examination(
        curve=tuple(float(value) for value in estimated),
        told=told,
        showings=int(shown[telling].sum()),
        clicks=int(clicked[telling].sum()),
        clicks_by_position=tuple(int(count) for count in by_position),
    )


def _telling(pair: Whole, place: Whole, clicked: Numbers) -> npt.NDArray[np.bool_]:
    """Rows of pairs that were clicked, and shown at more than one position."""
    if not len(pair):
        return np.zeros(0, np.bool_)
    _, of = np.unique(pair, return_inverse=True)
    clicks = np.bincount(of, clicked)
    lowest = np.full(len(clicks), np.iinfo(np.int64).max)
    highest = np.full(len(clicks), -1)
    np.minimum.at(lowest, of, place)
    np.maximum.at(highest, of, place)
    return np.asarray((clicks > 0) & (highest > lowest))[of]


def _posterior(
    pair: Whole, place: Whole, shown: Numbers, clicked: Numbers, log_prior: Numbers
) -> tuple[Numbers, float]:
    """The logarithm of the curve, and how much the data told of its first positions."""
    size = len(log_prior)
    _, of = np.unique(pair, return_inverse=True)
    clicks = _sums(of, clicked)
    counted = _sums(place, clicked, size)
    # The prior is on the steps, so where only the first positions are known, the rest follows them.
    steps = np.diff(np.eye(size), axis=0)
    prior_precision = STEP_PRECISION * steps.T @ steps
    # The first position's own value is anybody's choice; this holds it at 0.
    prior_precision[0, 0] += STEP_PRECISION * 1e4
    logs = log_prior.copy()

    def shares(at: Numbers) -> tuple[Numbers, Numbers]:
        weight = shown * np.exp(at[place])
        totals = _sums(of, weight)
        return weight / totals[of], totals

    def objective(at: Numbers) -> float:
        totals = np.bincount(of, shown * np.exp(at[place]))
        away = at - log_prior
        return float(counted @ at - clicks @ np.log(totals) - 0.5 * away @ prior_precision @ away)

    information = prior_precision
    for _ in range(_NEWTON_STEPS):
        share, _ = shares(logs)
        expected = np.bincount(place, clicks[of] * share, size)
        gradient = counted - expected - prior_precision @ (logs - log_prior)
        information = prior_precision + _information(of, place, share, clicks, size)
        step = np.linalg.solve(information, gradient)
        scale, before = 1.0, objective(logs)
        while scale > 1e-4 and objective(logs + scale * step) < before:
            scale /= 2
        logs = logs + scale * step
        if np.abs(scale * step).max() < 1e-6:
            break
    last = min(TOLD_AT, size) - 1
    before_data = np.linalg.inv(prior_precision)[1 : last + 1, 1 : last + 1].trace()
    after_data = np.linalg.inv(information)[1 : last + 1, 1 : last + 1].trace()
    return logs, float(1.0 - after_data / before_data) if last else 0.0


def _sums(index: Whole, values: Numbers, size: int = 0) -> Numbers:
    """The sum of the values of each index."""
    return np.bincount(index, values, size).astype(np.float64)


def _information(of: Whole, place: Whole, share: Numbers, clicks: Numbers, size: int) -> Numbers:
    """Fisher's: the sum over pairs of clicks * (diag(share) - share share')."""
    weighted = clicks[of] * share
    information = np.diag(np.bincount(place, weighted, size))
    # Rows sorted by pair, so that the products are of small blocks of one pair each.
    order = np.argsort(of, kind="stable")
    starts = np.flatnonzero(np.r_[True, np.diff(of[order]) > 0, True])
    for low, high in pairwise(starts):
        rows = order[low:high]
        block = place[rows]
        part = share[rows]
        # A pair has one row for each position, so no index stands twice.
        information[np.ix_(block, block)] -= clicks[of[rows[0]]] * np.outer(part, part)
    return np.asarray(information)


def _never_rising(values: Numbers, weights: Numbers) -> Numbers:
    """The nearest curve that never rises, by pooling adjacent violators (Ayer et al., 1955)."""
    pools: list[tuple[float, float, int]] = []
    for value, weight in zip(values, weights, strict=True):
        mean, mass, count = float(value), float(weight), 1
        while pools and pools[-1][0] < mean:
            other, others_mass, others_count = pools.pop()
            mean = (mean * mass + other * others_mass) / (mass + others_mass)
            mass, count = mass + others_mass, count + others_count
        pools.append((mean, mass, count))
    pooled = np.concatenate([np.full(count, mean) for mean, _, count in pools])
    return np.asarray(pooled / pooled[0])


def _no_steeper_than_clicks(curve: Numbers, clicks: Whole, shown: Numbers) -> Numbers:
    """Raised to the fall of the clicks themselves. These mix examination with relevance, which
    falls along a list that is any good, so the examination alone falls more slowly. Where nothing
    else is known, as with clicks at random on an order that never changes, this is what keeps a
    low hit's click from counting for many."""
    rates = (clicks + 1.0) / (shown + 2.0)
    first = rates[0]
    if first <= 0 or shown[0] < 1:
        return curve
    # The low end of what the counts allow, so that a single click far down raises nothing.
    doubt = 2.0 / np.sqrt(np.maximum(clicks, 1)) + 2.0 / np.sqrt(max(int(clicks[0]), 1))
    relative = np.where(clicks > 0, rates / first * np.exp(-doubt), 0.0)
    raised = np.maximum(curve, np.minimum(relative, 1.0))
    # From the end, since what a lower position shows holds for those above it.
    return np.asarray(np.maximum.accumulate(raised[::-1])[::-1])
