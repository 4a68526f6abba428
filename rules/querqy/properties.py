"""The properties of a block, `@name: value` or `@{ … }@`, from the relaxed JSON that Querqy takes:
names may do without quotes, single quotes are quotes, commas may trail, zeros begin a number."""

import json
import re
from collections.abc import Iterable
from typing import Any

import msgspec

from rules.querqy.blocks import Statement, closes_object, opens_object
from rules.querqy.lines import Line
from rules.querqy.unmapped import Unmapped

_PIECE = re.compile(
    r"""
      "(?:[^"\\]|\\.)*"
    | '(?:[^'\\]|\\.)*'
    | (?P<unclosed> ["'].* )
    | [{}\[\]:,]
    | [^\s{}\[\]:,"']+
    """,
    re.DOTALL | re.VERBOSE,
)
_NUMBER = re.compile(r"(-?)0*((?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?)", re.ASCII)


class Property(msgspec.Struct, frozen=True):
    name: str
    value: Any
    line: Line


def read_properties(statements: Iterable[Statement], unmapped: list[Unmapped]) -> list[Property]:
    """Adds a report for each statement that is not readable."""
    properties: list[Property] = []
    for first, *rest in statements:
        last = rest[-1] if rest else first
        code = "\n".join(line.code for line in (first, *rest)).replace("\\#", "#")
        if opens_object(first.code) and not closes_object(last.code):
            reason = f"no }}@ closes it; its properties, down to line {last.number}, are lost"
            unmapped.append(first.unmapped(reason))
            continue
        try:
            read = _object(code[1:-1]) if opens_object(first.code) else _single(code[1:].strip())
        except (ValueError, RecursionError) as error:
            lost = f", lost down to line {last.number}" if rest else ""
            reason = f"not readable{lost}: {error}; write @name: value, or @{{ JSON }}@"
            unmapped.append(first.unmapped(reason))
        else:
            properties.extend(Property(name, value, first) for name, value in read.items())
    return properties


def _single(text: str) -> dict[str, Any]:
    """`name: value`, where a value that is not JSON and has no signs of it is a text."""
    try:
        properties = _object(f"{{{text}}}")
    except ValueError:
        name, _, value = (part.strip() for part in text.partition(":"))
        if not name or not value or set("'\"[]{}").intersection(value):
            raise
        return {name.strip("'\""): value}
    if not properties:
        raise ValueError("it is empty")
    return properties


def _object(text: str) -> dict[str, Any]:
    found = list(_PIECE.finditer(text))
    if any(piece["unclosed"] for piece in found):
        raise ValueError("a quote is not closed")
    pieces = [piece[0] for piece in found]
    strict = map(_strict, pieces, [*pieces[1:], ""])
    properties = json.loads(" ".join(strict), strict=False, object_pairs_hook=_once)
    if not isinstance(properties, dict):
        raise ValueError("it is no object")
    return properties


def _strict(piece: str, following: str) -> str:
    """A piece of relaxed JSON as strict JSON has it."""
    if piece == "," and following in ("}", "]"):
        return ""
    if piece[0] == "'":
        inside = re.sub(r"\\.|\"", _requoted, piece[1:-1], flags=re.DOTALL)
        return f'"{inside}"'
    if piece[0] in '"{}[]:,' or piece in ("true", "false", "null"):
        return piece
    if following == ":":
        return json.dumps(piece)
    number = _NUMBER.fullmatch(piece)
    if number is None:
        raise ValueError(f"{piece[:60]} needs quotes")
    return number[1] + number[2]


def _requoted(found: re.Match[str]) -> str:
    return {"\\'": "'", '"': '\\"'}.get(found[0], found[0])


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    properties = dict(pairs)
    if len(properties) != len(pairs):
        raise ValueError("a name is given twice")
    return properties
