"""How strongly items go together, by the shoppers that they have in common."""

from collections.abc import Iterable, Mapping
from math import sqrt
from typing import NamedTuple


class Pair(NamedTuple):
    """An item beside one that was given, and how many shoppers did something with which."""

    given: int
    item: int
    both: int
    of_given: float
    of_item: float


def cosine(both: float, of_given: float, of_item: float) -> float:
    """Of the two items' vectors over shoppers, 1 for each who did something with it and 0 for all
    others (Sarwar, Karypis, Konstan and Riedl, WWW 2001, section 3.1.1; for sets it is Ochiai's
    coefficient). An item that everyone has is divided by the root of everyone, so that it does not
    come first wherever it is in a third of the baskets, as it would by `both` or by
    `both / of_given`; one that two shoppers have is not put above all others, as it would be by
    the lift, `both / (of_given * of_item)`."""
    return both / sqrt(of_given * of_item) if of_given > 0 and of_item > 0 else 0.0


def associations(pairs: Iterable[Pair], weights: Mapping[int, float]) -> dict[int, float]:
    """By item its sum over what was given, each by its weight: those above 0, best first."""
    sums: dict[int, float] = {}
    for pair in pairs:
        near = cosine(pair.both, pair.of_given, pair.of_item)
        sums[pair.item] = sums.get(pair.item, 0.0) + weights.get(pair.given, 0.0) * near
    order = sorted(sums, key=lambda item: (-sums[item], item))
    return {item: sums[item] for item in order if sums[item] > 0}
