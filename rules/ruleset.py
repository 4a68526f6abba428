"""An immutable version of all rules, in the one order in which they are considered."""

from collections.abc import Iterable
from typing import NamedTuple

from rules.model import Condition, QueryCondition, Rule

_KINDS = ("is_", "starts_with", "ends_with", "contains")


class RuleSet(NamedTuple):
    """`rules` are the enabled ones, strongest first; `version` 0 is the empty set."""

    version: int = 0
    rules: tuple[Rule, ...] = ()


def make_rule_set(version: int, rules: Iterable[Rule]) -> RuleSet:
    """Orders by priority, then specificity, then id, so that the outcome never depends on the
    order in which rules were stored."""
    return RuleSet(version, tuple(sorted((r for r in rules if r.enabled), key=_strength)))


def _strength(rule: Rule) -> tuple[int, int, int, str]:
    return (-rule.priority, _kind(rule.when.query), -_parts(rule.when), rule.id)


def _kind(query: QueryCondition | None) -> int:
    """`is` is the most specific, then starts, ends, contains; no query condition comes last."""
    if query is None:
        return len(_KINDS)
    return next((n for n, kind in enumerate(_KINDS) if getattr(query, kind)), len(_KINDS))


def _parts(when: Condition) -> int:
    parts = [when.empty_query, when.starts_at, when.ends_at]
    given = sum(part is not None for part in parts)
    if when.query is not None:
        given += sum(bool(getattr(when.query, kind)) for kind in _KINDS)
    return given
