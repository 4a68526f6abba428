"""What has no counterpart here: the error inside this package, and the report to its caller."""

from collections.abc import Callable
from typing import Any

import msgspec

from rules.errors import Problem
from rules.values import ValueReader


class Unmapped(msgspec.Struct, frozen=True):
    """A line, counted from 1, that became no part of a rule; `reason` says what to do."""

    line: int
    text: str
    reason: str


class CannotMap(Exception):
    """Why something has no counterpart here, and what to do."""


def check(read: Callable[[Any, str, ValueReader], object], mapped: object) -> None:
    """Raises `CannotMap` with the first thing that a reader of the rule grammar says against what
    was mapped."""
    problems: list[Problem] = []
    read(mapped, "", ValueReader(problems))
    if problems:
        # Instructions are read as a list, of one, whose index would say nothing.
        path = problems[0].path.removeprefix("[0]").lstrip(".")
        raise CannotMap(f"{path}: {problems[0].reason}")
