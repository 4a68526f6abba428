"""What can be said of a difference between arms: intervals and tests, from sums alone."""

import math
from collections.abc import Sequence
from statistics import NormalDist

import msgspec

CONFIDENCE = 0.95
_NORMAL = NormalDist()
_TWO_SIDED = _NORMAL.inv_cdf(0.5 + CONFIDENCE / 2)


class Estimate(msgspec.Struct, frozen=True):
    """A value with its 95 % interval; None where there is too little to say."""

    value: float
    low: float | None = None
    high: float | None = None


class RatioSums(msgspec.Struct, frozen=True):
    """Of a ratio of sums over shoppers, such as clicks per search: `x` is what is divided by."""

    units: int
    x: float
    y: float
    xx: float
    yy: float
    xy: float

    @property
    def ratio(self) -> float:
        return self.y / self.x if self.x else 0.0

    @property
    def variance(self) -> float:
        """Of the ratio, by the delta method, with shoppers as the units, since one shopper's
        searches are not independent of each other (Deng, Knoblich and Lu, "Applying the delta
        method in metric analytics", KDD 2018)."""
        n = self.units
        if n < 2 or not self.x:
            return math.inf
        mean_x, mean_y, ratio = self.x / n, self.y / n, self.ratio
        var_x = (self.xx - n * mean_x**2) / (n - 1)
        var_y = (self.yy - n * mean_y**2) / (n - 1)
        cov = (self.xy - n * mean_x * mean_y) / (n - 1)
        return max(var_y - 2 * ratio * cov + ratio**2 * var_x, 0.0) / mean_x**2 / n


def ratio_estimate(sums: RatioSums) -> Estimate:
    return _around(sums.ratio, sums.variance)


def difference(arm: RatioSums, first: RatioSums) -> tuple[Estimate, float]:
    """Of the arm to the first one, and the p-value that there is none."""
    value, variance = arm.ratio - first.ratio, arm.variance + first.variance
    return _around(value, variance), _p_value(value, variance)


def _around(value: float, variance: float) -> Estimate:
    if math.isinf(variance):
        return Estimate(value)
    margin = _TWO_SIDED * math.sqrt(variance)
    return Estimate(value, value - margin, value + margin)


def _p_value(value: float, variance: float) -> float:
    """By the normal distribution, which holds from some hundred shoppers on."""
    if math.isinf(variance) or value == 0:
        return 1.0
    if variance == 0:
        return 0.0
    return 2.0 * _NORMAL.cdf(-abs(value) / math.sqrt(variance))


def wilson(successes: int, trials: int) -> Estimate:
    """The share of successes, with Wilson's score interval, which stays within 0 and 1."""
    if not trials:
        return Estimate(0.5, 0.0, 1.0)
    share, z2 = successes / trials, _TWO_SIDED**2
    centre = (share + z2 / (2 * trials)) / (1 + z2 / trials)
    spread = math.sqrt(share * (1 - share) / trials + z2 / (4 * trials**2))
    margin = _TWO_SIDED * spread / (1 + z2 / trials)
    return Estimate(share, max(centre - margin, 0.0), min(centre + margin, 1.0))


def sign_test(wins: int, losses: int) -> float:
    """The two-sided p-value that either is as likely; exact up to a thousand, beyond by the normal
    distribution with a correction for continuity."""
    n, fewer = wins + losses, min(wins, losses)
    if n > 1_000:
        return min(1.0, 2.0 * _NORMAL.cdf((fewer + 0.5 - n / 2) / math.sqrt(n / 4)))
    as_few: float = sum(math.comb(n, k) for k in range(fewer + 1)) / 2**n
    return min(1.0, 2.0 * as_few)


def chi_square_p(observed: Sequence[int], weights: Sequence[float]) -> float:
    """Pearson's test that counts come by their weights."""
    total, weight = sum(observed), sum(weights)
    if not total:
        return 1.0
    expected = [total * part / weight for part in weights]
    statistic = sum((o - e) ** 2 / e for o, e in zip(observed, expected, strict=True))
    return _chi_square_tail(statistic, len(observed) - 1)


def _chi_square_tail(statistic: float, freedom: int) -> float:
    """P(X >= statistic), by the recurrence from one or two degrees of freedom upwards."""
    half = statistic / 2
    if freedom % 2:
        tail, term, start = math.erfc(math.sqrt(half)), math.sqrt(half / math.pi) * 2, 1
    else:
        tail, term, start = math.exp(-half), half, 2
    # Q(a + 1, x) = Q(a, x) + x^a e^-x / Gamma(a + 1), with a half the degrees of freedom.
    for lower in range(start, freedom, 2):
        tail += term * math.exp(-half)
        term *= half / (lower / 2 + 1)
    return tail
