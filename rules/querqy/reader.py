"""Reads a whole rules text into rules and reports; called by the import of rules."""

from collections.abc import Iterable
from typing import Any

import msgspec

from rules.instruction_parser import MAX_INSTRUCTIONS
from rules.querqy.blocks import Block, split_blocks
from rules.querqy.details import read_details
from rules.querqy.ids import RuleIds, made_id
from rules.querqy.inputs import Input, read_input
from rules.querqy.instructions import read_instruction
from rules.querqy.lines import Line
from rules.querqy.properties import read_properties
from rules.querqy.unmapped import CannotMap, Unmapped
from rules.values import MAX_NAME


class QuerqyImport(msgspec.Struct, frozen=True):
    rules: tuple[dict[str, Any], ...]
    unmapped: tuple[Unmapped, ...]


def read_querqy(text: str) -> QuerqyImport:
    """Never raises: a line that cannot be mapped is lost alone, an input that cannot takes its
    rule with it, and a rule of which nothing can be mapped is left out. Work is linear in the text.

    `"pc"` becomes `is`, `"pc` `starts_with`, `pc"` `ends_with`, `pc` `contains`; `a OR b` a list;
    `sofa*` a pattern. `_id`, `_log`, `priority` and `enabled` become the rule's id, name, priority
    and state; other properties, which act in Querqy only when a request asks for them, its note.
    """
    above, blocks = split_blocks(text)
    belongs_to_none = "belongs to no rule; begin with an input: word =>"
    unmapped = [line.unmapped(belongs_to_none) for line in above]
    ids = RuleIds()
    rules = [_rule(block, ids, unmapped) for block in blocks]
    return QuerqyImport(
        tuple(rule for rule in rules if rule is not None),
        tuple(sorted(unmapped, key=lambda report: report.line)),
    )


def _rule(block: Block, ids: RuleIds, unmapped: list[Unmapped]) -> dict[str, Any] | None:
    # Before the input, so that what is not readable is reported even where there is no rule.
    properties = read_properties(block.properties, unmapped)
    try:
        given = read_input(block.input.code)
    except CannotMap as error:
        lost = ", ".join(f"line {line.number} {line.text}" for line in block.instructions)
        unmapped.append(block.input.unmapped(f"{error}; lost with it: {lost}" if lost else error))
        return None
    if not block.instructions:
        unmapped.append(block.input.unmapped("does nothing; write an instruction below it"))
    then = _then(block.instructions, given, unmapped)
    details = read_details(properties, unmapped)
    if not then:
        return None
    return {
        "id": ids.take(details.pop("id", None) or made_id(block)),
        "name": block.input.code.removesuffix("=>").strip()[:MAX_NAME],
        **details,
        "when": {"query": given.query},
        "then": then,
    }


def _then(lines: Iterable[Line], given: Input, unmapped: list[Unmapped]) -> list[dict[str, Any]]:
    then: list[dict[str, Any]] = []
    for line in lines:
        try:
            if len(then) == MAX_INSTRUCTIONS:
                raise CannotMap(f"a rule does at most {MAX_INSTRUCTIONS} things; split it")
            then.append(read_instruction(line.code, given))
        except CannotMap as error:
            unmapped.append(line.unmapped(error))
    return then
