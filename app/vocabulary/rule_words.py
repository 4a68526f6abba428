"""The words that rules speak of, which are right whether the catalogue has them or not."""

from collections.abc import Iterator
from functools import lru_cache

from rules.model import Rule, Synonym
from rules.ruleset import RuleSet
from rules.text import words


@lru_cache(maxsize=2)
def words_of_rules(rule_set: RuleSet) -> frozenset[str]:
    """Of synonyms and of conditions on the query; worked out once for each version."""
    return frozenset(
        word for rule in rule_set.rules for phrase in _phrases(rule) for word in words(phrase)
    )


def _phrases(rule: Rule) -> Iterator[str]:
    if rule.when.query is not None:
        for phrases in rule.when.query.phrases.values():
            yield from phrases
    for instruction in rule.then:
        if isinstance(instruction, Synonym):
            yield from instruction.terms
