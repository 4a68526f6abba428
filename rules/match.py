"""Which rules hold for one request."""

from datetime import datetime

import msgspec

from rules.model import Condition, QueryCondition, Rule
from rules.ruleset import RuleSet
from rules.text import words


class FiredRules(msgspec.Struct, frozen=True):
    """The rules that hold, strongest first, of one version of the rule set."""

    version: int = 0
    rules: tuple[Rule, ...] = ()


def match(rule_set: RuleSet, query_text: str, now: datetime) -> FiredRules:
    """A rule with `stop` that holds is the last that is considered."""
    query = words(query_text)
    fired: list[Rule] = []
    for rule in rule_set.rules:
        if _holds(rule.when, query, now):
            fired.append(rule)
            if rule.stop:
                break
    return FiredRules(rule_set.version, tuple(fired))


def _holds(when: Condition, query: tuple[str, ...], now: datetime) -> bool:
    return (
        (when.empty_query is None or when.empty_query == (not query))
        and (when.starts_at is None or now >= when.starts_at)
        and (when.ends_at is None or now < when.ends_at)
        and (when.query is None or _query_holds(when.query, query))
    )


def _query_holds(condition: QueryCondition, query: tuple[str, ...]) -> bool:
    # Spaces around make a phrase match whole words only: `pin` is not in `spinning`.
    text = f" {' '.join(query)} "
    return (
        (not condition.is_ or any(text == f" {phrase} " for phrase in condition.is_))
        and (
            not condition.starts_with
            or any(text.startswith(f" {phrase} ") for phrase in condition.starts_with)
        )
        and (
            not condition.ends_with
            or any(text.endswith(f" {phrase} ") for phrase in condition.ends_with)
        )
        and (not condition.contains or any(f" {phrase} " in text for phrase in condition.contains))
    )
