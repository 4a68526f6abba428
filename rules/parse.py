"""Rules from their JSON form: all problems at once, each with its path, and nothing half taken."""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from indexing.documents import ItemId
from indexing.errors import InvalidFilter
from indexing.filter_parser import parse_filter
from indexing.filters import Filter
from indexing.queries import MAX_QUERY_LENGTH
from rules.errors import InvalidRules, Problem
from rules.model import (
    Boost,
    Bury,
    Condition,
    Hide,
    Instruction,
    Pin,
    QueryCondition,
    Restrict,
    Rule,
    RuleId,
)
from rules.text import words
from rules.values import ValueReader

MAX_RULES = 20_000
MAX_INSTRUCTIONS = 50
MAX_ITEM_IDS = 500
MAX_POSITION = 200
MAX_FACTOR = 1_000.0
MAX_PRIORITY = 10**9
_RULE_KEYS = {"id", "name", "priority", "enabled", "when", "then", "stop", "owner", "note"}
_QUERY_KEYS = ("is", "starts_with", "ends_with", "contains")


def parse_rules(raw: object) -> tuple[Rule, ...]:
    """A list of rules, or an object with the list under `rules`; raises `InvalidRules`."""
    path = "$"
    if isinstance(raw, dict) and set(raw) == {"rules"}:
        path, raw = "$.rules", raw["rules"]
    if not isinstance(raw, list):
        raise InvalidRules((Problem(path, 'expected a list of rules, or {"rules": [...]}'),))
    if len(raw) > MAX_RULES:
        raise InvalidRules((Problem(path, f"at most {MAX_RULES} rules, got {len(raw)}"),))
    problems: list[Problem] = []
    rules: list[Rule] = []
    seen: dict[str, int] = {}
    reader = _Reader(problems)
    for n, entry in enumerate(raw):
        rule = reader.rule(entry, f"{path}[{n}]")
        if rule is None:
            continue
        if rule.id in seen:
            first = f"{path}[{seen[rule.id]}]"
            reader.problem(f"{path}[{n}].id", f"{rule.id!r} is the id of {first} too")
        seen.setdefault(rule.id, n)
        rules.append(rule)
    if problems:
        raise InvalidRules(tuple(problems))
    return tuple(rules)


class _Reader(ValueReader):
    """The grammar of a rule; one that has a problem is None."""

    def rule(self, raw: Any, path: str) -> Rule | None:
        before = len(self.problems)
        if not self.is_object(raw, _RULE_KEYS, path):
            return None
        rule_id = self.text(raw, "id", path, required=True)
        then = self._then(raw.get("then"), f"{path}.then")
        rule = Rule(
            id=RuleId(rule_id),
            name=self.text(raw, "name", path) or rule_id,
            priority=self.whole_number(
                raw.get("priority", 0), f"{path}.priority", -MAX_PRIORITY, MAX_PRIORITY
            ),
            enabled=self.flag(raw, "enabled", path, default=True),
            when=self._when(raw.get("when", {}), f"{path}.when"),
            then=then,
            stop=self.flag(raw, "stop", path, default=False),
            owner=self.text(raw, "owner", path),
            note=self.text(raw, "note", path),
        )
        return rule if len(self.problems) == before else None

    def _when(self, raw: Any, path: str) -> Condition:
        if not self.is_object(raw, {"query", "empty_query", "starts_at", "ends_at"}, path):
            return Condition()
        empty = raw.get("empty_query")
        if empty is not None and not isinstance(empty, bool):
            self.problem(f"{path}.empty_query", "expected true or false")
        starts = self.moment(raw.get("starts_at"), f"{path}.starts_at")
        ends = self.moment(raw.get("ends_at"), f"{path}.ends_at")
        if starts and ends and ends <= starts:
            self.problem(f"{path}.ends_at", "must be after starts_at")
        query = self._query(raw["query"], f"{path}.query") if "query" in raw else None
        return Condition(query, empty if isinstance(empty, bool) else None, starts, ends)

    def _query(self, raw: object, path: str) -> QueryCondition:
        if not isinstance(raw, dict) or not raw:
            self.problem(path, f"expected an object with some of {', '.join(_QUERY_KEYS)}")
            return QueryCondition()
        self.is_object(raw, set(_QUERY_KEYS), path)
        kinds = {key: self._phrases(raw[key], f"{path}.{key}") for key in _QUERY_KEYS if key in raw}
        return QueryCondition(
            is_=kinds.get("is", ()),
            starts_with=kinds.get("starts_with", ()),
            ends_with=kinds.get("ends_with", ()),
            contains=kinds.get("contains", ()),
        )

    def _phrases(self, raw: object, path: str) -> tuple[str, ...]:
        phrases = raw if isinstance(raw, list) else [raw]
        if not phrases:
            self.problem(path, "needs at least one text")
        for n, phrase in enumerate(phrases):
            where = f"{path}[{n}]" if isinstance(raw, list) else path
            if not isinstance(phrase, str):
                self.problem(where, "expected text")
                continue
            self.storable(phrase, where)
            if not words(phrase):
                self.problem(where, "holds no word; for the empty query use empty_query")
            elif len(phrase) > MAX_QUERY_LENGTH:
                self.problem(where, f"at most {MAX_QUERY_LENGTH} characters")
        return tuple(" ".join(words(phrase)) for phrase in phrases if isinstance(phrase, str))

    def _then(self, raw: object, path: str) -> tuple[Instruction, ...]:
        if not isinstance(raw, list) or not 0 < len(raw) <= MAX_INSTRUCTIONS:
            self.problem(path, f"expected a list of 1 to {MAX_INSTRUCTIONS} instructions")
            return ()
        read = [self._instruction(entry, f"{path}[{n}]") for n, entry in enumerate(raw)]
        return tuple(instruction for instruction in read if instruction is not None)

    def _instruction(self, raw: object, path: str) -> Instruction | None:
        readers: Mapping[str, Callable[[Any, str], Instruction | None]] = {
            "pin": self._pin,
            "hide": self._hide,
            "boost": partial(self._shift, Boost),
            "bury": partial(self._shift, Bury),
            "filter": self._restrict,
        }
        if not isinstance(raw, dict) or len(raw) != 1 or next(iter(raw)) not in readers:
            self.problem(path, f"expected an object with one of {', '.join(readers)}")
            return None
        kind, body = next(iter(raw.items()))
        return readers[kind](body, f"{path}.{kind}")

    def _pin(self, raw: Any, path: str) -> Pin | None:
        if not self.is_object(raw, {"item_id", "position"}, path):
            return None
        return Pin(
            self.item_id(raw.get("item_id"), f"{path}.item_id"),
            self.whole_number(raw.get("position", 1), f"{path}.position", 1, MAX_POSITION),
        )

    def _hide(self, raw: Any, path: str) -> Hide | None:
        if not self.is_object(raw, {"item_ids", "filter"}, path):
            return None
        ids, condition = self._target(raw, path)
        return Hide(ids, condition)

    def _shift(self, kind: type[Boost] | type[Bury], raw: Any, path: str) -> Boost | Bury | None:
        if not self.is_object(raw, {"item_ids", "filter", "by"}, path):
            return None
        ids, condition = self._target(raw, path)
        return kind(self.factor(raw.get("by"), f"{path}.by", MAX_FACTOR), ids, condition)

    def _restrict(self, raw: object, path: str) -> Restrict | None:
        condition = self._filter(raw, path)
        return None if condition is None else Restrict(condition)

    def _target(self, raw: Any, path: str) -> tuple[tuple[ItemId, ...], Filter | None]:
        if ("item_ids" in raw) == ("filter" in raw):
            self.problem(path, "needs either item_ids or filter")
            return (), None
        if "filter" in raw:
            return (), self._filter(raw["filter"], f"{path}.filter")
        ids = raw["item_ids"]
        if not isinstance(ids, list) or not 0 < len(ids) <= MAX_ITEM_IDS:
            self.problem(f"{path}.item_ids", f"expected a list of 1 to {MAX_ITEM_IDS} ids")
            return (), None
        read = [self.item_id(item_id, f"{path}.item_ids[{n}]") for n, item_id in enumerate(ids)]
        return tuple(read), None

    def _filter(self, raw: object, path: str) -> Filter | None:
        try:
            return parse_filter(raw, path)
        except InvalidFilter as error:
            self.problem(error.path, error.reason)
            return None
