"""An immutable version of all rules, in the one order in which they are considered."""

from collections.abc import Iterable

from rules.lookup import RuleLookup
from rules.model import Condition, QueryCondition, Rule

_KINDS = ("is", "starts_with", "ends_with", "contains", "matches")


class RuleSet:
    """`rules` are the enabled ones, strongest first; `version` 0 is the empty set. Ordered by
    priority, then specificity, then id, so that the outcome never depends on the order in which
    rules were stored."""

    def __init__(self, version: int = 0, rules: Iterable[Rule] = ()) -> None:
        self.version = version
        self.rules = tuple(sorted((rule for rule in rules if rule.enabled), key=strength))
        self.lookup = RuleLookup(self.rules)


def strength(rule: Rule) -> tuple[int, int, int, str]:
    """Sorts the strongest first."""
    return (-rule.priority, _kind(rule.when.query), -_parts(rule.when), rule.id)


def _kind(query: QueryCondition | None) -> int:
    """`is` is the most specific, then starts, ends, contains, matches; no query condition comes
    last."""
    given = _kinds(query)
    return next((n for n, kind in enumerate(_KINDS) if kind in given), len(_KINDS))


def _kinds(query: QueryCondition | None) -> set[str]:
    if query is None:
        return set()
    return {*query.phrases, *(["matches"] if query.matches else [])}


def _parts(when: Condition) -> int:
    """How many conditions there are."""
    single = (when.empty_query, when.filter, when.starts_at, when.ends_at, when.experiment)
    listed = (when.category, when.segments, when.locale, when.sort)
    return (
        sum(part is not None for part in single)
        + sum(bool(part) for part in listed)
        + len(when.context)
        + len(_kinds(when.query))
    )
