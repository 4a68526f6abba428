"""What a shopper's latest actions say that the recommendations should be like."""

from collections.abc import Sequence
from typing import NamedTuple

from ranking.behaviour_definitions import Session


class Done(NamedTuple):
    action: str
    item: int


def seeds_of(actions: Sequence[Done], definition: Session) -> dict[int, float]:
    """By item its weight, of actions of which the newest comes first. They count as they do for
    the interest of a session (`[session]` in `behaviour.toml`): the latest few, each by its
    weight, and less with every later one."""
    seeds: dict[int, float] = {}
    counted = [done for done in actions if definition.weights.get(done.action, 0.0) > 0]
    for n, done in enumerate(counted[: definition.actions]):
        weight = definition.weights[done.action] * definition.decay**n
        seeds[done.item] = seeds.get(done.item, 0.0) + weight
    return seeds
