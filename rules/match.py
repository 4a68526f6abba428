"""Which rules hold for one request."""

from collections.abc import Callable, Collection, Iterator
from datetime import datetime
from typing import TypeVar

import msgspec

from indexing.queries import SearchQuery
from rules.conditions import holds
from rules.model import Instruction, Rule, kind_of
from rules.ruleset import RuleSet
from rules.situation import Situation

Kind = TypeVar("Kind", bound=Instruction)

SHOPPER_SORTS = "the shopper sorts"
"""Why neither pins nor a rule's own sort act."""

EARLIER = "an earlier instruction of the same kind acts"
"""Why the second of a kind does not, where a rule has two and only one can act."""

MAX_FIRED = 200
"""Rules that may act on one request; of more, the strongest do."""


class Suppressed(msgspec.Struct, frozen=True):
    """A rule, or one instruction of it, that held and did not act."""

    rule: Rule
    reason: str
    instruction: int | None = None

    @property
    def place(self) -> str:
        """`then[0].pin`, or empty for the whole rule."""
        if self.instruction is None:
            return ""
        return f"then[{self.instruction}].{kind_of(self.rule.then[self.instruction])}"


class FiredRules(msgspec.Struct, frozen=True):
    """The rules that hold, strongest first, of one version of the rule set."""

    version: int = 0
    rules: tuple[Rule, ...] = ()
    suppressed: tuple[Suppressed, ...] = ()

    def each(self, kind: type[Kind]) -> Iterator[tuple[Rule, int, Kind]]:
        """Each instruction of a kind, its rule and its place there; the strongest rule's first."""
        for rule in self.rules:
            for n, instruction in enumerate(rule.then):
                if isinstance(instruction, kind):
                    yield rule, n, instruction

    def strongest(self, kind: type[Kind]) -> tuple[tuple[Rule, Kind] | None, list[Suppressed]]:
        """Of a kind of which only one can act, the one that does with its rule, and the others."""
        found = list(self.each(kind))
        if not found:
            return None, []
        acting, _, instruction = found[0]
        stronger = f"rule {acting.id} is stronger"
        return (acting, instruction), [
            Suppressed(rule, EARLIER if rule.id == acting.id else stronger, n)
            for rule, n, _ in found[1:]
        ]

    def suppress(self, kind: type[Instruction], reason: str) -> list[Suppressed]:
        """All of the kind, none of which acts."""
        return [Suppressed(rule, reason, n) for rule, n, _ in self.each(kind)]

    def suppress_others(
        self, kinds: tuple[type[Instruction], ...], reason: str, told: Collection[Suppressed]
    ) -> tuple[Suppressed, ...]:
        """All of no such kind, but for those whose reason is `told` already."""
        known = {(entry.rule.id, entry.instruction) for entry in told}
        return tuple(
            Suppressed(rule, reason, n)
            for rule in self.rules
            for n, instruction in enumerate(rule.then)
            if not isinstance(instruction, kinds) and (rule.id, n) not in known
        )


def every_rule(rule: Rule) -> bool:
    return True


def match(
    rule_set: RuleSet,
    query: SearchQuery,
    now: datetime,
    concerns: Callable[[Rule], bool] = every_rule,
) -> FiredRules:
    """A rule with `stop` that holds is the last that is considered; one that does not concern the
    request never is."""
    situation = Situation(query, now)
    may_hold = (rule_set.rules[position] for position in rule_set.lookup.may_hold(situation))
    holding = (rule for rule in may_hold if concerns(rule) and holds(rule.when, situation))
    fired: list[Rule] = []
    suppressed: list[Suppressed] = []
    reason = ""
    for rule in holding:
        if not reason and len(fired) == MAX_FIRED:
            reason = f"{MAX_FIRED} stronger rules hold already"
        if reason:
            suppressed.append(Suppressed(rule, reason))
            continue
        fired.append(rule)
        if rule.stop:
            reason = f"rule {rule.id} holds and stops here"
    return FiredRules(rule_set.version, tuple(fired), tuple(suppressed))
