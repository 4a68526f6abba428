"""Ranges of a number that a shopper can choose from: round bounds, about as many items in each."""

import math

import numpy as np
import numpy.typing as npt

RANGES = 5
_ROUND = (1.0, 2.0, 2.5, 5.0, 10.0)


def round_bounds(values: npt.NDArray[np.float64], ranges: int = RANGES) -> list[float]:
    """Ascending, at most `ranges - 1` of them, each strictly between the least and the greatest
    value; none where all values are alike."""
    if not len(values):
        return []
    least, greatest = float(values.min()), float(values.max())
    shares = np.linspace(0, 1, ranges + 1)[1:-1]
    wanted = np.quantile(values, shares, method="nearest")
    bounds = sorted({_round(float(value)) for value in wanted})
    return [bound for bound in bounds if least < bound < greatest]


def _round(value: float) -> float:
    """The nearest number with one or two digits that people would write."""
    mantissa, _, exponent = f"{abs(value):.6e}".partition("e")
    nearest = min(_ROUND, key=lambda candidate: abs(candidate - float(mantissa)))
    return math.copysign(float(f"{nearest}e{exponent}"), value) if value else 0.0
