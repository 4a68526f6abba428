"""Which arm a shopper is in: the same one each time, in every process, without being stored."""

from collections.abc import Sequence

from app.experiments.model import Arm
from app.search.lots import lot, share_of


def assign(key: str, arms: Sequence[Arm], unit: str) -> Arm:
    """`unit` is the shopper's client id. The hash of the experiment's key and the unit is spread
    evenly, and does not depend on which arm another experiment has put the shopper in."""
    reached = sum(arm.weight for arm in arms) * share_of(lot("assign", key, unit))
    for arm in arms:
        reached -= arm.weight
        if reached < 0:
            return arm
    return arms[-1]  # Where rounding has left a rest.
