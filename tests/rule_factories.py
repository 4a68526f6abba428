"""Makes rules, what they act on, and what becomes of it: defaults for everything, so that a test
names only what matters."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pytest

from indexing.documents import ItemId
from indexing.queries import SearchQuery
from rules.arrange import Arrangement, Target, arrange
from rules.errors import InvalidRules
from rules.match import FiredRules, match
from rules.model import Instruction, Rule, RuleId
from rules.parse import parse_rules
from rules.rewrite import rewrite
from rules.ruleset import RuleSet
from rules.shelf import Shelf
from tests.factories import NOW

POOL = tuple(ItemId(name) for name in "abcdefgh")
LAMP = SearchQuery(text="lamp")


def make_rule(*then: Instruction, rule_id: str = "r", **fields: Any) -> Rule:
    return Rule(id=RuleId(rule_id), then=then, **{"name": rule_id, **fields})


def raw_rule(rule_id: object = "r1", **fields: object) -> dict[str, object]:
    return {"id": rule_id, "then": [{"pin": {"item_id": "1"}}], **fields}


def problems_of(raw: object) -> list[tuple[str, str]]:
    """The path and the reason of everything that is wrong with rules in their JSON form."""
    with pytest.raises(InvalidRules) as caught:
        parse_rules(raw)
    return [(problem.path, problem.reason) for problem in caught.value.problems]


def make_shelf(scores: Sequence[float], **columns: Any) -> Shelf:
    """The first items of the pool, each a product of its own and in stock."""
    item_ids = POOL[: len(scores)]
    defaults: dict[str, Any] = {
        "item_ids": item_ids,
        "scores": np.array(scores, np.float32),
        "group_ids": item_ids,
        "in_stock": [True] * len(scores),
        "brought": [False] * len(scores),
    }
    return Shelf(**{**defaults, **columns})


def fire(*rules: Rule, query: SearchQuery = LAMP) -> FiredRules:
    return match(RuleSet(1, rules), query, NOW)


def arrange_by(
    shelf: Shelf,
    *rules: Rule,
    query: SearchQuery = LAMP,
    targets: Mapping[Target, frozenset[int]] | None = None,
) -> Arrangement:
    """As the rules have it that hold for the query."""
    fired = fire(*rules, query=query)
    return arrange(shelf, fired, rewrite(query, fired), targets or {}, query.per_page)


def names(arrangement: Arrangement) -> str:
    """The ids in their final order, one letter each."""
    return "".join(POOL[placed.candidate] for placed in arrangement.placed)


def told(arrangement: Arrangement) -> list[tuple[str, str, str]]:
    """What held and did not act: the rule, the place in it, the reason."""
    return [(entry.rule.id, entry.place, entry.reason) for entry in arrangement.suppressed]
