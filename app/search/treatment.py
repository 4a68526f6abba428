"""What one request gets that others do not: the arm of an experiment, an order drawn by chance.
Made by `app/experiments` for each search of a shopper, and carried out by the pipeline."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import NamedTuple

from indexing.queries import SearchQuery
from ranking.scorer import Scorer
from rules.ruleset import RuleSet


class Rivals(NamedTuple):
    """Two models whose orders are drafted into one list."""

    first: Scorer
    second: Scorer
    seed: int


class Treatment(NamedTuple):
    """None stands for what everybody gets."""

    experiments: Mapping[str, str] = {}
    """By experiment, the arm."""
    rule_set: RuleSet | None = None
    scorer: Scorer | None = None
    rivals: Rivals | None = None
    explore_seed: int | None = None


UNTREATED = Treatment()

Treat = Callable[[SearchQuery, datetime], Treatment]


def leave_alone(query: SearchQuery, now: datetime) -> Treatment:
    return UNTREATED
