"""Algolia's filter text: `brand:HP AND (price < 10 OR price:10 TO 20) AND NOT "screen size":15`."""

import re
from typing import NoReturn

from app.instantsearch.conditions import (
    NUMBER,
    Comparison,
    all_of,
    any_of,
    compares,
    has_value,
    lies_between,
)
from app.instantsearch.errors import BadParameter
from indexing.filter_parser import MAX_DEPTH
from indexing.filters import Filter, Not

PARAMETER = "filters"
MAX_LENGTH = 20_000

_SPACE = re.compile(r"\s*")
_QUOTED = re.compile(r""""((?:[^"\\]|\\.)*)"|'((?:[^'\\]|\\.)*)'""")
_NAME = re.compile(r"[^\s:<>=!()\"']+")
_OPERATOR = re.compile(r"<=|>=|!=|=|<|>|:")
_VALUE = re.compile(r"[^\s()]+")
_NUMBER = re.compile(NUMBER)
_BETWEEN = re.compile(rf"({NUMBER})\s+TO\s+({NUMBER})(?=[\s()]|$)")
_WORD = re.compile(r"(?:AND|OR|NOT)(?=[\s()]|$)")
_ESCAPED = re.compile(r"\\(.)")


def parse_filter_text(text: str) -> Filter | None:
    """AND binds closer than OR. None where nothing is asked. Raises `BadParameter`."""
    if not text.strip():
        return None
    if len(text) > MAX_LENGTH:
        raise BadParameter(PARAMETER, f"longer than {MAX_LENGTH:,} characters")
    return _Parser(text).parse()


class _Parser:
    """Recursive descent; `_at` is the place that is read next."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._at = 0

    def parse(self) -> Filter | None:
        found = self._either(0)
        if self._at < len(self._text):
            self._fail("expected AND, OR or the end")
        return found

    def _either(self, depth: int) -> Filter | None:
        if depth > MAX_DEPTH:
            self._fail(f"brackets nest at most {MAX_DEPTH} deep")
        parts = [self._both(depth)]
        while self._take_word("OR"):
            parts.append(self._both(depth))
        return any_of([part for part in parts if part is not None])

    def _both(self, depth: int) -> Filter | None:
        parts = [self._part(depth)]
        while self._take_word("AND"):
            parts.append(self._part(depth))
        return all_of([part for part in parts if part is not None])

    def _part(self, depth: int) -> Filter | None:
        if self._take_word("NOT"):
            # Each NOT is one step deeper, so that a thousand of them are no recursion.
            if depth > MAX_DEPTH:
                self._fail(f"NOT nests at most {MAX_DEPTH} deep")
            inner = self._part(depth + 1)
            return None if inner is None else Not(inner)
        self._skip()
        if not self._text.startswith("(", self._at):
            return self._condition()
        self._at += 1
        inside = self._either(depth + 1)
        self._skip()
        if not self._text.startswith(")", self._at):
            self._fail("expected a closing bracket")
        self._at += 1
        self._skip()
        return inside

    def _condition(self) -> Filter:
        name = self._quoted_or(_NAME, "an attribute's name")
        self._skip()
        operator = self._take(_OPERATOR)
        if operator is None:
            self._fail("expected : or a comparison; Endcap has no tags")
        self._skip()
        if operator[0] != ":":
            number = self._take(_NUMBER)
            if number is None:
                self._fail("expected a number")
            found = compares(Comparison(name, operator[0], number[0]), PARAMETER)
        elif between := self._take(_BETWEEN):
            found = lies_between(name, between[1], between[2], PARAMETER)
        else:
            found = has_value(name, self._quoted_or(_VALUE, "a value"), PARAMETER)
        self._skip()
        return found

    def _quoted_or(self, pattern: re.Pattern[str], what: str) -> str:
        self._skip()
        if quoted := self._take(_QUOTED):
            return _ESCAPED.sub(r"\1", quoted[1] if quoted[1] is not None else quoted[2])
        if _WORD.match(self._text, self._at):
            self._fail(f"expected {what}; quote it where it is called so")
        found = self._take(pattern)
        if found is None:
            self._fail(f"expected {what}")
        return found[0]

    def _take_word(self, word: str) -> bool:
        self._skip()
        found = _WORD.match(self._text, self._at)
        if found is None or found[0] != word:
            return False
        self._at = found.end()
        return True

    def _take(self, pattern: re.Pattern[str]) -> re.Match[str] | None:
        found = pattern.match(self._text, self._at)
        if found is not None:
            self._at = found.end()
        return found

    def _skip(self) -> None:
        if blanks := _SPACE.match(self._text, self._at):
            self._at = blanks.end()

    def _fail(self, reason: str) -> NoReturn:
        rest = self._text[self._at : self._at + 30]
        raise BadParameter(PARAMETER, f"{reason} at {rest!r} (character {self._at + 1})")
