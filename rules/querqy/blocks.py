"""Splits a rules text into blocks: an input, and the instructions and properties below it."""

from collections.abc import Iterable, Iterator
from itertools import chain

import msgspec

from rules.querqy.instructions import is_instruction
from rules.querqy.lines import Line, defines_template, read_lines

Statement = tuple[Line, ...]
"""One line, or the lines of an `@{ … }@`."""


class Block(msgspec.Struct, frozen=True):
    """What becomes one rule, not yet read."""

    input: Line
    instructions: tuple[Line, ...]
    properties: tuple[Statement, ...]


def split_blocks(text: str) -> tuple[list[Line], list[Block]]:
    """The lines above the first input, which belong to no block, and the blocks."""
    groups: list[list[Statement]] = [[]]
    for statement in _statements(read_lines(text)):
        if _opens_block(statement[0].code):
            groups.append([])
        groups[-1].append(statement)
    above, *blocks = groups
    return [line for line in chain(*above) if line.code], [_block(*group) for group in blocks]


def _block(opening: Statement, *below: Statement) -> Block:
    properties = tuple(statement for statement in below if statement[0].code.startswith("@"))
    instructions = tuple(line for line, *_ in below if not line.code.startswith("@"))
    return Block(opening[0], instructions, properties)


def _statements(lines: Iterable[Line]) -> Iterator[Statement]:
    """An object that nothing closes ends before the next input, to cost no rule but its own."""
    opened: list[Line] = []  # the lines of an @{ that is still open
    for line in lines:
        if opened and _opens_block(line.code):
            yield tuple(opened)
            opened = []
        if opened or opens_object(line.code):
            opened.append(line)
            if closes_object(line.code):
                yield tuple(opened)
                opened = []
        elif line.code:
            yield (line,)
    if opened:
        yield tuple(opened)


def opens_object(code: str) -> bool:
    return code.startswith("@") and code[1:].lstrip().startswith("{")


def closes_object(code: str) -> bool:
    return code.endswith("}@")


def _opens_block(code: str) -> bool:
    """Whether what follows belongs to this line. A line that only resembles an input does, too:
    else its instructions would join the rule above, and act where nobody wanted them."""
    if code.startswith("@"):
        return False
    if code.endswith("=>") or defines_template(code):
        return True
    return "=>" in code and not is_instruction(code)
