"""Rules from their JSON form: all problems at once, each with its path, and nothing half taken."""

import re
from collections.abc import Sequence
from typing import Any

from rules.condition_parser import read_condition
from rules.errors import InvalidRules, Problem
from rules.instruction_parser import read_instructions
from rules.lookup import describe, file_rules
from rules.model import Rule, RuleId
from rules.patterns import MAX_OPEN_PATTERNS, PatternIndex
from rules.values import MAX_NAME, ValueReader

MAX_RULES = 20_000
MAX_UNSELECTIVE = 1_000
"""Rules that have nothing to be looked up by, and so are considered for every request."""

MAX_ALIKE = 2_000
"""Rules that are looked up by the same thing, such as a word, and so are all considered for a
request that has it."""

MAX_PRIORITY = 10**9
_RULE_KEYS = {"id", "name", "priority", "enabled", "when", "then", "stop", "owner", "note"}
_RULE_ID = re.compile(r"[A-Za-z0-9._:-]{1,128}")


def parse_rule(raw: object, path: str = "$") -> Rule:
    """One rule; raises `InvalidRules` with every problem."""
    problems: list[Problem] = []
    rule = _rule(raw, path, ValueReader(problems))
    if problems or rule is None:
        raise InvalidRules(tuple(problems))
    return rule


def parse_rules(raw: object) -> tuple[Rule, ...]:
    """A list of rules, or an object with the list under `rules`; raises `InvalidRules`, also where
    they are too much together."""
    rules, problems, path = _read_list(raw)
    return _unless_broken(rules, (*problems, *_problems_together(rules, path)))


def parse_checked_rules(raw: object) -> tuple[Rule, ...]:
    """The same for rules that `parse_rules` has passed before, as a frozen version has: what they
    are together is not worked out again."""
    rules, problems, _ = _read_list(raw)
    return _unless_broken(rules, problems)


def _unless_broken(rules: Sequence[Rule], problems: Sequence[Problem]) -> tuple[Rule, ...]:
    if problems:
        raise InvalidRules(tuple(problems))
    return tuple(rules)


def _read_list(raw: object) -> tuple[list[Rule], list[Problem], str]:
    """The rules that are fit, what is wrong with the others, and the path of their list."""
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
    reader = ValueReader(problems)
    for n, entry in enumerate(raw):
        rule = _rule(entry, f"{path}[{n}]", reader)
        if rule is None:
            continue
        if rule.id in seen:
            first = f"{path}[{seen[rule.id]}]"
            reader.problem(f"{path}[{n}].id", f"{rule.id!r} is the id of {first} too")
        seen.setdefault(rule.id, n)
        rules.append(rule)
    return rules, problems, path


def _rule(raw: Any, path: str, reader: ValueReader) -> Rule | None:
    """None for one that has a problem."""
    before = len(reader.problems)
    if not reader.is_object(raw, _RULE_KEYS, path):
        return None
    rule_id = raw.get("id")
    if not isinstance(rule_id, str) or not _RULE_ID.fullmatch(rule_id):
        given = "missing" if rule_id is None else "not an id"
        reader.problem(f"{path}.id", f"{given}; expected 1 to 128 letters, digits and . _ : -")
        rule_id = ""
    rule = Rule(
        id=RuleId(rule_id),
        name=reader.text(raw, "name", path, most=MAX_NAME) or rule_id,
        priority=reader.whole_number(
            raw.get("priority", 0), f"{path}.priority", -MAX_PRIORITY, MAX_PRIORITY
        ),
        enabled=reader.flag(raw, "enabled", path, default=True),
        when=read_condition(raw.get("when", {}), f"{path}.when", reader),
        then=read_instructions(raw.get("then"), f"{path}.then", reader),
        stop=reader.flag(raw, "stop", path, default=False),
        owner=reader.text(raw, "owner", path, most=MAX_NAME),
        note=reader.text(raw, "note", path),
    )
    return rule if len(reader.problems) == before else None


def _problems_together(rules: Sequence[Rule], path: str) -> tuple[Problem, ...]:
    """What no rule by itself is to blame for: too many that cannot be looked up, or are by the same
    thing, so that a request would have to try each."""
    problems: list[Problem] = []
    enabled = [rule for rule in rules if rule.enabled]
    filed = file_rules(enabled)
    always = len(filed.always)
    if always > MAX_UNSELECTIVE:
        problems.append(
            Problem(
                path,
                f"{always} rules have no condition on the query's words, category, segment, "
                f"locale, sort (other than relevance), context, experiment or a filter's values; "
                f"at most {MAX_UNSELECTIVE} may",
            )
        )
    if filed.by_key:
        key, alike = max(filed.by_key.items(), key=lambda entry: len(entry[1]))
        if len(alike) > MAX_ALIKE:
            problems.append(
                Problem(
                    path,
                    f"{len(alike)} rules have no condition that is rarer than {describe(key)}, so "
                    f"that a request with it would try them all; at most {MAX_ALIKE} may",
                )
            )
    patterns = [p for rule in enabled if rule.when.query for p in rule.when.query.matches]
    if len(patterns) > MAX_OPEN_PATTERNS:
        open_patterns = PatternIndex(patterns).open_patterns
        if len(open_patterns) > MAX_OPEN_PATTERNS:
            problems.append(
                Problem(
                    path,
                    f"{len(open_patterns)} regular expressions have no fixed piece of three "
                    f"letters in them, such as {open_patterns[0]!r}; at most "
                    f"{MAX_OPEN_PATTERNS} may",
                )
            )
    return tuple(problems)
